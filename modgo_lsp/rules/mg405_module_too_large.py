"""MG405: a module is larger than its target accepts."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a module that is larger than the target cluster accepts.

## Why is this bad?

The cluster refuses to store it: a stock server limits a UDF file to 1 MiB after encoding.

## What to do

Build with `--release`, which strips the module. Import less: net/http alone makes a module three times
as large ([building.md](../building.md#what-imports-cost)).
"""

RULE = Rule(
    code="MG405",
    name="module-too-large",
    severity="warning",
    summary="A module is larger than its target accepts",
    text=TEXT,
)
