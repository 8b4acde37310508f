"""MG109: user code exports a symbol of the ABI.

Not for: other exports, which are the user's to choose.
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule
from modgo_lsp.syntax.directives import directives

TEXT = """
## What it does

Reports `//export` lines for names that begin with `aerospike_udf_go_` or `modgo_udf_`.

## Why is this bad?

These symbols are how a host finds and calls the module. The SDK exports them; a second one of the same name
does not link, and one that only looks like them will clash with a later version.

## Example

```go
//export aerospike_udf_go_setup
func setup() C.int { return 0 }
```

## Use instead

```go
//export shop_setup
func setup() C.int { return 0 }
```
"""

_RESERVED = ("aerospike_udf_go_", "modgo_udf_")


def check(package: Package) -> Iterator[Finding]:
    for file in package.files:
        for directive in directives(file.document):
            name = file.document.slice(directive.arguments).split(" ")[0]
            if directive.name == "export" and name.startswith(_RESERVED):
                yield RULE.finding(
                    f"{name} is a symbol of the ABI, which the SDK exports: choose another name",
                    Location(file.document.path, directive.span),
                )


RULE = Rule(
    code="MG109",
    name="reserved-export",
    severity="error",
    summary="User code exports a symbol of the ABI",
    text=TEXT,
    check=check,
)
