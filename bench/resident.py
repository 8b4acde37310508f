"""The memory of a server and all its children, sampled from outside."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil

_EVERY = 0.05


def resident_megabytes(pid: int) -> float:
    """The sum of the resident sizes of a process and its children, in MB. Shared memory counts twice."""
    total = 0
    try:
        process = psutil.Process(pid)
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        pass  # it has ended
    return total / 1024 / 1024


class Watch:
    """Samples it every 50 ms; `peak` is the highest sample, in MB."""

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
