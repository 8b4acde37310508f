"""The standard output of a module: a pipe, read by a thread of its own so that the worker never blocks. Log
lines come through the host functions instead (host_functions.py).
"""

from __future__ import annotations

import os
import select
import threading

# Of each, beginning and end. Of a Go trace of thousands of goroutines the middle is dropped.
_KEEP_BYTES = 256 << 10

# Together more than a pipe's capacity, so that one pass empties it.
_PIECE_BYTES, _PIECES = 65536, 32


class Output:
    """Reads until `close`. The worker writes to `descriptor`."""

    def __init__(self) -> None:
        self._read, self.descriptor = os.pipe()
        self._lock = threading.Lock()
        self._text = _Tail()
        os.set_blocking(self._read, False)
        self._thread = threading.Thread(target=self._fill, name="modgo-output", daemon=True)
        self._thread.start()

    def take(self) -> str:
        """The output since the last time, without its middle if it is long."""
        with self._lock:
            self._drain()
            text, self._text = self._text.text(), _Tail()
        return text

    def close(self) -> None:
        """Call this after the worker has ended."""
        os.close(self.descriptor)
        self._thread.join()
        os.close(self._read)

    def _fill(self) -> None:
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        while True:
            poll.poll()
            with self._lock:
                if self._drain():
                    return

    def _drain(self) -> bool:
        """Reads what is in the pipe, in a bounded number of steps. Returns whether the pipe was closed."""
        for _ in range(_PIECES):
            try:
                chunk = os.read(self._read, _PIECE_BYTES)
            except BlockingIOError:
                return False
            if not chunk:
                return True
            self._text.add(chunk)
        return False


class _Tail:
    """The beginning and the end of the output."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._lost = 0

    def add(self, chunk: bytes) -> None:
        free = _KEEP_BYTES - len(self._head)
        self._head += chunk[:free]
        self._tail += chunk[free:]
        extra = len(self._tail) - _KEEP_BYTES
        if extra > 0:
            self._lost += extra
            self._tail = self._tail[extra:]

    def text(self) -> str:
        cut = f"\n… {self._lost} bytes …\n".encode() if self._lost else b""
        return (self._head + cut + self._tail).decode("utf-8", "replace")
