"""MG402: a module and a loader of different ABI versions.

The page alone. Not for: the comparison (host/ makes it).
"""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a module whose native ABI the loader doesn't know: another major version, or a newer minor
one.

## Why is this bad?

Loader and module would misread each other's data, so the loader refuses the module.

## What to do

Build the module again with the modgo that belongs to the loader. `modgo doctor` shows both
versions.
"""

RULE = Rule(
    code="MG402",
    name="abi-mismatch",
    severity="error",
    summary="A module speaks another ABI version than its loader",
    text=TEXT,
)
