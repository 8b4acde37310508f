"""The messages that have come in and wait to be handled."""

from __future__ import annotations

import queue

from modgo_lsp.server.lsp.connection import Message


class Inbox:
    """Any thread may put, one thread gets. `size` is the bytes of the messages that wait; only the reader of
    the connection puts messages of any size, so it is the only one that adds to them."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Message, int]] = queue.SimpleQueue()
        self._put = self._got = 0

    def put(self, message: Message, size: int = 0) -> None:
        if size:
            self._put += size
        self._queue.put((message, size))

    def get(self, timeout: float | None) -> Message | None:
        """The next message; None if none comes within the timeout, in seconds."""
        try:
            message, size = self._queue.get(timeout=timeout)
        except queue.Empty:
            return None
        self._got += size
        return message

    @property
    def size(self) -> int:
        return self._put - self._got
