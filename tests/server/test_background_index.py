"""The background index: its progress, cancelling, its end, and runs after changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.server.workspace import background_index
from modgo_lsp.server.workspace.background_index import BackgroundIndex
from modgo_lsp.server.workspace.index_process import Order, Progress
from modgo_lsp.server.workspace.progress import ProgressTokens
from tests.server.language_client import PUSHED, LanguageServer

from .analysed_files import Sent
from .conftest import GO_MOD, ROOT, UNREGISTERED

WATCHED = {**PUSHED, "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
SHOWN = {**WATCHED, "window": {"workDoneProgress": True}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text(GO_MOD)
    for number in range(80):
        package = tmp_path / f"p{number}"
        package.mkdir()
        (package / "stats.go").write_text(UNREGISTERED.replace('"add"', f'"add{number}"'))
    return tmp_path


@pytest.fixture
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """With an empty cache, so that there is something to index."""
    environment = {
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
    }
    started = LanguageServer([sys.executable, "-m", "modgo_lsp.server.main"], folder, environment)
    yield started
    started.kill()


def names(server: LanguageServer, query: str = "") -> set[str]:
    return {each["name"] for each in server.request("workspace/symbol", {"query": query})}


def indexing(server: LanguageServer) -> list[psutil.Process]:
    children = psutil.Process(server.process.pid).children()
    return [each for each in children if "modgo_lsp.server.workspace.index_process" in each.cmdline()]


def values(server: LanguageServer) -> list[dict[str, object]]:
    return [each["params"]["value"] for each in server.notifications if each["method"] == "$/progress"]


def begun(server: LanguageServer) -> psutil.Process:
    end = time.monotonic() + 30
    while not (found := indexing(server)):
        assert time.monotonic() < end
        server.receive(0.01)
    return found[0]


def shown(server: LanguageServer) -> psutil.Process:
    """A run that has taken long enough to be shown."""
    child = begun(server)
    child.suspend()
    time.sleep(background_index.SHOW_AFTER)
    child.resume()
    server.until(lambda: values(server))
    return child


def test_it_starts_by_itself_and_shows_progress(server: LanguageServer) -> None:
    server.initialize(capabilities=SHOWN)
    shown(server)
    server.until(lambda: {"kind": "end"} in values(server))
    kinds = [each["kind"] for each in values(server)]
    assert kinds == ["begin", *["report"] * (len(kinds) - 2), "end"]
    done = [each["percentage"] for each in values(server) if each["kind"] == "report"]
    assert done == sorted(done)
    assert names(server) >= {f"add{number}" for number in range(80)}


def test_open_documents_are_linted_meanwhile(server: LanguageServer, folder: Path) -> None:
    server.initialize(capabilities=PUSHED)
    child = begun(server)
    child.suspend()
    uri = server.open(folder / "p3" / "stats.go")
    server.diagnostics(uri, 1, count=1)
    here = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 16}}
    assert "add3" in str(server.request("textDocument/hover", here))
    child.resume()
    assert "add7" in names(server)


def test_a_request_that_waits_for_it_can_be_cancelled(server: LanguageServer) -> None:
    server.initialize(capabilities=PUSHED)
    child = begun(server)
    child.suspend()
    ours, theirs = (
        server.ask("workspace/diagnostic", {"previousResultIds": []}),
        server.ask("workspace/symbol", {"query": ""}),
    )
    for number in (ours, theirs):
        server.notify("$/cancelRequest", {"id": number})
        assert server.answer(number)["error"]["code"] == -32800
    child.resume()
    assert "add7" in names(server)


def test_cancelling_it_answers_requests_with_the_index_as_it_is(server: LanguageServer) -> None:
    server.initialize(capabilities=SHOWN)
    child = shown(server)
    child.suspend()
    waiting = server.ask("workspace/symbol", {"query": ""})
    (created,) = [each for each in server.requests if each["method"] == "window/workDoneProgress/create"]
    server.notify("window/workDoneProgress/cancel", {"token": created["params"]["token"]})
    assert server.answer(waiting)["result"] == []
    server.until(lambda: {"kind": "end"} in values(server))


def test_a_killed_indexer_is_logged_and_restarts_after_a_change(server: LanguageServer, folder: Path) -> None:
    server.initialize(capabilities=WATCHED)
    child = begun(server)
    child.suspend()
    waiting = server.ask("workspace/symbol", {"query": ""})
    child.kill()
    assert server.answer(waiting)["result"] == []
    assert any("has ended early" in str(each["params"]) for each in server.notifications)
    changed = folder / "p5" / "stats.go"
    changed.write_text(changed.read_text().replace('"add5"', '"fifth"'))
    change = {"changes": [{"uri": changed.as_uri(), "type": 2}]}
    server.notify("workspace/didChangeWatchedFiles", change)
    assert {"fifth", "add7"} <= names(server)


def test_it_ends_with_its_server(server: LanguageServer) -> None:
    server.initialize(capabilities=PUSHED)
    child = begun(server)
    server.kill()
    psutil.wait_procs([child], timeout=30)
    assert not child.is_running()


def test_folders_are_added_and_removed(
    server: LanguageServer, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server.initialize(capabilities=WATCHED)
    assert "add7" in names(server)
    other = tmp_path_factory.mktemp("other")
    (other / "go.mod").write_text(GO_MOD)
    (other / "stats.go").write_text(UNREGISTERED.replace('"add"', '"elsewhere"'))
    here, there = ({"uri": each.as_uri(), "name": each.name} for each in (folder, other))
    event = {"added": [there], "removed": []}
    server.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert names(server) >= {"elsewhere", "add7"}
    event = {"added": [], "removed": [here]}
    server.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert names(server) == {"elsewhere", "count"}


class Runs(BackgroundIndex):
    """Each run gives what the test puts into `results_of_runs`; an exception is raised."""

    def __init__(self) -> None:
        super().__init__(lambda: Order((), {}, None), ProgressTokens(Sent(), True))
        self.begun: SimpleQueue[int] = SimpleQueue()
        self.results_of_runs: SimpleQueue[Any] = SimpleQueue()
        self.called: SimpleQueue[str] = SimpleQueue()

    def _indexed(self) -> dict[str, LintResult] | None:
        self.begun.put(1)
        result: Any = self.results_of_runs.get(timeout=10)
        if isinstance(result, Exception):
            raise result
        return {
            name: LintResult(name, (), (), {}, (), (), False, True, True) for name in result or ()
        } or None

    def ask(self, name: str) -> None:
        self.when_current(lambda: self.called.put(name))

    def next(self, count: int) -> list[str]:
        return [self.called.get(timeout=10) for _ in range(count)]


def test_who_asks_waits_for_a_run_that_began_after_the_last_change() -> None:
    index = Runs()
    index.ask("first")
    index.begun.get(timeout=10)
    index.ask("joins")
    index.invalidate()
    index.ask("after a change")
    index.ask("as well")
    index.results_of_runs.put(["a"])
    assert index.next(2) == ["first", "joins"]
    index.begun.get(timeout=10)
    assert index.called.empty()
    assert list(index.results) == ["a"]
    index.ask("joins the second")
    index.results_of_runs.put(["b", "c"])
    assert index.next(3) == ["after a change", "as well", "joins the second"]
    assert list(index.results) == ["b", "c"]
    index.ask("at once")
    assert index.called.get_nowait() == "at once"
    assert index.begun.empty()
    index.invalidate()
    index.ask("once more")
    index.begun.get(timeout=10)
    index.results_of_runs.put(["d"])
    assert index.next(1) == ["once more"]
    assert list(index.results) == ["d"]


def test_a_run_that_fails_leaves_the_index_and_answers(caplog: pytest.LogCaptureFixture) -> None:
    index = Runs()
    for result in (["a"], ZeroDivisionError(), None):
        index.invalidate()
        index.ask("x")
        index.results_of_runs.put(result)
        assert index.next(1) == ["x"]
        assert list(index.results) == ["a"]
    assert caplog.messages == ["Could not index the workspace"]
    index.stop()  # nothing is running


@pytest.mark.parametrize(
    ("linted", "total", "percentage"),
    [(0, 3, 0), (1, 3, 33), (2, 3, 66), (3, 3, 100), (0, 0, 0), (1, 1, 100)],
)
def test_the_percentage_of_a_run(linted: int, total: int, percentage: int) -> None:
    found: list[tuple[object, ...]] = []
    shown = SimpleNamespace(report=lambda *arguments: found.append(arguments))
    background_index._report(shown, Progress(linted, total))  # type: ignore[arg-type]
    assert found == [(f"{linted} of {total} packages", percentage)]
