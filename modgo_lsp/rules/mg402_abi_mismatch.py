"""MG402: a module has another ABI version than its loader. host/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a module whose version of the native ABI the loader does not support: another major version, or a
newer minor one.

## Why is this bad?

Loader and module would misread each other's data, so the loader refuses the module.

## What to do

Build the module again with the version of modgo that the loader comes from. `modgo doctor` shows both
versions.
"""

RULE = Rule(
    code="MG402",
    name="abi-mismatch",
    severity="error",
    summary="A module has another ABI version than its loader",
    text=TEXT,
)
