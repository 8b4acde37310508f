"""MG401: what the Go compiler says, at its place.

The page alone. Not for: its findings (build/ makes them).
"""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Passes on what the Go compiler says, at the place it says it. `modgo build` reports it, and so does
the editor after a build.

## Why is this bad?

The module cannot be built.

## Example

```go
func Add(rec *udf.Record, n int64) error {
	return "no"
}
```

## Use instead

```go
func Add(rec *udf.Record, n int64) error {
	return errors.New("no")
}
```
"""

RULE = Rule(
    code="MG401",
    name="compile-error",
    severity="error",
    summary="The Go compiler refuses the package",
    text=TEXT,
)
