"""The memory of a server and all its children, watched from beside.

Not for: processes that are waited for (figures.py has their peak).
"""

from __future__ import annotations

import threading
from types import TracebackType

import psutil

_EVERY = 0.05


def resident_megabytes(pid: int) -> float:
    """The resident sizes of a process and of all below it, added up: what two share counts twice. In MB."""
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        pass  # it has ended meanwhile
    return total / 1024 / 1024


class Watch:
    """Looks at it every 50 ms; `peak` is the most that was seen, in MB."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(_EVERY):
            self.peak = max(self.peak, resident_megabytes(self._pid))
