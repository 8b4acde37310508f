"""MG408: a loaded module registers other functions than its source."""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Compares the functions that a loaded module registers with those in its source, and reports the difference.

## Why is this bad?

The shared object is older than the source, or registrations depend on something that is known only at run
time. Callers then find functions that you don't see, or miss some that you do.

## What to do

Build the module again. If the difference stays, look for dynamic registrations (MG104).
"""

RULE = Rule(
    code="MG408",
    name="drift",
    severity="warning",
    summary="A loaded module registers other functions than its source",
    text=TEXT,
)
