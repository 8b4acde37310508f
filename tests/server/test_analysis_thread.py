"""The analysis thread: the order of its work, and what it publishes. Pygls: a failure to load it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.connection import Connection
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.pygls_thread import PyglsThread
from modgo_lsp.server.workspace.analysis_thread import AnalysisThread
from modgo_lsp.server.workspace.job import CancelledError, Job
from modgo_lsp.server.workspace.session import Session


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Session:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    nowhere = Connection(BytesIO(), BytesIO(), lambda _, __: None, lambda _: None, lambda: None)
    return Session(Outbox(nowhere), wire.Initialize(), Client(), "utf-16")


def step(work: Callable[[], None]) -> Iterator[None]:
    work()
    yield


class Busy:
    """An analysis thread that is held up by a job, and what it does after that."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self._release, self._ended = threading.Event(), threading.Event()
        self.thread = AnalysisThread()
        self.thread.start(lambda snapshot: self.done.append(snapshot.number))
        begun = threading.Event()

        def hold_up() -> None:
            begun.set()
            self._release.wait(10)

        self.thread.submit(hold_up, lambda *_: None)
        assert begun.wait(10)

    def finish(self) -> list[object]:
        """Everything that was done, once a background step is reached: it comes last."""
        self.thread.later(step(self._ended.set))
        self._release.set()
        assert self._ended.wait(10)
        return self.done


def test_only_the_newest_snapshot_is_published_after_the_jobs(session: Session) -> None:
    busy = Busy()
    snapshots = [session.snapshot() for _ in range(3)]
    for snapshot in snapshots:
        busy.thread.publish(snapshot)
    busy.thread.submit(lambda: "job", lambda result, _: busy.done.append(result))
    assert not busy.thread.is_idle
    assert busy.finish() == ["job", snapshots[2].number]
    assert busy.thread.is_idle


def test_a_snapshot_that_comes_late_is_not_published(session: Session) -> None:
    busy = Busy()
    early, late = session.snapshot(), session.snapshot()
    busy.thread.publish(late)
    busy.thread.publish(early)
    assert busy.finish() == [late.number]
    busy = Busy()
    busy.thread.publish(late)
    busy.thread.later(step(lambda: busy.thread.publish(early)))
    assert busy.finish() == [late.number]


def test_a_job_that_is_cancelled_before_it_begins_is_not_done() -> None:
    busy = Busy()
    job = Job(lambda: busy.done.append("work"), lambda _, error: busy.done.append(type(error)))
    busy.thread.put(job)
    job.cancel()
    assert busy.finish() == [CancelledError]


def test_an_exception_of_a_job_is_passed_on_and_the_next_is_done() -> None:
    busy = Busy()
    busy.thread.submit(lambda: 1 // 0, lambda _, error: busy.done.append(type(error)))
    busy.thread.submit(lambda: 1, lambda result, _: busy.done.append(result))
    assert busy.finish() == [ZeroDivisionError, 1]


def test_the_server_ends_if_pygls_can_not_be_loaded(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "modgo_lsp.server.pygls_requests", None)
    failed = threading.Event()
    PyglsThread(failed.set).start(session)
    assert failed.wait(20)
