"""What commands share: the session, and which of them build, load or call at the moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Union

from modgo_lsp.server.workspace.session import Session

Json = dict[str, Any]
Arguments = Sequence[Any]
Token = Union[int, str, None]


def canceller(task: asyncio.Task[Any]) -> Callable[[], None]:
    """A function that cancels a task from any thread."""
    loop = task.get_loop()

    def cancel() -> None:
        loop.call_soon_threadsafe(task.cancel)

    return cancel


class Commands:
    """For the thread of the event loop."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._running: set[asyncio.Task[Any]] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._is_shut_down = False

    def lock(self, directory: str) -> asyncio.Lock:
        """The lock that serialises the commands on a module."""
        return self._locks.setdefault(directory, asyncio.Lock())

    @contextmanager
    def running(self) -> Iterator[asyncio.Task[Any]]:
        """Adds the task of the current command to those that `cancel` cancels. Raises CancelledError after
        `shut_down`."""
        if self._is_shut_down:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            yield task
        finally:
            self._running.discard(task)

    @property
    def count(self) -> int:
        return len(self._running)

    def cancel(self) -> set[asyncio.Task[Any]]:
        """Cancels the commands that are running, which ends their processes. Returns their tasks."""
        for task in self._running:
            task.cancel()
        return set(self._running)

    def shut_down(self) -> None:
        """Cancels them, and those whose task has not reached `running` yet."""
        self._is_shut_down = True
        self.cancel()

    async def end(self, seconds: float | None = None) -> int:
        """Cancels them and waits for their ends. Returns how many they were."""
        running = self.cancel()
        if running:
            await asyncio.wait(running, timeout=seconds)
        return len(running)
