"""A piece of work for the analysis thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class CancelledError(Exception):
    """Nobody waits for the answer any more."""


class Job:
    """`done` gets the result of `work`, or the exception that it raised."""

    __slots__ = ("_done", "_work", "is_cancelled")

    def __init__(self, work: Callable[[], Any], done: Callable[[Any, BaseException | None], None]) -> None:
        self._work = work
        self._done = done
        self.is_cancelled = False

    def cancel(self) -> None:
        """Prevents the job from being begun. One that has begun is done in milliseconds."""
        self.is_cancelled = True

    def do(self) -> None:
        if self.is_cancelled:
            self._done(None, CancelledError())
            return
        try:
            result = self._work()
        except Exception as error:
            self._done(None, error)
        else:
            self._done(result, None)
