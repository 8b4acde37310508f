"""Bounds on the depth of an evaluation, whatever the source.

A declaration that exceeds a bound is unknown to everything that depends on it. That must not depend on who
asked first, so each declaration is evaluated once, with a count of its own, which says whether it exceeded a
bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from modgo_lsp.golang.syntax.lower_expressions import MAX_DEPTH

_T = TypeVar("_T")

# The total depth, across declarations that depend on one another, and the depth from which a declaration's
# dependencies are evaluated before it, so that a chain of them takes no stack.
MAX_STACK = 200
CHAINED = 40

# The stack that entering another declaration takes, in nested expressions.
_DECLARATION_STACK = 2


class Depth:
    """The current depth of an evaluation: `inside` within one declaration, `stack` in total. `exceeded` is
    set when the current declaration exceeds a bound."""

    __slots__ = ("exceeded", "inside", "stack")

    def __init__(self) -> None:
        self.inside = 0
        self.stack = 0
        self.exceeded = False

    def is_beyond(self) -> bool:
        """Whether the depth exceeds a bound; sets `exceeded` if so."""
        if self.inside <= MAX_DEPTH and self.stack <= MAX_STACK:
            return False
        self.exceeded = True
        return True

    def evaluate(self, declaration: Callable[[], _T]) -> tuple[_T, bool]:
        """Evaluates a declaration with its own count. Returns the result, and whether a bound was
        exceeded."""
        before = (self.inside, self.stack, self.exceeded)
        self.inside, self.exceeded = 0, False
        self.stack += _DECLARATION_STACK
        try:
            return declaration(), self.exceeded
        finally:
            self.inside, self.stack, self.exceeded = before
