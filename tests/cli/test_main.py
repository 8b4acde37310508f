"""The command itself: help, unknown commands, failures, signals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from bdb import BdbQuit
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from modgo_lsp import __version__
from modgo_lsp.cli import commands
from modgo_lsp.cli.commands import COMMANDS, modgo
from modgo_lsp.cli.main import main

ROOT = Path(__file__).parents[2]


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "modgo_lsp", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    assert isinstance(import_module(COMMANDS[name][0]).command, click.Command)
    ran = CliRunner().invoke(modgo, [name, "--help"])
    assert ran.exit_code == 0
    assert "Examples:" in ran.output


@pytest.mark.parametrize("arguments", [(), ("--",), ("sdk",)])
def test_without_a_command_the_help_is_shown(arguments: tuple[str, ...]) -> None:
    ran = process(*arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("Usage: modgo ")
    assert "\nCommands:\n" in ran.stderr or "Missing command" in ran.stderr


def test_help_lists_the_commands_without_importing_them() -> None:
    code = (
        "import sys; from modgo_lsp.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(sorted(m for m in sys.modules if m.startswith('modgo_lsp.')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    text, _, imported = ran.stdout.rpartition("\n[")
    assert all(f"\n  {name} " in text for name in COMMANDS)
    assert "modgo_lsp.cli.lint.command" not in imported


# Lint needs to find Go, but not to build.
FOR_LINT = (
    *("facts_cache", "go_environment", "isolation", "lint_worker_pool", "lint_store"),
    *("cache_folders", "ownership", "processors"),
)


def test_lint_imports_only_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package a\n")
    code = (
        "import sys; from modgo_lsp.cli.main import main\n"
        f"try: main(['lint', {str(tmp_path)!r}])\n"
        "except SystemExit: print('\\n'.join(sys.modules))"
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for _ in range(2):  # the second run reads the cache
        ran = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=environment,
            check=True,
        )
    imported = set(ran.stdout.split())
    assert "modgo_lsp.lint.lint_paths" in imported
    unneeded = {"pygls", "lsprotocol", "asyncio", "rich", "msgpack", "tempfile", "watchfiles"}
    assert imported & unneeded == set()
    # Each takes 1 to 3 ms, and only a mistake, a configuration file or a terminal needs it.
    assert imported & {"difflib", "json", "pathlib", "shutil", "tomllib"} == set()
    # The parser and the types take longer than the rest of a run that finds every result in the cache.
    assert "tree_sitter" not in imported
    assert [name for name in imported if name.startswith("modgo_lsp.golang.types.")] == []
    building = {name for name in imported if name.startswith(("modgo_lsp.build.", "modgo_lsp.host"))}
    assert building == {f"modgo_lsp.build.{name}" for name in FOR_LINT}


@pytest.mark.parametrize("arguments", [("lsp",), ("lsp", "--stdio")])
def test_the_language_server_starts_without_click(arguments: tuple[str, ...]) -> None:
    ran = process(*arguments, PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "modgo_lsp.server.main" in imported
    assert "click" not in imported


def test_version() -> None:
    assert process("--version").stdout == f"modgo {__version__}\n"


@pytest.mark.parametrize(("typed", "meant"), [("lnit", "lint"), ("biuld", "build"), ("docter", "doctor")])
def test_an_unknown_command_suggests_the_nearest(typed: str, meant: str) -> None:
    ran = process(typed)
    assert ran.returncode == 2
    assert ran.stderr == f"Error: there is no command {typed}\nHelp: did you mean `modgo {meant}`?\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("call", "--json"), "Missing argument 'FILE.so|PKG'."),
        (("call", "a.so", "f", "--record", "{", "--json"), "record:1:2: not JSON"),
        (("load", "nowhere", "--json"), "nowhere does not exist; name a module (.so) or the folder of"),
        (("build", "nowhere", "--json"), "nowhere does not exist"),
        (("inspect", "nowhere.so", "--json"), "nowhere.so cannot be read"),
        (("deploy", "a.so", "--json"), "Missing option '--hosts'"),
    ],
)
def test_wrong_usage_is_json_with_the_option_json(arguments: tuple[str, ...], message: str) -> None:
    ran = process(*arguments, AEROSPIKE_HOSTS="")
    report = json.loads(ran.stdout)
    assert (ran.returncode, ran.stderr) == (2, "")
    assert (report["ok"], report["error"]["kind"], report["error"]["frames"]) == (False, "usage", [])
    assert message in report["error"]["message"]
    ran = process("call", "a.so", "f", "--record", "{", "--", "--json")
    assert ran.stdout == ""
    assert "record:1:2: not JSON" in ran.stderr


def test_colours_follow_the_environment(tmp_path: Path) -> None:
    (tmp_path / "a.so").write_text("no module")
    command = ("inspect", str(tmp_path / "a.so"))
    assert "\x1b[31mnot a UDF module\x1b[0m" in process(*command, FORCE_COLOR="1", NO_COLOR="").stdout
    assert "\x1b" not in process(*command, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b" not in process(*command, FORCE_COLOR="", NO_COLOR="").stdout


def test_an_internal_error_is_one_line_and_how_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: str) -> None:
        raise RuntimeError("the sky fell")

    monkeypatch.setattr(commands, "import_module", broken)
    monkeypatch.delenv("MODGO_DEBUG", raising=False)
    with pytest.raises(SystemExit) as ended:
        main(["rule"])
    printed = capsys.readouterr().err
    assert ended.value.code == 70
    assert "RuntimeError: the sky fell" in printed
    assert "MODGO_DEBUG=1" in printed
    assert "Traceback" not in printed
    monkeypatch.setenv("MODGO_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main(["rule"])


def test_leaving_the_debugger_is_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def left(_: str) -> None:
        raise BdbQuit

    monkeypatch.setattr(commands, "import_module", left)
    with pytest.raises(SystemExit) as ended:
        main(["rule"])
    assert (ended.value.code, capsys.readouterr().err) == (130, "")


def ended_by(numbers: Sequence[int], *words: str) -> tuple[int, str, str]:
    """Runs `words` before `modgo lint` of standard input, and sends signals. Exit code, output and errors."""
    running = subprocess.Popen(
        [*words, sys.executable, "-m", "modgo_lsp", "lint", "--stdin-filename", "a.go"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    )
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(1.5)  # by now it reads standard input
    for number in numbers:
        running.send_signal(number)
    output, errors = running.communicate(timeout=30)
    return running.returncode, output, errors.strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_it_quietly_with_its_code(number: signal.Signals) -> None:
    assert ended_by([number]) == (128 + number, "", "")


def test_a_script_that_ignores_ctrl_c_can_end_its_command() -> None:
    """The shell makes the commands that a script starts in the background ignore SIGINT."""
    ignoring = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh"]
    assert ended_by([signal.SIGINT, signal.SIGTERM], *ignoring) == (128 + signal.SIGTERM, "", "")


@pytest.mark.parametrize("cause", [None, RuntimeError()])
def test_an_interrupt_ends_the_line_of_a_terminal_once(
    cause: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One with a cause has been through click, which has ended the line."""

    def interrupted(_: list[str]) -> object:
        raise KeyboardInterrupt from cause

    process = import_module("modgo_lsp.cli.main")
    monkeypatch.setattr(process, "_exit_code", interrupted)
    ours, its = pty.openpty()
    with os.fdopen(its, "w") as terminal:
        monkeypatch.setattr(process, "sys", SimpleNamespace(stderr=terminal))
        assert process._run(["lint"], []) == 130
        assert process._run(["lint"], [signal.SIGTERM]) == 143
        terminal.write("end")
        terminal.flush()
        shown = b""
        while not shown.endswith(b"end"):
            shown += os.read(ours, 100)
        assert shown == (b"\r\n\r\nend" if cause is None else b"end")
    os.close(ours)


def test_an_error_of_a_file_is_a_bug_and_not_one_of_the_standard_streams(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: list[str]) -> object:
        raise FileNotFoundError(2, "No such file or directory", "a.go")

    process = import_module("modgo_lsp.cli.main")
    monkeypatch.setattr(process, "_exit_code", fail)
    monkeypatch.delenv("MODGO_DEBUG", raising=False)
    assert process._run(["lint"], []) == 70
    assert "modgo itself failed: FileNotFoundError" in capsys.readouterr().err


@pytest.mark.parametrize(("code", "ends"), [(3, 3), (None, None), ("why it ended", SystemExit)])
def test_the_exit_code_is_that_of_the_command(
    code: int | str | None, ends: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python prints a text and exits with 1."""

    def end(_: list[str]) -> object:
        raise SystemExit(code)

    process = import_module("modgo_lsp.cli.main")
    monkeypatch.setattr(commands, "run", end)
    if ends is SystemExit:
        with pytest.raises(SystemExit, match="why it ended"):
            process._exit_code(["rule"])
    else:
        assert process._exit_code(["rule"]) == ends


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("package a\n")
    command = f"'{sys.executable}' -m modgo_lsp rule --all | head -c 10"
    ran = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.stdout == "MG101  war"
    assert ran.stderr == ""


TIMEOUTS = {
    "load": ("x.so",),
    "call": ("x.so", "add"),
    "test": ("x.so",),
    "bench": ("x.so", "add"),
    "repl": ("x.so",),
    "apply": ("m", "f", "--hosts", "127.0.0.1:1", "--key", '["test", "demo", "k"]'),
    "deploy": ("x.so", "--hosts", "127.0.0.1:1"),
    "undeploy": ("m", "--hosts", "127.0.0.1:1"),
}


def test_every_timeout_option_is_tested() -> None:
    taking = {
        name
        for name in COMMANDS
        for parameter in import_module(COMMANDS[name][0]).command.params
        if "--timeout" in parameter.opts
    }
    assert taking == TIMEOUTS.keys()


@pytest.mark.parametrize("name", TIMEOUTS)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e300", "-1", "0", "1e-400", "x", "", "86401"])
def test_a_timeout_is_a_number_of_seconds(name: str, value: str) -> None:
    ran = CliRunner().invoke(modgo, [name, *TIMEOUTS[name], f"--timeout={value}"])
    assert ran.exit_code == 2, ran.output
    assert "--timeout" in ran.output


def test_an_internal_error_says_where_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    process = import_module("modgo_lsp.cli.main")

    def fail(_: list[str]) -> object:
        raise RuntimeError("boom")

    monkeypatch.setattr(process, "_exit_code", fail)
    monkeypatch.delenv("MODGO_DEBUG", raising=False)
    assert process._run(["lint"], []) == 70
    assert capsys.readouterr().err == (
        "Error: modgo itself failed: RuntimeError: boom\n"
        "Help: MODGO_DEBUG=1 shows the traceback; please report it at "
        "https://github.com/GeertJohan/aerospike-mod-go/issues\n"
    )
    monkeypatch.setenv("MODGO_DEBUG", "1")
    with pytest.raises(RuntimeError, match="boom"):
        process._run(["lint"], [])
