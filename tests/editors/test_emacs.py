"""Emacs in a terminal, with eglot and the very configuration of docs/editors/emacs.md."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pexpect

from .conftest import PAGES, SECONDS, SELF_ASSIGNED, UNREGISTERED, program

HERE = Path(__file__).parent
# As the page says; Debian's packages are found by Emacs itself.
INIT = """
(add-to-list 'load-path "~/.emacs.d/lisp")
(require 'go-mode)
(require 'modgo)
"""
MISSING = "Take takes a record but is not registered"


def drive(environment: dict[str, str], home: Path, folder: Path, *findings: str) -> dict[str, Any]:
    """What the driver saw, after Emacs has ended."""
    lisp = home / ".emacs.d" / "lisp"
    lisp.mkdir(parents=True)
    shutil.copy(PAGES / "emacs.el", lisp / "modgo.el")
    (home / ".emacs.d" / "init.el").write_text(INIT)
    seen = home / "seen.json"
    wanted = {"findings": findings, "action": 'Register Take as "take"'}
    variables = {**environment, "SEEN": str(seen), "WANTED": json.dumps(wanted), "TERM": "xterm"}
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
    assert seen.exists(), screen
    found: dict[str, Any] = json.loads(seen.read_text())
    assert found["problem"] is None, (found, screen)
    return found


def check(seen: dict[str, Any], folder: Path) -> None:
    (missing,) = [each for each in seen["diagnostics"] if MISSING in each["text"]]
    assert missing["line"] == 38
    assert seen["actions"].count('Register Take as "take"') == 1
    assert UNREGISTERED in seen["text"]
    assert (folder / "counters.go").read_text() == seen["text"]  # modgo-build saves what it builds
    assert (folder / "counters.so").read_bytes()[:4] == b"\x7fELF"
    assert f"Modgo: built {folder / 'counters.so'}" in seen["messages"]
    assert "Modgo: result 1" in seen["messages"]


def test_emacs_shows_mends_builds_and_runs(environment, home, counters):
    seen = drive(environment, home, counters, MISSING)
    check(seen, counters)
    assert seen["diagnostics_at_end"] == []


def test_beside_gopls_each_says_its_own(environment, gopls, home, counters):
    source = counters / "counters.go"
    source.write_text(source.read_text() + SELF_ASSIGNED)
    seen = drive(environment, home, counters, MISSING, "self-assignment")
    check(seen, counters)
    assert len(seen["diagnostics"]) == 2
    assert len(seen["diagnostics_at_end"]) == 1
