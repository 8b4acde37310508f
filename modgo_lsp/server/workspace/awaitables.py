"""The analysis thread and the background index, for coroutines to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from modgo_lsp.server.workspace.job import Job, Reservation
from modgo_lsp.server.workspace.session import Session

_T = TypeVar("_T")


async def analysed(session: Session, work: Callable[[], _T], reservation: Reservation | None = None) -> _T:
    """Does `work` on the analysis thread, at the reserved place, and returns or raises what it does."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[_T] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if not answer.done():
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)

    def done(result: Any, error: BaseException | None) -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, error)

    job = Job(work, done)
    if reservation is None:
        session.analysis_thread.put(job)
    else:
        reservation.fill(job)
    try:
        return await answer
    except asyncio.CancelledError:
        job.cancel()
        raise


async def indexed(session: Session) -> None:
    """Waits until the background index is current."""
    loop = asyncio.get_running_loop()
    current = asyncio.Event()

    def then() -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(current.set)

    session.when_indexed(then)
    await current.wait()
