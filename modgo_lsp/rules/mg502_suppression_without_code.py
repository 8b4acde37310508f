"""MG502: a suppression that says nothing that could be suppressed.

The page alone. Not for: finding them (lint/suppressions.py does).
"""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `//modgo:ignore` without a code, with an unknown one, or with MG501 or MG502, which cannot
be suppressed. Where the configuration sets `require-suppression-reason`, a suppression without a
reason is reported too. Such a suppression has no effect.

## Why is this bad?

A suppression that names no code would hide findings that nobody has seen yet, and one with a
misspelt code hides none.

## Example

```go
func Add(rec *udf.Record) error { … } //modgo:ignore
```

## Use instead

```go
func Add(rec *udf.Record) error { … } //modgo:ignore MG101 called by reflection in the tests
```
"""

RULE = Rule(
    code="MG502",
    name="suppression-without-code",
    severity="warning",
    summary="A suppression names no code, or one that cannot be suppressed",
    text=TEXT,
)
