"""The analysis thread: the order of its work, and what it publishes. Pygls: a failure to load it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lsprotocol import types

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.connection import Connection, decoded, frames
from modgo_lsp.server.lsp.errors import StaleError
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.pygls_thread import PyglsThread
from modgo_lsp.server.requests import code_action
from modgo_lsp.server.server import Server
from modgo_lsp.server.workspace.analysis_thread import AnalysisThread
from modgo_lsp.server.workspace.job import CancelledError, Job
from modgo_lsp.server.workspace.session import Session
from modgo_lsp.server.workspace.snapshot import Snapshot
from modgo_lsp.server.workspace.stale_request import answered

from .conftest import never_collecting
from .stdio import between, change

_RANGE = types.Range(types.Position(0, 0), types.Position(0, 1))


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> Session:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    nowhere = Connection(BytesIO(), BytesIO(), lambda _, __: None, lambda _: None, lambda: None)
    return never_collecting(Session(Outbox(nowhere), wire.Initialize(), Client(), "utf-16"))


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


def test_a_job_that_is_cancelled_before_it_begins_does_not_run() -> None:
    busy = Busy()
    job = Job(lambda: busy.done.append("work"), lambda _, error: busy.done.append(type(error)))
    busy.thread.put(job)
    job.cancel()
    assert busy.finish() == [CancelledError]


def test_the_thread_waits_for_a_reserved_place(session: Session) -> None:
    busy = Busy()
    reservation, given_up = busy.thread.reserve(), busy.thread.reserve()
    snapshot = session.snapshot()
    busy.thread.publish(snapshot)
    busy.thread.submit(lambda: "after", lambda result, _: busy.done.append(result))
    given_up.release()

    def fill() -> None:
        reservation.fill(Job(lambda: "reserved", lambda result, _: busy.done.append(result)))
        reservation.release()

    later = threading.Timer(0.05, fill)
    later.start()
    assert busy.finish() == ["reserved", "after", snapshot.number]


def test_a_request_is_answered_from_its_version_though_edits_follow(
    module: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also if pygls has not read the request when the edits have been read."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (nothing, _stdin), (answers, stdout) = os.pipe(), os.pipe()
    server = Server(os.fdopen(nothing, "rb"), os.fdopen(stdout, "wb"))
    serving = threading.Thread(target=server.serve, daemon=True)
    serving.start()
    read = frames(os.fdopen(answers, "rb"))
    uri = (module / "stats.go").as_uri()

    def send(method: str, params: Any, **more: Any) -> None:
        server.inbox.put({"jsonrpc": "2.0", "method": method, "params": params, **more})

    answered: dict[Any, Any] = {}

    def answer_to(id_: int) -> Any:
        while id_ not in answered:
            message = decoded(next(read))
            if "method" not in message:
                answered[message["id"]] = message
        return answered[id_]

    def hover(id_: int, line: object = 5) -> None:
        here = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 16}}
        send("textDocument/hover", here, id=id_)

    send("initialize", {"capabilities": {}, "rootUri": module.as_uri()}, id=0)
    answer_to(0)
    send("initialized", {})
    document = {"uri": uri, "languageId": "go", "version": 1, "text": (module / "stats.go").read_text()}
    send("textDocument/didOpen", {"textDocument": document})
    hover(1)
    assert answer_to(1)["result"]
    held_up, release = threading.Event(), threading.Event()
    server.pygls._soon(lambda _: held_up.set() or release.wait(20))
    assert held_up.wait(20)
    # These two are not answered: nothing waits for them.
    hover(100, line="one")
    hover(101)
    send("$/cancelRequest", {"id": 101})
    for number in range(2, 32):
        hover(number)
        send("textDocument/didChange", change(uri, number, between((8, 0), (8, 0), "\n")))
    session = server.session
    assert session is not None
    while next(iter(session.documents.by_path.values())).version != 31:
        time.sleep(0.001)
    # Without an order of the two, the newest version is analysed now.
    end = time.monotonic() + 0.5
    while time.monotonic() < end and not session.analysis_thread.is_idle:
        time.sleep(0.001)
    release.set()
    assert [answer_to(number).get("error") for number in range(2, 32)] == [None] * 30
    assert [answer_to(number)["error"]["code"] for number in (100, 101)] == [-32602, -32800]
    send("shutdown", None, id=99)
    send("exit", None)
    serving.join(20)


@pytest.mark.parametrize("edited", ["other.go", "stats.go"])
def test_a_request_about_a_document_is_answered_though_another_was_edited_and_analysed(
    session: Session, module: Path, edited: str
) -> None:
    documents = {name: module / name for name in ("stats.go", "other.go")}
    documents["other.go"].write_text("package stats\n")
    for path in documents.values():
        session.documents.open(wire.Item(path.as_uri(), path.read_text(), 1))
    asked = session.snapshot()
    here = wire.Identifier(documents["stats.go"].as_uri())
    change_ = msgspec.convert(
        change(documents[edited].as_uri(), 2, between((1, 0), (1, 0), "\n")), wire.DidChange
    )
    session.documents.change(change_, "utf-16")
    session.snapshot().package(str(module))
    lenses = partial(answered, session, _names_of_udfs, asked, wire.OfDocument(here))
    if edited == "other.go":
        assert lenses() == ["add", "count"]
    else:
        with pytest.raises(StaleError):
            lenses()


def test_a_request_is_answered_if_its_document_was_edited_and_not_analysed(
    session: Session, module: Path
) -> None:
    here = wire.OfDocument(wire.Identifier((module / "stats.go").as_uri()))
    session.documents.open(wire.Item(here.text_document.uri, (module / "stats.go").read_text(), 1))
    asked = session.snapshot()
    session.snapshot().package(str(module))
    change_ = change(here.text_document.uri, 2, between((0, 0), (0, 0), "package other\n"))
    session.documents.change(msgspec.convert(change_, wire.DidChange), "utf-16")
    assert answered(session, _names_of_udfs, asked, here) == ["add", "count"]


@pytest.mark.parametrize("was_loaded", [True, False])
def test_an_old_snapshot_keeps_its_answer(session: Session, module: Path, was_loaded: bool) -> None:
    uri = (module / "stats.go").as_uri()
    here = wire.OfDocument(wire.Identifier(uri))
    text = (module / "stats.go").read_text()
    session.documents.open(wire.Item(uri, text, 1))
    old = session.snapshot()
    if was_loaded:
        assert _names_of_udfs(old, here) == ["add", "count"]
    for version in range(2, 20):
        line = "" if version < 19 else 'func init() { udf.Register("more", Add) }\n'
        end = (text.count("\n") + version, 0)
        edit = change(uri, version, between(end, end, f"\n{line}"))
        session.documents.change(msgspec.convert(edit, wire.DidChange), "utf-16")
    new = session.snapshot()
    assert _names_of_udfs(new, here) == ["add", "count", "more"]
    assert _names_of_udfs(old, here) == ["add", "count"]
    assert old.documents[path_of(uri) or ""].document.source.decode() == text
    assert _names_of_udfs(new, here) == ["add", "count", "more"]


def _names_of_udfs(snapshot: Snapshot, params: wire.OfDocument) -> list[str]:
    package = snapshot.package_of(path_of(params.text_document.uri) or "")
    assert package is not None
    return [each.name or "" for each in package.registrations]


def test_an_exception_of_a_job_is_passed_on_and_the_next_runs() -> None:
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


def test_the_edit_of_an_older_text_is_refused(session: Session, module: Path) -> None:
    path = module / "stats.go"
    session.documents.open(wire.Item(path.as_uri(), path.read_text(), 1))
    asked = session.snapshot()
    edit = change(path.as_uri(), 2, between((1, 0), (1, 0), "\n"))
    session.documents.change(msgspec.convert(edit, wire.DidChange), "utf-16")
    session.snapshot().package(str(module))
    action = types.CodeAction("Fix all", data={"uri": path.as_uri()})
    with pytest.raises(StaleError):
        answered(session, code_action.resolve, asked, action)
    item = types.CallHierarchyItem("add", types.SymbolKind.Function, path.as_uri(), _RANGE, _RANGE)
    with pytest.raises(StaleError):
        answered(session, _names_of_udfs, asked, types.CallHierarchyIncomingCallsParams(item))
