"""MG403: a shared object lacks a symbol of the ABI. host/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a shared object that does not export every function of the native ABI.

## Why is this bad?

The loader cannot set the module up or call it.

## What to do

Build the package with `modgo build`, which adds those functions; `go build -buildmode=c-shared`
alone does not.
"""

RULE = Rule(
    code="MG403",
    name="missing-symbol",
    severity="error",
    summary="A shared object lacks a symbol of the ABI",
    text=TEXT,
)
