"""One small change of one source file."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import cached_property

import msgspec


class Mutant(msgspec.Struct, frozen=True, dict=True):
    """`path` is relative to the repository; `line` counts from 1; `before` and `after` are the whole file.

    `make` makes the latter, which takes a tenth of a second for a Python file: most mutants are not drawn.
    """

    path: str
    line: int
    operator: str
    before: str
    make: Callable[[], str]

    @cached_property
    def after(self) -> str:
        return self.make()

    @property
    def diff(self) -> str:
        """The lines that differ, each with - or + in front."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0, lineterm="")
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
