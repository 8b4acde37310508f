"""When Python looks for garbage that refers to itself: such a look holds up every thread, the longer the more
there is, and what a server keeps stays for long.

So what is there when the session has begun is set apart and not looked at again; nor is what was made since,
once a look has come to its end. Not for: what is freed at once, as most is.
"""

from __future__ import annotations

import gc
import time

# Seconds between two looks at everything.
_BETWEEN = 30.0


def begin() -> None:
    """Nothing is looked at until the first findings are told."""
    gc.disable()


def go_on() -> None:
    """From now on there is garbage: loading libraries makes much."""
    gc.enable()


def settle() -> None:
    """All that is there now stays."""
    gc.freeze()


class Sweep:
    """Looks at everything, for somebody has let go of much, if that isn't done all the time."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self._last > _BETWEEN

    def do(self) -> None:
        self._last = time.monotonic()
        gc.unfreeze()
        gc.collect()
        gc.freeze()
