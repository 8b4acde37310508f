"""A thread for work that blocks in C, so that the event loop stays free and cancelling does not wait."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

# How long work that was stopped may take to come back: it ends processes, which takes milliseconds.
_STOP_SECONDS = 10.0

_Job = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class BlockingThread:
    """Does one work after another. `stop` makes the one under way come back; it is called from elsewhere."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        # A daemon, for the process must be able to end while C code does not come back.
        threading.Thread(target=self._work, name="modgo-host", daemon=True).start()

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` gives or raises. Cancelling stops it and waits until it has come back."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((work, future, loop))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self._stop()
            await asyncio.wait([future], timeout=_STOP_SECONDS)
            if future.done():
                future.exception()  # nobody will ask for it
            raise

    def end(self) -> None:
        """After the work that was given so far."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future, loop = job
            try:
                settle = _settle(future, work(), None)
            except BaseException as error:
                settle = _settle(future, None, error)
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(settle)
            del job, work, future, settle


def _settle(future: asyncio.Future[Any], value: Any, error: BaseException | None) -> Callable[[], None]:
    def settle() -> None:
        if future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    return settle
