"""MG407: a module that took its process down.

The page alone. Not for: the worker (host/ has it).
"""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports that the process in which the module was loaded or called has died, with the last words it
wrote.

## Why is this bad?

A panic is turned into an error, but Go cannot recover from everything: `os.Exit`, concurrent map
writes, a runaway stack, running out of memory. In a server without fenced workers that would end
the server.

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
