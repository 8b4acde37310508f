"""`modgo repl`: lines, the session with a real module, the prompt, and its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from modgo_lsp.cli import progress
from modgo_lsp.cli.repl.line import CallLine, CommandLine, LineError, is_incomplete, parse_line
from modgo_lsp.cli.repl.prompt import COMMANDS, ReplCompleter, prompt_session
from modgo_lsp.cli.repl.session import Repl
from modgo_lsp.host.record_store import Store
from modgo_lsp.host.result import FunctionInfo, ParameterInfo
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import List, Map
from modgo_lsp.lint.config import Settings
from tests.cli.on_terminal import on_terminal
from tests.modgo_command import modgo

ROOT = Path(__file__).parents[2]
UDFS = ROOT / "tests" / "build" / "modules" / "udfs"
STREAMS = ROOT / "tests" / "host" / "modules" / "streams"
GO_MOD = "module example.com/m\n\ngo 1.24\n\nrequire github.com/GeertJohan/aerospike-mod-go/udf v1.0.0\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with udfs.so."""
    folder = tmp_path_factory.mktemp("repl")
    done = modgo("build", str(UDFS), "-o", str(folder), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def repl(folder: Path, tmp_path: Path) -> Iterator[Repl]:
    store = Store(tmp_path / "records.db")
    repl = Repl(str(folder / "udfs.so"), Settings(), store, 10.0)
    repl.open()
    yield repl
    repl.close()
    store.close()


# ---- lines ----


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("f", ()),
        ("f()", ()),
        ("f hits 5 -2.5 true null", ("hits", 5, -2.5, True, None)),
        ('f("hits", 5)', ("hits", 5)),
        ('f "two words" [1, 2] {"a": [1]}', ("two words", List((1, 2)), Map((("a", List((1,))),)))),
        ("f '' ' a'  b", ("", " a", "b")),
        ('f {"a": 1}[2]"x"', (Map((("a", 1),)), List((2,)), "x")),
        ("f 'two words' '[1, 2]'", ("two words", List((1, 2)))),
        ("f 9007199254740993 6.0", (9007199254740993, 6.0)),
        ("f(\n  [1,\n 2]\n)", (List((1, 2)),)),
    ],
)
def test_calls(text: str, arguments: tuple[object, ...]) -> None:
    assert parse_line(text) == CallLine("f", arguments)


def test_commands_and_comments() -> None:
    assert parse_line(":record  k1 ") == CommandLine("record", "k1")
    assert parse_line(":") == CommandLine("", "")
    assert parse_line("  ") is parse_line("# a comment") is None


def test_help_names_every_command(repl: Repl, capsys: pytest.CaptureFixture[str]) -> None:
    assert repl.do(":help")
    shown = capsys.readouterr().out
    for command in ("record", "store", "functions", "time", "reload", "quit"):
        assert f"\n:{command} " in shown


@pytest.mark.parametrize(
    "text", ["5", "f(1", "f(hits)", "f [1", "f 'x", 'f "x', "f{1}", "f(1,)", "f 1e999x ["]
)
def test_lines_that_are_refused(text: str) -> None:
    with pytest.raises(LineError):
        parse_line(text)


def test_an_open_bracket_continues_on_the_next_line() -> None:
    assert is_incomplete('f({"a": [1,')
    assert is_incomplete('f("(", [')
    assert not is_incomplete('f("(", [1])')
    assert not is_incomplete('f "\\"("')
    assert is_incomplete('f "\\\\" (')
    assert not is_incomplete("f) [")
    assert is_incomplete("f {")
    assert not is_incomplete("f {}")


# ---- the session ----


def test_what_a_call_stores_is_there_for_the_next(folder: Path) -> None:
    lines = ':record {"key": ["test", "demo", 7], "bins": {"hits": 1}}\nadd hits 5\n:time\n'
    lines += 'add("hits", 5)\n:store\n'
    done = modgo("repl", "udfs.so", cwd=folder, lines=lines)
    assert (done.returncode, done.stderr) == (0, "")
    out = done.stdout.splitlines()
    assert out[:4] == ['["test", "demo", 7]', "  hits: 1", "  (generation 1, ttl 0)", "6"]
    assert (out[5], out[6]) == ("- hits: 1", "+ hits: 6")
    assert out[9].startswith("update in ")
    assert "times are not shown" in out
    assert out[-3:] == ["update", '["test", "demo", 7]: hits', "1 record"]


def test_records_by_key(folder: Path) -> None:
    lines = (
        ':record k1\n:record ["ns", "set", 5]\n:record {"bins": {"a": 1}}\n:record k1\n:record\n:record [1]\n'
    )
    done = modgo("repl", "udfs.so", cwd=folder, lines=lines)
    out = [line for line in done.stdout.splitlines() if line.startswith("[")]
    keys = [
        '"test", "demo", "k1"',
        '"ns", "set", 5',
        '"test", "demo", "sample"',
        *['"test", "demo", "k1"'] * 2,
    ]
    assert out == [f"[{key}]" for key in keys]
    assert "(does not exist)" in done.stdout
    assert (done.returncode, done.stderr.count("Error: ")) == (1, 1)


def test_a_store_stays(folder: Path, tmp_path: Path) -> None:
    store = ("--store", str(tmp_path / "my.db"))
    modgo("repl", "udfs.so", *store, cwd=folder, lines=':record {"bins": {"hits": 1}}\n')
    done = modgo("repl", "udfs.so", *store, cwd=folder, lines="add hits 1\n")
    assert done.stdout.splitlines()[0] == "2"


def test_a_call_that_crashes_or_hangs_does_not_end_the_session(folder: Path) -> None:
    lines = "exit\nspin\nfail\nnosuch\nadd\n(\n:bad\necho 5\n:quit\necho 6\n"
    done = modgo("repl", "udfs.so", "--timeout", "0.5", cwd=folder, lines=lines)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "5"
    assert "6" not in done.stdout.splitlines()
    for text in (
        "crash: exit: ",
        "timeout: spin did not return",
        "udf: ",
        "registered as 'nosuch'",
        "there is no command",
    ):
        assert text in done.stderr, text


def test_reload_after_a_change(tmp_path: Path) -> None:
    """The lines come one after another, because the module changes between them."""
    source = tmp_path / "m.go"

    def write(result: str) -> None:
        source.write_text(
            'package m\n\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n\n'
            f'func one() int64 {{ return {result} }}\n\nfunc init() {{ udf.Register("one", one) }}\n'
        )

    (tmp_path / "go.mod").write_text(GO_MOD)
    write("1")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "modgo_lsp", "repl", "."],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def answer(line: str) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line)
        process.stdin.flush()
        return process.stdout.readline().strip()

    try:
        assert answer("one\n") == "1"
        assert process.stdout.readline().startswith("no write")
        write("2 ")
        assert answer(":reload\n") == "loaded . with one"
        assert answer("one\n") == "2"
        write('"x"')
        out, err = process.communicate(":reload\none\n", timeout=120)
    finally:
        process.kill()
    assert "m.go:5:" in out
    assert "the module that was loaded before stays in use" in err
    assert "2" in out.splitlines()
    assert ". has changed; :reload loads it again" in err
    assert process.returncode == 1


def test_a_module_that_is_gone_or_broken_after_reload(
    repl: Repl, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The session goes on; a later :reload finds the module again."""
    module = folder / "udfs.so"
    content = module.read_bytes()
    try:
        module.unlink()
        assert repl.do(":reload") is False
        assert "does not exist" in capsys.readouterr().err
        module.write_bytes(content[:5000])
        assert repl.do(":reload") is False
        assert repl.do("echo 5") is False
        assert capsys.readouterr().err.count("not a complete shared object") == 2
    finally:
        module.write_bytes(content)
    assert repl.do(":reload")
    assert repl.do("echo 5")


def test_a_module_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.so").write_bytes(b"\x7fELF")
    done = modgo("repl", "x.so", cwd=tmp_path, lines="add\n")
    assert (done.returncode, done.stdout) == (1, "")
    done = modgo("repl", "missing.so", cwd=tmp_path)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "Error: missing.so does not exist")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 1), (signal.SIGTERM, 143)])
def test_signals_during_a_call(folder: Path, number: int, code: int) -> None:
    """Ctrl-C stops the call, and the session goes on; SIGTERM ends it. No worker stays."""
    process = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "repl", "udfs.so", "--timeout", "600"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdin is not None
        process.stdin.write("spin\necho 5\n")
        process.stdin.flush()
        workers: list[psutil.Process] = []
        while not (workers and workers[0].cpu_times().user > 0.3):  # it spins
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
            workers = [one for one in psutil.Process(process.pid).children() if "worker" in one.name()]
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code
    assert (out.splitlines()[:1], "cancelled" in err) == ((["5"], True) if code == 1 else ([], False))
    assert psutil.wait_procs(workers, timeout=30)[1] == []


def test_functions_are_listed(repl: Repl, capsys: pytest.CaptureFixture[str]) -> None:
    assert repl.do(":functions")
    lines = capsys.readouterr().out.splitlines()
    assert "add(bin string, by int64) (int64, error)" in lines
    assert len(lines) == len(repl.functions)


def test_a_stream_reads_all_records(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_LONG_SECONDS", 1000.0)
    store = Store(tmp_path / "records.db")
    repl = Repl(str(STREAMS), Settings(), store, 10.0)
    repl.open()
    capsys.readouterr()
    try:
        assert repl.do(":functions")
        functions = capsys.readouterr().out.splitlines()
        streams = [each.partition("(")[0] for each in functions if each.endswith("  (stream)")]
        assert streams == ["cities", "exits", "hangs", "panics", "reduces", "texts", "total", "writes"]
        assert repl.do(":time")
        for number in (1, 2):
            assert repl.do(f':record {{"key": ["test", "demo", {number}], "bins": {{"n": {number}}}}}')
        capsys.readouterr()
        assert repl.do("total")
        assert capsys.readouterr() == ("3\n  node 1: 2 records → 1 value\n1 value\n", "")
        assert repl.do("total 5") is False
        assert repl.do("single 5")
        assert capsys.readouterr().out == "5\nno write\n"
    finally:
        repl.close()
        store.close()


ANSWERS = {
    ":time": ("times are not shown\n", ""),
    ":store": ("0 records\n", ""),
    ":record": ('["test", "demo", "sample"]\n  (does not exist)\n', ""),
    ':record {"bins": {"b": 1, "a": "x"}}': (
        '["test", "demo", "sample"]\n  a: "x"\n  b: 1\n  (generation 1, ttl 0)\n',
        "",
    ),
    ":record {": ("", "Error: record:1:2: not JSON: expecting property name enclosed in double quotes\n"),
    ":record gone.json": (
        "",
        "Error: the record sample gone.json cannot be read (No such file or directory)\n",
    ),
    ":store ": ('["test", "demo", "sample"]: a, b\n1 record\n', ""),
    ":t": ("times are shown\n", ""),
    ":re": ("", "Error: there is no command :re; :help lists them\n"),
    ":": ("", "Error: there is no command :; :help lists them\n"),
    ":x": ("", "Error: there is no command :x; :help lists them\n"),
    ":rel": ("loaded udfs.so with NAMES\n", ""),
    "# nothing": ("", ""),
}


def test_what_commands_write(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    store = Store(tmp_path / "records.db")
    repl = Repl("udfs.so", Settings(), store, 10.0)
    repl.open()
    try:
        names = ", ".join(one.name for one in repl.functions)
        for line, (out, error) in ANSWERS.items():
            assert repl.do(line) is (error == ""), line
            assert capsys.readouterr() == (out.replace("NAMES", names), error), line
        assert repl.do(":q") is None
    finally:
        repl.close()
        store.close()


def test_a_key_of_one_word(repl: Repl, capsys: pytest.CaptureFixture[str]) -> None:
    for word, key in (("k1", '"k1"'), ("7", "7"), ('"7"', '"7"'), ("true", '"true"'), ("1.5", '"1.5"')):
        assert repl.do(f":record {word}")
        assert capsys.readouterr().out.splitlines()[0] == f'["test", "demo", {key}]'


def test_a_file_that_is_gone_has_changed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "m.so"
    shutil.copy(folder / "udfs.so", module)
    store = Store(tmp_path / "records.db")
    repl = Repl(str(module), Settings(), store, 10.0)
    repl.open()
    repl.note_changes()
    module.unlink()
    assert "has changed" not in capsys.readouterr().err
    for expected in (1, 0):  # it is said once
        repl.note_changes()
        assert capsys.readouterr().err.count("has changed; :reload loads it again") == expected
    repl.close()
    store.close()


# ---- the prompt ----


READY = "\x1b[?2004h"  # of each prompt, once it reads keys: what is typed earlier may be lost


def test_on_a_terminal(folder: Path, tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path)}
    with on_terminal("repl", "udfs.so", cwd=folder, **state) as terminal:
        assert "add, " in terminal.until("; :help lists the commands")
        terminal.until(READY)
        terminal.types("echo 12321\r")
        terminal.until("\x1b[32m12321")  # the result, in its colour
        terminal.until(READY)
        terminal.types("echo begun\x03")  # the line is left, and the session goes on
        terminal.until(READY)
        terminal.types(":time\r")
        terminal.until("times are not shown")
        terminal.until(READY)
        terminal.types("\x04")
        terminal.rest()
        assert terminal.process.returncode == 0
    with on_terminal("repl", "udfs.so", cwd=folder, **state) as terminal:
        terminal.until("; :help lists the commands")
        terminal.until(READY)
        terminal.types(":quit\r")
        terminal.rest()
        assert terminal.process.returncode == 0
    assert "+echo 12321" in (tmp_path / "modgo" / "repl_history").read_text()


def test_without_a_folder_for_it_the_history_is_in_memory(
    repl: Repl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with create_pipe_input() as keys:
        session = prompt_session(repl, input=keys, output=DummyOutput())
        assert not session.complete_while_typing
        for typed in ("echo 1\r", "\x1b[A\r"):
            keys.send_text(typed)
            assert session.prompt() == "echo 1"


def test_the_prompt_takes_several_lines_and_has_a_history(
    repl: Repl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with create_pipe_input() as keys:
        session = prompt_session(repl, input=keys, output=DummyOutput())
        keys.send_text("echo(\r[1]\r)\r")
        assert session.prompt() == "echo(\n[1]\n)"
        keys.send_text("\x1b[A\r")  # the line before
        assert session.prompt() == "echo(\n[1]\n)"
        keys.send_text("begun\x03")
        with pytest.raises(KeyboardInterrupt):
            session.prompt()
        keys.send_text("\x04")
        with pytest.raises(EOFError):
            session.prompt()
    history = tmp_path / "state" / "modgo" / "repl_history"
    assert "+echo(" in history.read_text().splitlines()
    assert history.stat().st_mode & 0o077 == 0


def completed(repl: Repl, text: str) -> list[str]:
    found = ReplCompleter(repl).get_completions(Document(text), CompleteEvent())
    return [text[: len(text) + one.start_position] + one.text for one in found]


def test_completion(repl: Repl) -> None:
    assert repl.do(':record {"key": ["test", "demo", "k1"], "bins": {"hits": 1, "host": 2}}')
    assert repl.do(":record k2")
    assert completed(repl, "ad") == ["add"]
    assert completed(repl, ":re") == [":record", ":reload"]
    assert completed(repl, ':record ["te') == [':record ["test", "demo", "k1"]']
    assert completed(repl, "add h") == ["add hits", "add host"]
    assert completed(repl, 'add("hi') == ['add("hits']
    assert completed(repl, "zzz") == []


class Completed:
    """What is completed in a session: its records and functions."""

    def __init__(self) -> None:
        self.record = Record(bins={"here": 1})
        self.functions = (FunctionInfo("add", params=(ParameterInfo("n", "int64"),)), FunctionInfo("a\x1b"))

    def records(self) -> list[Record]:
        return [Record(key="k1", bins={"hits": 1, "h\x1b": 2}), Record(key=7, bins={"hits": 1})]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("add", "add(n int64)")]),
        ("  a", [("add", "add(n int64)")]),
        ("add ", [("here", "bin"), ("hits", "bin")]),
        ("add(he", [("here", "bin")]),
        (':record ["test", "demo", ', [('["test", "demo", "k1"]', ""), ('["test", "demo", 7]', "")]),
        (":record   ", [('["test", "demo", "k1"]', ""), ('["test", "demo", 7]', "")]),
        (":record", [(":record", "")]),
        (":", [(f":{name}", "") for name in COMMANDS]),
    ],
)
def test_what_is_offered(text: str, found: list[tuple[str, str]]) -> None:
    session: Any = Completed()
    offered = list(ReplCompleter(session).get_completions(Document(text), CompleteEvent()))
    assert [(one.text, one.display_meta_text) for one in offered] == found
    assert all(one.text.startswith(text[len(text) + one.start_position :]) for one in offered)


def test_every_command_is_completed(repl: Repl) -> None:
    for name in COMMANDS:
        assert repl.do(f":{name}") is not False
