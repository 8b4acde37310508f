"""MG312: a bin name that Aerospike cannot store."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import BIN_NAME_MAX
from modgo_lsp.rules.analysis.bin_calls import bin_names
from modgo_lsp.rules.analysis.registered_names import quoted
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports constant bin names of more than 15 bytes, and empty ones.

## Why is this bad?

Aerospike cannot store such a bin. A `Set` of it fails, which the next `Update` reports; a read of it finds
nothing.

## Example

```go
rec.Set("remaining_tokens", n)
```

## Use instead

```go
rec.Set("tokens", n)
```
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for expr in bin_names(code):
            name = code.constant(expr)
            if name is None:
                continue
            size = len(name.encode("utf-8", "surrogateescape"))
            if size > BIN_NAME_MAX:
                message = (
                    f"the bin name {quoted(name)} has {size} bytes: shorten it to {BIN_NAME_MAX} or fewer"
                )
                yield RULE.finding(message, code.place(expr), code.call_path())
            elif size == 0:
                yield RULE.finding(
                    "the bin name is empty: a bin needs a name", code.place(expr), code.call_path()
                )


RULE = Rule(
    code="MG312",
    name="bin-name-too-long",
    severity="error",
    summary="A bin name has more than 15 bytes",
    text=TEXT,
    check=check,
    by_code=True,
)
