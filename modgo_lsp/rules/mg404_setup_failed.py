"""MG404: a module fails while it registers its functions. host/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a module whose setup fails: two registrations of one name that are known only at run time, a nil
function, or a panic in an `init`.

## Why is this bad?

None of the module's functions can be called.

## Example

```go
func register(name string) { udf.Register(name, Add) }

func init() {
	register("add")
	register("add")
}
```

## Use instead

```go
func init() {
	udf.Register("add", Add)
}
```
"""

RULE = Rule(
    code="MG404",
    name="setup-failed",
    severity="error",
    summary="A module fails while it registers its functions",
    text=TEXT,
)
