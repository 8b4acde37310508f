"""MG406: a missing or outdated part of what a build needs.

The page alone. Not for: the search (build/ does it).
"""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports that there is no Go, no C compiler or no go.mod, that Go is too old, that a cache cannot be
written or has no space left, that GOFLAGS or a C flag is wrong, or that go.mod does not
require the SDK.

## Why is this bad?

The module cannot be built.

## What to do

`modgo doctor` says what was found, where, and what to do about the rest. `pip install
'modgo-lsp[toolchain]'` brings Go and a C compiler; `modgo sdk install --write` adds the SDK to
go.mod.
"""

RULE = Rule(
    code="MG406",
    name="toolchain",
    severity="error",
    summary="Something that a build needs is missing or too old",
    text=TEXT,
)
