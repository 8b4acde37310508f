"""What runs beside the message thread: a revision that is linted, failures of background steps, and the
socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modgo_lsp.server.lsp.start_options import PipeError
from modgo_lsp.server.lsp.unix_socket import _gone_afterwards, accepted
from modgo_lsp.server.workspace import new_since
from modgo_lsp.server.workspace.analysis_thread import AnalysisThread
from modgo_lsp.server.workspace.new_since import NewSince, _heads
from modgo_lsp.server.workspace.process_exit import when_ended
from modgo_lsp.server.workspace.revision_process import Found, Order, find

from .conftest import git


def test_the_findings_of_a_revision(repository: Path, tmp_path: Path) -> None:
    (repository / "stats.go").unlink()
    (tmp_path / "plain").mkdir()
    found = find(Order((str(repository), str(tmp_path / "plain")), "main"))
    assert len(found.identities) == 1
    (problem,) = found.problems
    assert str(tmp_path / "plain") in problem
    ignored = find(Order((str(repository),), "main", {"ignore": ["MG101"]}))
    assert (ignored.identities, ignored.problems) == ((), ())


def test_a_commit_in_a_work_tree_is_noticed(repository: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    git(repository, "worktree", "add", "-q", str(tree))
    (tree / "below").mkdir()
    orders = [Order((str(each),), "main") for each in (repository, tree, tree / "below", tmp_path)]
    before = [_heads(each) for each in orders]
    assert before[1] == before[2] != before[0]
    assert before[3] == (None,)
    log = repository / ".git" / "worktrees" / "tree" / "logs" / "HEAD"
    os.utime(log, (1, 1))
    git(tree, "commit", "-q", "--allow-empty", "-m", "second")
    after = [_heads(each) for each in orders]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("_SECONDS", 0, "it took more than 0 s"),
        ("_MODULE", "modgo_lsp.no_such_module", "its process has ended early"),
    ],
)
def test_a_revision_that_cannot_be_linted(
    repository: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object, why: str
) -> None:
    monkeypatch.setattr(new_since, name, value)
    complaints: list[str] = []
    complained = threading.Event()

    def complain(text: str) -> None:
        complaints.append(text)
        complained.set()

    since = NewSince(lambda: None, complain)
    since.set(Order((str(repository),), "main"))
    assert complained.wait(20)
    assert complaints == [f"modgo.lint.newSince: main could not be linted: {why}."]
    assert since.revision_findings == frozenset()


def test_a_revision_that_is_no_longer_set(repository: Path) -> None:
    before = set(threading.enumerate())
    complaints: list[str] = []
    since = NewSince(lambda: None, complaints.append)
    since.set(Order((str(repository),), "main"))
    since.set(Order((str(repository),), ""))
    for thread in set(threading.enumerate()) - before:
        if thread.name == "revision":
            thread.join(20)
            assert not thread.is_alive()
    assert (since.revision_findings, complaints) == (frozenset(), [])


def test_the_result_of_a_run_that_is_no_longer_set_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    reached, was_set = threading.Event(), threading.Event()

    class Identities(tuple[str, ...]):
        """They are read while another thread clears the setting, for at most half a second."""

        def __iter__(self) -> Iterator[str]:
            reached.set()
            was_set.wait(0.5)
            return super().__iter__()

    monkeypatch.setattr(NewSince, "_found", lambda *_: Found(Identities(["known"]), ()))
    before = set(threading.enumerate())
    since = NewSince(lambda: None, lambda _: None)
    since.set(Order(("/",), "main"))
    assert reached.wait(20)
    since.set(Order(("/",), ""))
    was_set.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
    assert since.revision_findings == frozenset()


def failing(done: threading.Event) -> Iterator[None]:
    yield
    done.set()
    raise ZeroDivisionError


def test_a_background_step_that_fails_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    first, second = threading.Event(), threading.Event()

    def last() -> Iterator[None]:
        second.set()
        yield

    thread = AnalysisThread()
    thread.later(failing(first))
    thread.later(last())
    thread.start(lambda _: None)
    assert first.wait(10)
    assert second.wait(10)
    assert caplog.messages == ["The analysis failed"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_socket_in_the_folder_of_root() -> None:
    os.seteuid(54321)
    try:
        with pytest.raises(PipeError, match="--pipe makes no socket there: / is not yours"):
            accepted("/modgo.socket")
    finally:
        os.seteuid(0)


def process_state() -> tuple[object, ...]:
    mask = os.umask(0o777)
    os.umask(mask)
    return mask, signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder for sockets, whose paths have at most 107 bytes."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def test_a_client_is_accepted_and_the_process_is_as_before(short_path: Path) -> None:
    path = short_path / "socket"
    before = process_state()
    found: list[object] = []

    def connect() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            end = time.monotonic() + 20
            while client.connect_ex(str(path)):
                assert time.monotonic() < end
                time.sleep(0.001)
            found.append(signal.getsignal(signal.SIGTERM))
            client.sendall(b"ask")
            client.shutdown(socket.SHUT_WR)
            found.append(client.makefile("rb").read())

    connecting = threading.Thread(target=connect, daemon=True)
    connecting.start()
    stdin, stdout = accepted(str(path))
    assert process_state() == before
    assert not path.exists()
    with stdin, stdout:
        assert stdin.read() == b"ask"
        stdout.write(b"answer")
    connecting.join(10)
    handler, answer = found
    assert handler != before[1]
    assert answer == b"answer"


def test_after_a_socket_that_cannot_be_made_the_process_is_as_before(tmp_path: Path) -> None:
    before = process_state()
    (tmp_path / "file").touch()
    for path in (str(tmp_path / ("x" * 200)), str(tmp_path / "file")):
        with pytest.raises(PipeError) as refused:
            accepted(path)
        assert refused.value.message.startswith(f"no socket can be made at {path} (")
        assert not refused.value.message.endswith("(None)")
        assert refused.value.remedy.startswith("name a file that doesn't exist")
    assert process_state() == before
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_the_end_of_another_process_is_noticed() -> None:
    ended = threading.Event()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        when_ended(process.pid, ended.set)
        assert not ended.is_set()
        process.communicate(b"\n")
    assert ended.wait(10)
    for number in (process.pid, -1, 1 << 80):  # it is gone, or none
        when_ended(number, ended.clear)
    assert ended.is_set()


def test_only_the_own_socket_is_removed(short_path: Path) -> None:
    path = short_path / "socket"
    for change in ("stays", "gone", "replaced"):
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
            with _gone_afterwards(str(path)):
                if change != "stays":
                    path.unlink()
                if change == "replaced":
                    path.touch()
        assert path.exists() is (change == "replaced")


def test_a_socket_that_cannot_be_made(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "modgo_lsp.server.main", "--pipe"]
    for path, message in (
        ("", "--pipe names no file: name a file that doesn't exist"),
        (str(tmp_path / "no" / "x"), f"--pipe makes no socket there: {tmp_path}/no: No such file"),
    ):
        done = subprocess.run([*command, path], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"modgo-lsp: {message}")
        assert done.stderr.count("\n") == 1
