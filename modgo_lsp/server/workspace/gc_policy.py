"""When Python looks for garbage that refers to itself: such a look holds up every thread, the longer the more
there is, and what a server keeps stays for long.

So what is there when the session has begun is set apart and not looked at again, as is what the analysis
makes where that is much: it makes no such garbage but where it lets go of a loader. Python looks by itself at
what else is young; each request leaves some. Everything is looked at when nobody waits for anything. Not for:
what is freed at once, as most is.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds between two looks at everything: where there is something to be freed, and where there may be.
_BETWEEN, _BETWEEN_VAIN = 30.0, 300.0
# So much to be freed doesn't wait. Who types in an import lets go of a loader with each letter, which is some
# megabytes of a large module.
_MUCH = 16
# How often Python looks at what is young, in objects and in looks; and at all: never.
_YOUNG, _YOUNGER, _NEVER = 700, 10, 1_000_000_000
# After so many pieces of work there may be something, to be looked for when nobody has asked for seconds.
_WORTHWHILE, _QUIET = 30, 2.0
# So many objects take longer to be looked at than others should wait.
_LARGE = 10_000

# Whether this process is a server, and whether its libraries are being loaded, or are.
_is_server = _goes_on = False


def begin() -> None:
    """This process is a server. Nothing is looked at until the first findings are told."""
    global _is_server
    _is_server = True
    gc.disable()


def go_on() -> None:
    """From now on there is garbage: loading libraries makes much."""
    global _goes_on
    _goes_on = True
    gc.set_threshold(_YOUNG, _YOUNGER, _NEVER)
    gc.enable()


def settle() -> None:
    """All that is there now stays."""
    gc.freeze()


@contextmanager
def set_apart() -> Iterator[None]:
    """What a server makes meanwhile is not looked at until it is done, nor later where it is much: what is
    known of a large file is young, too, when that was opened."""
    if not _is_server:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _LARGE:
            gc.freeze()
        if _goes_on:
            gc.enable()


class Sweep:
    """Looks at everything, where that wasn't done lately and something has happened since."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._worked = self._let_go = 0

    def worked(self) -> None:
        """A piece of work was done."""
        self._worked += 1

    def let_go(self) -> None:
        """Something was let go of that only a look at everything frees."""
        self._let_go += 1

    @property
    def seconds_left(self) -> float | None:
        """How long nothing else is to be done until a look is; None where there is nothing to look for."""
        passed = time.monotonic() - self._last
        if self._let_go:
            return max(0.0, _BETWEEN - passed) if self._let_go < _MUCH else 0.0
        return max(_QUIET, _BETWEEN_VAIN - passed) if self._worked >= _WORTHWHILE else None

    def do(self) -> None:
        self._last = time.monotonic()
        self._worked = self._let_go = 0
        gc.unfreeze()
        gc.collect()
        gc.freeze()
