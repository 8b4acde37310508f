"""MG502: a suppression without a code, or with one that cannot be suppressed. lint/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `//modgo:ignore` without a code, with an unknown one, or with MG501 or MG502, which cannot be
suppressed. If the configuration sets `require-suppression-reason`, a suppression without a reason is reported
too. Such a suppression has no effect.

## Why is this bad?

A suppression without a code would hide findings that nobody has reviewed, and one with a misspelt code
hides none.

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
