"""How deep an evaluation may go, whatever the source.

What meets a bound is unknown to all who ask. Whether it does depends on its declaration alone and not on who
asked first: each declaration is worked out by itself, once. analysis_bounds.py finds the places, which MG410
reports.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from modgo_lsp.golang.syntax.lower_expressions import MAX_DEPTH

_T = TypeVar("_T")

# How deep the expressions and types of one declaration are looked into: as deep as they are lowered.

# How deep evaluation may be in all, through the declarations that need one another; and where a declaration's
# own needs are worked out before it, so that a chain of them takes no stack.
MAX_STACK = 200
CHAINED = 40

# What going on to another declaration takes of the stack, counted in expressions in one another.
_ALONE = 2


class Depth:
    """How deep an evaluation is. `inside` counts in one declaration, `stack` in all. `met`: a bound was met
    in the declaration that is being worked out."""

    __slots__ = ("inside", "met", "stack")

    def __init__(self) -> None:
        self.inside = 0
        self.stack = 0
        self.met = False

    def is_beyond(self) -> bool:
        """Whether to go no deeper; this is noted."""
        if self.inside <= MAX_DEPTH and self.stack <= MAX_STACK:
            return False
        self.met = True
        return True

    def alone(self, work_out: Callable[[], _T]) -> tuple[_T, bool]:
        """What is worked out of a declaration by itself, and whether a bound was met in it."""
        inside, met = self.inside, self.met
        self.inside, self.met = 0, False
        self.stack += _ALONE
        try:
            return work_out(), self.met
        finally:
            self.inside, self.met = inside, met
            self.stack -= _ALONE
