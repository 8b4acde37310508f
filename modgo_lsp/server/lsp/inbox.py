"""What has come in and is to be looked at, first by a thread that waits, later by a loop that is called."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any


class Inbox:
    """`size` are the bytes of the messages that nobody has taken."""

    def __init__(self) -> None:
        self.size = 0
        self._items: deque[tuple[Any, int]] = deque()
        # Of those that were delivered and not yet taken.
        self._sizes: deque[int] = deque()
        self._news = threading.Condition()
        self._deliver: Callable[[Any], object] | None = None

    def put(self, item: Any, size: int = 0) -> None:
        """Any thread's."""
        with self._news:
            self.size += size
            if self._deliver is not None:
                self._sizes.append(size)
                self._deliver(item)
            else:
                self._items.append((item, size))
                self._news.notify()

    def get(self, timeout: float | None = None) -> Any:
        """Takes the next item; None if none comes in this time."""
        with self._news:
            if not self._items and not self._news.wait_for(lambda: bool(self._items), timeout):
                return None
            item, size = self._items.popleft()
            self.size -= size
            return item

    def deliver_to(self, deliver: Callable[[Any], object]) -> list[Any]:
        """Calls `deliver` with what comes from now on; gives what is there already. Who is called says when
        an item is `taken`, in the order that they came in."""
        with self._news:
            self._deliver = deliver
            self._sizes.extend(size for _, size in self._items)
            items = [item for item, _ in self._items]
            self._items.clear()
            return items

    def taken(self) -> None:
        """The oldest item that was delivered is being looked at."""
        with self._news:
            self.size -= self._sizes.popleft()
