"""One small change of one source file."""

from __future__ import annotations

import difflib

import msgspec


class Mutant(msgspec.Struct, frozen=True):
    """`path` is relative to the repository; `line` counts from 1; `before` and `after` are the whole file."""

    path: str
    line: int
    operator: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The lines that differ, each with - or + in front."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0, lineterm="")
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
