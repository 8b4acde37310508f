"""Waits for work that blocks in C so that Ctrl-C ends the wait at once.

Python handles a signal only between two of its own instructions, and the official client returns from C when
its timeout is up. Not for work that must not continue after it was given up, such as putting files.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Waits:
    """`abandoned` says that somebody was interrupted, and that work still goes on behind them."""

    def __init__(self) -> None:
        self.abandoned = False

    def wait(self, work: Callable[[], T]) -> T:
        """What `work` gives or raises. It is done by another thread, which ends with the process."""
        given: list[T] = []
        raised: list[BaseException] = []

        def do() -> None:
            try:
                given.append(work())
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=do, name="modgo-cluster", daemon=True)
        thread.start()
        try:
            thread.join()
        except BaseException:
            self.abandoned = True
            raise
        if raised:
            raise raised[0]
        return given[0]
