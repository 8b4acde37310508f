"""MG107: something other than a function is registered."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.source_lookup import text_at
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a registration whose second argument has neither a function type nor the type `any`.

## Why is this bad?

`Register` takes any value, so this compiles, but loading the module fails because there is nothing to call.
Often the function was called by mistake instead of named.

## Example

```go
var _ = udf.Register("hello", Hello())
```

## Use instead

```go
var _ = udf.Register("hello", Hello)
```
"""


def check(package: Package) -> Iterator[Finding]:
    for registration in package.registrations:
        if registration.not_a_function is not None:
            written = text_at(package, registration.function_argument)
            what = (
                "nil"
                if written == registration.not_a_function
                else f"{written} is {registration.not_a_function}"
            )
            yield RULE.finding(f"only a function can be registered: {what}", registration.function_argument)


RULE = Rule(
    code="MG107",
    name="not-a-function",
    severity="error",
    summary="What is registered is not a function",
    text=TEXT,
    check=check,
)
