"""A thread for work that blocks in C, so that it blocks neither the event loop nor cancelling."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

# Stopped work ends processes, which takes milliseconds.
_STOP_SECONDS = 10.0

_Job = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class BlockingThread:
    """Runs one job after another. `stop` makes the running job return; other threads call it."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        # A daemon, so that the process can end while C code blocks.
        threading.Thread(target=self._work, name="modgo-host", daemon=True).start()

    async def do(self, work: Callable[[], T]) -> T:
        """Returns or raises what `work` does. Cancelling stops it and waits for its end."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put((work, future, loop))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            self._stop()
            await asyncio.wait([future], timeout=_STOP_SECONDS)
            if future.done():
                future.exception()  # marks it as retrieved
            raise

    def end(self) -> None:
        """Ends the thread after the jobs queued so far."""
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
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    return settle
