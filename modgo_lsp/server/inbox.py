"""What has come in and is to be looked at, first by a thread that waits, later by a loop that is called.

Not for: reading it (connection.py).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any


class Inbox:
    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._news = threading.Condition()
        self._deliver: Callable[[Any], object] | None = None

    def put(self, item: Any) -> None:
        """Any thread's."""
        with self._news:
            if self._deliver is not None:
                self._deliver(item)
            else:
                self._items.append(item)
                self._news.notify()

    def get(self, timeout: float | None = None) -> Any:
        """The next item; None if none comes in this time."""
        with self._news:
            if not self._items and not self._news.wait_for(lambda: bool(self._items), timeout):
                return None
            return self._items.popleft()

    def deliver_to(self, deliver: Callable[[Any], object]) -> list[Any]:
        """Calls `deliver` with what comes from now on; gives what is there already."""
        with self._news:
            self._deliver = deliver
            items = list(self._items)
            self._items.clear()
            return items
