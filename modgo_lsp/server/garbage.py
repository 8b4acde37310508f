"""When Python looks for garbage that refers to itself: such a look holds up every thread, the longer the more
there is, and what a server keeps stays for long.

So what is there when the session has begun is set apart and not looked at again, and Python looks by itself
at what is young alone. Everything is looked at when nobody waits for anything. Not for: what is freed at
once, as most is.
"""

from __future__ import annotations

import gc
import time

# Seconds between two looks at everything.
_BETWEEN = 30.0
# How often Python looks at what is young, in objects and in looks; and at all: never.
_YOUNG, _YOUNGER, _NEVER = 700, 10, 1_000_000_000
# So many looks at what is young make one at everything worth while.
_WORTHWHILE = 30


def begin() -> None:
    """Nothing is looked at until the first findings are told."""
    gc.disable()


def go_on() -> None:
    """From now on there is garbage: loading libraries makes much."""
    gc.set_threshold(_YOUNG, _YOUNGER, _NEVER)
    gc.enable()


def settle() -> None:
    """All that is there now stays."""
    gc.freeze()


class Sweep:
    """Looks at everything, where that wasn't done lately and something has happened since."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self._last > _BETWEEN and gc.get_count()[2] >= _WORTHWHILE

    def do(self) -> None:
        self._last = time.monotonic()
        gc.unfreeze()
        gc.collect()
        gc.freeze()
