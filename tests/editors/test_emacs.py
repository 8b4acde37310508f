"""Emacs in a terminal, with eglot and the configuration of docs/editors/emacs.md."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pexpect

from .conftest import PAGES, SECONDS, SELF_ASSIGNED, UNREGISTERED, program

HERE = Path(__file__).parent
# As on the page. Emacs finds Debian's packages itself.
INIT = """
(add-to-list 'load-path "~/.emacs.d/lisp")
(require 'go-mode)
(require 'modgo)
"""
MISSING = "Take takes a record but is not registered"


def drive(environment: dict[str, str], home: Path, folder: Path, *findings: str) -> dict[str, Any]:
    """Runs emacs.el in Emacs, and returns its result."""
    lisp = home / ".emacs.d" / "lisp"
    lisp.mkdir(parents=True)
    shutil.copy(PAGES / "emacs.el", lisp / "modgo.el")
    (home / ".emacs.d" / "init.el").write_text(INIT)
    result = home / "result.json"
    options = {"findings": findings, "action": 'Register Take as "take"'}
    variables = {**environment, "RESULT": str(result), "OPTIONS": json.dumps(options), "TERM": "xterm"}
    terminal = pexpect.spawn(
        program("emacs"),
        ["-nw", "counters.go", "-l", str(HERE / "emacs.el")],
        cwd=str(folder),
        env=variables,
        timeout=SECONDS,
        dimensions=(40, 120),
    )
    terminal.expect([pexpect.TIMEOUT, pexpect.EOF])
    screen = terminal.before.decode(errors="replace")
    terminal.close(force=True)
    assert result.exists(), screen
    found: dict[str, Any] = json.loads(result.read_text())
    assert found["problem"] is None, (found, screen)
    return found


def check(result: dict[str, Any], folder: Path) -> None:
    (missing,) = [each for each in result["diagnostics"] if MISSING in each["text"]]
    assert missing["line"] == 38
    assert result["actions"].count('Register Take as "take"') == 1
    assert UNREGISTERED in result["text"]
    assert (folder / "counters.go").read_text() == result["text"]  # modgo-build saves the file
    assert (folder / "counters.so").read_bytes()[:4] == b"\x7fELF"
    assert f"Modgo: built {folder / 'counters.so'}" in result["messages"]
    assert "Modgo: add → 1" in result["messages"]
    assert result["run"].startswith("add → 1\n")
    assert "\n+ n: 1\n" in result["run"]
    assert result["rule"].startswith("# MG101")


def test_emacs_shows_fixes_builds_and_runs(environment, home, counters):
    result = drive(environment, home, counters, MISSING)
    check(result, counters)
    assert result["diagnostics_at_end"] == []


def test_beside_gopls_both_show_diagnostics(environment, gopls, home, counters):
    source = counters / "counters.go"
    source.write_text(source.read_text() + SELF_ASSIGNED)
    result = drive(environment, home, counters, MISSING, "self-assignment")
    check(result, counters)
    assert len(result["diagnostics"]) == 2
    assert len(result["diagnostics_at_end"]) == 1
