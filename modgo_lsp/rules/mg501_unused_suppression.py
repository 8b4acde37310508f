"""MG501: a suppression that suppresses nothing. lint/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports each code of a `//modgo:ignore` or `//modgo:ignore-file` that suppresses no finding. Codes that only a
build or a load reports (MG401 to MG408) are not checked.

A suppression at the end of a line covers that line. Alone on a line directly above a statement or
declaration, it covers the whole of it. `//modgo:ignore-file` goes before the first declaration and covers
the file.

## Why is this bad?

It hides the next real finding in that place, and makes readers look for a problem that is gone.

## Example

```go
func add(a, b int64) int64 { return a + b } //modgo:ignore MG101 helper
```

## Use instead

```go
func add(a, b int64) int64 { return a + b }
```

## Fix safety

The fix removes the code, or the whole comment if no code is left. It is safe.
"""

RULE = Rule(
    code="MG501",
    name="unused-suppression",
    severity="warning",
    summary="A suppression suppresses nothing",
    text=TEXT,
    fix="remove it",
    unnecessary=True,
)
