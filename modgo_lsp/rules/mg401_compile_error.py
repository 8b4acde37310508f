"""MG401: an error of the Go compiler. build/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports the errors of the Go compiler at their place in the source. They appear in the output of `modgo build`
and, after a build, in the editor.

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
