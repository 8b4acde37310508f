"""Coroutines that wait for the analysis thread and for the index."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from modgo_lsp.server.workspace.analysis_thread import AnalysisThread
from modgo_lsp.server.workspace.awaitables import analysed, indexed


class Session:
    """The part of a session that is waited for."""

    def __init__(self) -> None:
        self.analysis_thread = AnalysisThread()
        self.waiting: list[Callable[[], None]] = []
        self.when_indexed = self.waiting.append

    def start(self) -> None:
        self.analysis_thread.start(lambda _: None)


def run(*works: Callable[[], Any]) -> list[Any]:
    session: Any = Session()

    async def answers() -> list[Any]:
        waiting = asyncio.gather(*(analysed(session, work) for work in works), return_exceptions=True)
        await asyncio.sleep(0)
        session.start()
        return list(await waiting)

    return asyncio.run(answers())


def test_a_result_and_an_exception_are_those_of_the_work() -> None:
    found = run(lambda: threading.current_thread().name, lambda: None, lambda: 1 // 0)
    assert found[:2] == ["analysis", None]
    assert isinstance(found[2], ZeroDivisionError)


def test_the_work_is_done_at_the_reserved_place() -> None:
    session: Any = Session()
    order: list[str] = []

    async def both() -> None:
        reservation = session.analysis_thread.reserve()
        second = asyncio.ensure_future(analysed(session, lambda: order.append("second")))
        await asyncio.sleep(0)
        first = asyncio.ensure_future(analysed(session, lambda: order.append("first"), reservation))
        await asyncio.sleep(0)
        session.start()
        await asyncio.gather(first, second)

    asyncio.run(both())
    assert order == ["first", "second"]


def test_work_that_nobody_waits_for_any_more_is_not_begun(caplog: pytest.LogCaptureFixture) -> None:
    session: Any = Session()
    done: list[str] = []

    async def cancelled() -> None:
        waiting = asyncio.ensure_future(analysed(session, lambda: done.append("cancelled")))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        session.start()
        await analysed(session, lambda: done.append("next"))

    asyncio.run(cancelled())
    assert done == ["next"]
    assert caplog.messages == []  # an answer to a future that is cancelled would be one


def test_an_answer_after_the_end_of_the_loop_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    session: Any = Session()
    done: list[str] = []

    async def unanswered(awaited: Callable[[], Any]) -> None:
        waiting = asyncio.ensure_future(awaited())
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(unanswered(lambda: analysed(session, lambda: done.append("work"))))
    asyncio.run(unanswered(lambda: indexed(session)))
    for then in session.waiting:
        then()
    session.start()
    asyncio.run(analysed(session, lambda: done.append("next")))
    assert done == ["next"]
    assert caplog.messages == []


def test_the_index_is_waited_for() -> None:
    session: Any = Session()

    async def wait() -> list[bool]:
        waiting = asyncio.ensure_future(indexed(session))
        await asyncio.sleep(0)
        found = [waiting.done()]
        (then,) = session.waiting
        then()
        await waiting
        return [*found, waiting.done()]

    assert asyncio.run(wait()) == [False, True]
