"""Pieces of work for the analysis thread."""

from __future__ import annotations

import threading
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


class Reservation:
    """A place in the queue for a job that another thread has yet to put. That thread calls `fill`, and in any
    case `release` after it."""

    __slots__ = ("_job", "_released")

    def __init__(self) -> None:
        self._job: Job | None = None
        self._released = threading.Event()

    def fill(self, job: Job) -> None:
        self._job = job
        self._released.set()

    def release(self) -> None:
        """Gives the place up, unless it is filled."""
        self._released.set()

    def do(self) -> None:
        """Waits for the job, and does it."""
        self._released.wait()
        if self._job is not None:
            self._job.do()
