"""Carries a finding from the text it was found in to a later one, or tells that its place has changed.

The builder judges a text once; until it runs again its findings move with the lines they stand on.
Not for: lint's findings, which are worked out anew.
"""

from __future__ import annotations

import msgspec

from modgo_lsp.model.finding import Finding
from modgo_lsp.syntax.positions import Span, common_prefix


def rebased(finding: Finding, old: bytes, new: bytes) -> Finding | None:
    """The finding with its place in `new`; None where the lines it stands on are not to be found there."""
    if old == new:
        return finding
    span = finding.location.span
    first = old.rfind(b"\n", 0, span.start) + 1
    last = old.find(b"\n", span.end)
    last = len(old) if last < 0 else last
    start = _moved(old, new, first, last)
    if start is None:
        return None
    shift = start - first
    moved = msgspec.structs.replace(finding.location, span=Span(span.start + shift, span.end + shift))
    return msgspec.structs.replace(finding, location=moved)


def _moved(old: bytes, new: bytes, first: int, last: int) -> int | None:
    """Where the whole lines from `first` to `last` begin in `new`. Lines that there are once are found
    wherever they went; others where all that changed lies on one side of them."""
    old_lines, new_lines = b"\n" + old + b"\n", b"\n" + new + b"\n"
    lines = old_lines[first : last + 2]
    found = new_lines.find(lines)
    if found >= 0 and new_lines.rfind(lines) == found and old_lines.rfind(lines) == old_lines.find(lines):
        return found
    common = common_prefix(old_lines, new_lines)
    if last + 2 <= common:
        return first
    tail = common_prefix(old_lines[common:][::-1], new_lines[common:][::-1])
    shift = len(new) - len(old)
    if first + 1 >= len(old_lines) - tail and new_lines[first + shift :].startswith(b"\n"):
        return first + shift
    return None
