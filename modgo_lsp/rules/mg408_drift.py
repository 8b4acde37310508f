"""MG408: a module that registers other functions than its source says.

The page alone. Not for: the comparison (host/ makes it).
"""

from __future__ import annotations

from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Compares the functions that a loaded module registers with those that the source says, and reports
the difference.

## Why is this bad?

The shared object is older than the source, or registrations depend on something only run time
knows. Callers then meet functions that you don't see, or miss some that you do.

## What to do

Build the module again. If the difference stays, look for dynamic registrations (MG104).
"""

RULE = Rule(
    code="MG408",
    name="drift",
    severity="warning",
    summary="A loaded module registers other functions than its source says",
    text=TEXT,
)
