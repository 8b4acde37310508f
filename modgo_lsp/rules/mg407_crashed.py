"""MG407: a module ended the process that it ran in. host/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports that the process in which the module was loaded or called has died, with the last lines that it
printed.

## Why is this bad?

A panic becomes an error, but Go cannot recover from everything: `os.Exit`, concurrent map writes, a stack
overflow or running out of memory end the process. In a server without fenced workers that is the server.

## Example

```go
func Add(rec *udf.Record) { os.Exit(1) }
```

## Use instead

```go
func Add(rec *udf.Record) error { return errors.New("refused") }
```
"""

RULE = Rule(
    code="MG407",
    name="crashed",
    severity="error",
    summary="A module ended the process that it ran in",
    text=TEXT,
)
