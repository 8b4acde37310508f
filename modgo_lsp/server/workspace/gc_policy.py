"""When Python collects cyclic garbage.

Design note.

A full collection visits every object of the process and stops all threads meanwhile: 100 ms and more in a
server that holds a large module, in the middle of a letter that is typed. Python starts one whenever the
number of its young survivors has grown by a quarter, which loading packages does all the time. Almost nothing
that it finds is garbage: what the server holds, it holds for the session, and what it drops is mostly freed
by reference counts. Cycles come from three places: loading libraries, requests (frames of exceptions,
coroutines), and a loader that is replaced, whose packages refer to each other and take megabytes.

So:

- Until the first diagnostics are sent nothing is collected (`begin`): the start is short and allocates a lot.
- From then on Python collects young objects by itself, and never does a full collection. When the libraries
  are loaded, everything that exists is frozen (`loading`): it stays to the end.
- Full collections are done here, by the analysis thread when it has nothing to do (`IdleCollector`): two
  seconds after the last of thirty pieces of work at the soonest, at most every five minutes; after a loader
  was released every thirty seconds; and at once after sixteen loaders, for somebody who types in an import
  releases one with each letter.

If `begin` were left out, the start would pay for collections that find nothing. If full collections were left
to Python, an edit would wait for one now and then (p99). If the idle collections were left out, memory would
grow by what a session's replaced loaders hold.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 1_000_000_000
_YOUNG, _MIDDLE = 700, 10
# Seconds between two full collections: after loaders were released, and after other work.
_AFTER_RELEASE, _AFTER_WORK = 30.0, 300.0
_MANY_RELEASED = 16
_ENOUGH_WORK, _QUIET = 30, 2.0


def begin() -> None:
    """Collects nothing until libraries are loaded."""
    gc.disable()


@contextmanager
def loading() -> Iterator[None]:
    """Wraps the import of libraries: enables the collection of young objects, and freezes at the end what
    exists then."""
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    gc.enable()
    try:
        yield
    finally:
        gc.freeze()


class IdleCollector:
    """Decides when the analysis thread does a full collection."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._worked = self._released = 0

    def worked(self) -> None:
        """A piece of work was done."""
        self._worked += 1

    def released(self) -> None:
        """A loader was released, which only a full collection frees."""
        self._released += 1

    @property
    def seconds_left(self) -> float | None:
        """How long the thread must be idle before `collect` is due; None where there is nothing to
        collect."""
        passed = time.monotonic() - self._last
        if self._released:
            return max(0.0, _AFTER_RELEASE - passed) if self._released < _MANY_RELEASED else 0.0
        return max(_QUIET, _AFTER_WORK - passed) if self._worked >= _ENOUGH_WORK else None

    def collect(self) -> None:
        self._last = time.monotonic()
        self._worked = self._released = 0
        gc.unfreeze()
        gc.collect()
        gc.freeze()
