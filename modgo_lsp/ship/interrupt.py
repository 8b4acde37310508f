"""Runs blocking calls into C so that Ctrl-C interrupts the wait at once.

Python handles a signal only between two of its own instructions, and the official client returns from C only
at its timeout. An interrupted call continues in the background, so calls that change a cluster are not run
this way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Waits:
    """`abandoned` is true after a wait was interrupted, whose call may still be running."""

    def __init__(self) -> None:
        self.abandoned = False

    def wait(self, work: Callable[[], T]) -> T:
        """Runs `work` in a daemon thread and returns or raises its result."""
        returned: list[T] = []
        raised: list[BaseException] = []

        def run() -> None:
            try:
                returned.append(work())
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=run, name="modgo-cluster", daemon=True)
        thread.start()
        try:
            thread.join()
        except BaseException:
            self.abandoned = True
            raise
        if raised:
            raise raised[0]
        return returned[0]
