"""MG109: user code exports a symbol of the ABI."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modgo_lsp.golang.syntax.directives import Directive, directives
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package, SourceFile
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports functions that cgo exports under a name that begins with `aerospike_udf_go_`: by an `//export` line in
their comment, in a file that imports `C`.

## Why is this bad?

A host finds and calls the module through these symbols, and the SDK exports them. A second symbol of the same
name does not link, and one with a new name may clash with a later version of the SDK.

## Example

```go
//export aerospike_udf_go_setup
func aerospike_udf_go_setup() C.int { return 0 }
```

## Use instead

```go
//export shop_setup
func shop_setup() C.int { return 0 }
```
"""

_RESERVED = re.compile(r"//export\s+(aerospike_udf_go_\w*)\s*")


def check(package: Package) -> Iterator[Finding]:
    for file in package.files:
        if "C" in [imported.path for imported in file.imports]:
            for directive in _exports(file):
                name = _RESERVED.fullmatch(file.document.slice(directive.span))
                if name is not None:
                    yield RULE.finding(
                        f"{name[1]} is reserved for the ABI, and the SDK exports it: choose another name",
                        Location(file.document.path, directive.span),
                    )


def _exports(file: SourceFile) -> Iterator[Directive]:
    """The directives that cgo takes as exports: the first one in each function's comment."""
    functions: set[Span] = set()
    for directive in directives(file.document):
        extent = directive.extent if directive.alone else None
        if extent is None or extent in functions or not file.document.slice(extent).startswith("func"):
            continue
        if file.document.slice(directive.span).startswith("//export "):
            functions.add(extent)
            yield directive


RULE = Rule(
    code="MG109",
    name="reserved-export",
    severity="error",
    summary="User code exports a symbol of the ABI",
    text=TEXT,
    check=check,
)
