"""`modgo lint --watch`: which changes start another run, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchfiles import Change

from modgo_lsp.cli.lint.watch import _Sources
from tests.cli.on_terminal import on_terminal

SOURCE = """package counters

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("add", Add)
}

func Add(rec *udf.Record, n int64) int64 { return n }
"""
FORGOTTEN = "\nfunc Sub(rec *udf.Record) {}\n"


@pytest.fixture
def module(tmp_path: Path) -> Path:
    (tmp_path / "go.mod").write_text("module example.com/shop\n\ngo 1.24\n")
    (tmp_path / "counters").mkdir()
    (tmp_path / "counters" / "counters.go").write_text(SOURCE)
    return tmp_path


def forget(module: Path) -> None:
    """Adds an unregistered UDF."""
    (module / "counters" / "counters.go").write_text(SOURCE + FORGOTTEN)


@pytest.fixture
def watching(module: Path) -> Iterator[subprocess.Popen[str]]:
    """`modgo lint --watch` on the folder counters."""
    process = subprocess.Popen(
        [sys.executable, "-m", "modgo_lsp", "lint", "--watch", "--output-format", "concise", "counters"],
        cwd=module,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    yield process
    process.kill()
    process.communicate()


def test_a_change_starts_a_run_until_ctrl_c(module: Path, watching: subprocess.Popen[str]) -> None:
    forget(module)  # before or after the first run: it is found either way
    assert watching.stdout is not None
    assert "MG101" in watching.stdout.readline()
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=30)
    assert (watching.returncode, errors.strip()) == (130, "")


def test_changes_elsewhere_in_the_module_start_a_run(module: Path, watching: subprocess.Popen[str]) -> None:
    forget(module)
    assert watching.stdout is not None
    assert watching.stderr is not None
    assert "MG101" in watching.stdout.readline()
    (module / "modgo.toml").write_text("selct = 1\n")
    assert "unknown key selct" in watching.stderr.readline()


def test_changes_of_a_baseline_of_any_name_start_a_run(module: Path, watching: subprocess.Popen[str]) -> None:
    (module / "known.json").write_text('{"version": 1, "findings": {}}')
    (module / "modgo.toml").write_text('baseline = "known.json"\n')
    forget(module)
    assert watching.stdout is not None
    assert watching.stderr is not None
    assert "MG101" in watching.stdout.readline()
    time.sleep(1)  # by then, the earlier changes have been handled
    (module / "known.json").write_text("{")
    assert "known.json" in watching.stderr.readline()


def test_a_terminal_shows_only_the_last_run(module: Path) -> None:
    forget(module)
    with on_terminal("lint", "--watch", "counters", cwd=module) as terminal:
        first = terminal.until("Watching for changes; Ctrl-C ends it.\r\n")
        assert first.startswith("\x1b[2J")  # cleared
        assert "MG101" in first
        (module / "counters" / "counters.go").write_text(SOURCE)
        second = terminal.until("Watching for changes; Ctrl-C ends it.\r\n")
        assert second.startswith("\x1b[2J")
        assert "MG101" not in second
        terminal.types("\x03")
        assert terminal.rest() == "^C\r\n"  # the shell's prompt starts on a new line
        assert terminal.process.returncode == 130


def test_the_summary_of_a_run_is_in_the_text_report_alone(module: Path) -> None:
    forget(module)
    with on_terminal("lint", "--watch", "--output-format=concise", "counters", cwd=module) as terminal:
        assert "MG101" in terminal.until("MG101")
        terminal.types("\x03")
        assert "Watching" not in terminal.rest()


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("/m/a.go", True),
        ("/m/go.mod", True),
        ("/m/modgo.toml", True),
        ("/m/modgo-baseline.json", True),
        ("/m/known.json", True),
        ("/m/other.json", False),
        ("/m/a.case.yaml", True),
        ("/m/b.case.yaml", False),
        ("/m/README.md", False),
        # Folders that change for other reasons.
        ("/m/.git/a.go", False),
        ("/m/node_modules/a.go", False),
    ],
)
def test_which_files_are_watched(path: str, is_read: bool) -> None:
    sources = _Sources({"/m/known.json"}, lambda path: path.endswith("a.case.yaml"))
    assert sources(Change.modified, path) == is_read


def test_a_path_that_does_not_exist(module: Path) -> None:
    with on_terminal("lint", "--watch", "gone", cwd=module) as terminal:
        shown = terminal.rest()
    assert terminal.process.returncode == 2
    assert "gone does not exist" in shown
