"""The progress line on a terminal, and that it is cleared."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from modgo_lsp.cli import progress as progress_module
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.lint.run import _counters
from modgo_lsp.cli.progress import progress, waiting

COLOUR = r"\x1b\[[0-9;]*3[0-9][0-9;]*m"
ROOT = Path(__file__).parents[2]
CODE = """
import time
from modgo_lsp.cli.progress import waiting
with waiting("calling add [1]", False):
    time.sleep({seconds})
print("5")
"""

COUNTING = """
from types import SimpleNamespace
from modgo_lsp.cli.lint import progress
times = iter({times})
progress.time = SimpleNamespace(monotonic=lambda: next(times))
with progress.counting() as show:
    for word in ("one", "two", "three", "four") if show else ():
        show(word)
"""


def on_terminal(seconds: float, **environment: str) -> tuple[str, str]:
    """The standard output, and the standard error on a terminal."""
    return run_on_terminal(CODE.format(seconds=seconds), **environment)


def run_on_terminal(code: str, **environment: str) -> tuple[str, str]:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment},
        timeout=60,
        check=True,
    )
    os.write(theirs, b"end")  # so that there is always something to read
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    return done.stdout.decode(), shown.removesuffix("end")


def test_long_work_shows_a_line_that_is_cleared() -> None:
    printed, shown = on_terminal(1.0)
    assert printed == "5\n"
    assert "calling add [1]" in shown
    assert shown.rpartition("calling add [1]")[2].count("\x1b[2K") >= 1


def test_short_work_and_dumb_terminals_show_nothing() -> None:
    assert on_terminal(0.0) == ("5\n", "")
    assert on_terminal(1.0, TERM="dumb") == ("5\n", "")


def test_it_has_colours_unless_the_user_wants_none() -> None:
    assert re.search(COLOUR, on_terminal(1.0, NO_COLOR="")[1])
    assert not re.search(COLOUR, on_terminal(1.0, NO_COLOR="1")[1])


def test_lint_counts_once_work_takes_a_while_and_not_too_often() -> None:
    # It begins at 5.0; a line that is shown asks for the time twice.
    code = COUNTING.format(times=[5.0, 5.4, 5.5, 5.5, 5.59, 5.61, 5.61])
    assert run_on_terminal(code) == ("", "\r\x1b[Ktwo\r\x1b[Kfour\r\x1b[K")
    assert run_on_terminal(COUNTING.format(times=[5.0] + [5.4] * 4)) == ("", "")
    assert run_on_terminal(code, TERM="dumb") == ("", "")


def test_a_changing_line_shows_the_latest_step() -> None:
    code = "from modgo_lsp.cli.progress import progress\n"
    code += "with progress(False) as show:\n    show('compiling [m]')"
    printed, shown = run_on_terminal(f"{code}\n    import time; time.sleep(1)\nprint(5)")
    assert printed == "5\n"
    assert "compiling [m]" in shown
    assert run_on_terminal(code.replace("False", "True")) == ("", "")


def test_what_lint_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines: list[str] = []
    linted, searched = _counters(lines.append)
    assert linted is not None
    assert searched is not None
    linted(3, 10)
    searched(1234, "/short\x1b")
    searched(1, "/" + "x" * 34)
    searched(1, "/" + "x" * 35)
    monkeypatch.setenv("COLUMNS", "10")
    _counters(lines.append)[1](1, "y" * 21)  # type: ignore[misc]
    assert lines == [
        "Linting packages: 3/10",
        "Looking for packages: 1,234 folders, /short\\u001b",
        f"Looking for packages: 1 folders, /{'x' * 34}",
        f"Looking for packages: 1 folders, …{'x' * 35}",
        f"Looking for packages: 1 folders, …{'y' * 20}",
    ]
    assert _counters(None) == (None, None)


def test_elsewhere_each_stage_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is shown once there is a second one."""
    with progress(False) as show:
        show("loading a")
        show("loading b")
        assert capsys.readouterr() == ("", "")
        show("compiling c")
        assert capsys.readouterr() == ("", "loading a\ncompiling c\n")
        show("compiling d")
        show("")
        show("linking e")
        assert capsys.readouterr() == ("", "\nlinking e\n")
    for quiet, option in ((True, False), (False, True)):
        monkeypatch.setattr(global_options(), "quiet", option)
        with progress(quiet) as show:
            show("loading a")
            show("compiling c")
        with waiting("calling add", quiet):
            pass
    assert capsys.readouterr() == ("", "")


def timers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)}


def test_elsewhere_long_work_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_module, "_LONG_SECONDS", 0.0)
    for quiet, option, error in ((False, False, "calling\n"), (True, False, ""), (False, True, "")):
        monkeypatch.setattr(global_options(), "quiet", option)
        others = timers()
        with waiting("calling", quiet):
            for timer in timers() - others:
                timer.join(10)
        assert capsys.readouterr() == ("", error)
        assert timers() <= others
    monkeypatch.setattr(global_options(), "quiet", False)
    monkeypatch.setattr(progress_module, "_LONG_SECONDS", 1000.0)
    others = timers()
    with waiting("calling", False):
        (timer,) = timers() - others
    timer.join(10)
    assert capsys.readouterr() == ("", "")
    assert timers() <= others
