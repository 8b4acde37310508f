"""MG205: a generic function is registered without its type arguments."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.source_lookup import text_at
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a generic function that is registered without type arguments.

## Why is this bad?

A generic function is not a value until it has type arguments, so the module doesn't compile.

## Example

```go
func Max[T int64 | float64](rec *udf.Record, bin string, n T) error { … }

var _ = udf.Register("max", Max)
```

## Use instead

```go
var _ = udf.Register("max", Max[int64])
```
"""


def check(package: Package) -> Iterator[Finding]:
    for registration in package.registrations:
        if registration.generic:
            name = text_at(package, registration.function_argument).partition("[")[0]
            yield RULE.finding(
                f"{name} is generic: register it with its type arguments, as in {name}[int64]",
                registration.function_argument,
            )


RULE = Rule(
    code="MG205",
    name="generic-function",
    severity="error",
    summary="A generic function is registered without type arguments",
    text=TEXT,
    check=check,
)
