"""A session without a client at the other end: what it shows and asks, and when it is behind."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.workspace import session as module
from modgo_lsp.server.workspace.grants import IGNORED
from modgo_lsp.server.workspace.session import Session

from .analysed_files import Sent
from .conftest import UNREGISTERED, never_collecting

REFRESH = "workspace/diagnostic/refresh"
PULLS = Client(pull_diagnostics=True, diagnostic_refresh=True)


class Shown(Sent):
    """Messages to the user as well."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def notify(self, method: str, params: Any, key: str = "", optional: bool = False) -> None:
        if method == "window/showMessage":
            self.messages.append(f"{params['type']} {params['message']}")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def started(client: Client | None = None, **params: Any) -> tuple[Session, Shown]:
    outbox = Shown()
    session = Session(outbox, wire.Initialize(**params), client or Client(), "utf-16")
    return never_collecting(session), outbox


def finish(session: Session) -> None:
    """Waits for everything that the analysis thread has to do, but for background steps."""
    end = time.monotonic() + 20
    while not session.analysis_thread.is_idle:
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.parametrize(
    ("info", "name"),
    [(None, ""), (("vim", None), "vim"), (("vim", ""), "vim"), (("vim", "9.1"), "vim 9.1")],
)
def test_the_name_of_the_client(info: tuple[str, str | None] | None, name: str) -> None:
    session, _ = started(client_info=None if info is None else wire.ClientInfo(*info))
    assert session.client_name == name
    assert not session.is_initialized


def test_the_roots_are_the_folders_with_a_path_each_once() -> None:
    uris = ("file:///b", "file:///a", "untitled:x", "file:///b/")
    session, _ = started(workspace_folders=tuple(wire.Folder(uri) for uri in uris))
    assert session.roots == ("/a", "/b")


def test_each_snapshot_has_a_number_of_its_own() -> None:
    session, _ = started()
    assert [session.snapshot().number for _ in range(3)] == [1, 2, 3]


def test_problems_of_settings_are_shown_each_time_but_for_allow() -> None:
    session, outbox = started()
    session.configure({"allow": {"network": True}, "log": {"level": "loud"}})
    session.configure({"allow": {"network": True}})
    session.configure({"lint": {"selct": [], "ignor": []}})
    session.configure({"lint": {"selct": [], "ignor": []}})
    finish(session)
    allow, level, *settings = outbox.messages
    assert allow == f"2 Modgo: {IGNORED}"
    assert level.startswith("2 Modgo: modgo.log.level is 'loud': it may be ")
    assert [sum(name in text for text in settings) for name in ("selct", "ignor")] == [1, 1]
    assert all(text.startswith("2 Modgo: editor settings: ") for text in settings)


@pytest.mark.parametrize(
    ("client", "asked"),
    [
        (PULLS, [REFRESH]),
        (Client(pull_diagnostics=True), []),
        (Client(diagnostic_refresh=True), []),
    ],
)
def test_a_client_that_pulls_is_asked_to_pull_again(client: Client, asked: list[str]) -> None:
    session, outbox = started(client)
    session.configure({"lint": {"ignore": ["MG101"]}})
    assert outbox.asked == asked
    session.configure({"lint": {"ignore": ["MG101"]}})  # nothing has changed
    assert outbox.asked == asked
    session.files_changed(["/m/a.go"])
    assert outbox.asked == asked * 2
    session.configure({})
    assert outbox.asked == asked * 3


def test_settings_and_files_that_change_are_published(module: Path) -> None:
    session, outbox = started()
    path = module / "stats.go"
    session.documents.open(wire.Item(path.as_uri(), UNREGISTERED, 1))

    def codes(change: Any) -> list[list[str | None]]:
        outbox.reports.clear()
        change()
        finish(session)
        return [[each.code for each in report.items] for report in outbox.reports]

    assert codes(session.changed) == [["MG101"]]
    assert codes(session.changed) == []
    assert codes(lambda: session.configure({"lint": {"ignore": ["MG101"]}})) == [[]]
    assert codes(lambda: session.configure({})) == [["MG101"]]
    other = module / "other.go"
    other.write_text("package stats\n\nvar _ = Extra\n")
    assert codes(lambda: session.files_changed([str(other)])) == [[]]
    other.unlink()
    assert codes(session.rescan) == [["MG101"]]
    assert codes(session.rescan) == []
    other.write_text("package stats\n\nvar _ = Extra\n")
    found: list[int] = []
    submit = session.analysis_thread.submit
    assert codes(lambda: submit(session.rescanned, lambda each, _: found.append(each.number))) == [[]]
    assert len(found) == 1


def test_a_session_is_behind_beyond_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = started()
    session.documents.open(wire.Item("file:///m/a.go", "", 1))
    session.documents.change(
        wire.DidChange(wire.Identifier("file:///m/a.go", 2), (wire.Change("x"),)), "utf-16"
    )
    pending = session.documents.pending
    for limit, is_behind in ((pending - 1, True), (pending, False)):
        monkeypatch.setattr(module, "_MAX_PENDING", limit)
        assert session.is_behind is is_behind
    begun, release = threading.Event(), threading.Event()
    session.analysis_thread.submit(lambda: begun.set() or release.wait(10), lambda *_: None)
    assert begun.wait(10)
    session.analysis_thread.submit(lambda: None, lambda *_: None)
    for requests, is_behind in ((0, True), (1, False)):
        monkeypatch.setattr(module, "_MAX_REQUESTS", requests)
        assert session.is_behind is is_behind
    release.set()
