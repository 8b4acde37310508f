"""MG406: something that a build needs is missing or too old. build/ reports it."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports that Go, a C compiler or go.mod is missing, that Go is too old, that a cache can't be written or has
no space left, that GOFLAGS or a C flag is invalid, or that go.mod does not require the SDK.

## Why is this bad?

The module cannot be built.

## What to do

`modgo doctor` shows what was found and where, and what to do about the rest. `pip install
'modgo-lsp[toolchain]'` installs Go and a C compiler; `modgo sdk install --write` adds the SDK to go.mod.
"""

RULE = Rule(
    code="MG406",
    name="toolchain",
    severity="error",
    summary="Something that a build needs is missing or too old",
    text=TEXT,
)
