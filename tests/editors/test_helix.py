"""Helix in a terminal, with the configuration of docs/editors/helix.md: what its screen shows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import PAGES, ROOT, SECONDS, SELF_ASSIGNED, UNREGISTERED, program
from .terminal import Terminal

ESCAPE, ENTER, DOWN = "\x1b", "\r", "\x1b[B"
MISSING = "Take takes a record but is not registered"
ACTION = 'Register Take as "take"'


@pytest.fixture
def helix(environment: dict[str, str], home: Path, counters: Path) -> Iterator[Callable[[], Terminal]]:
    """Starts Helix on the module, configured as on the page."""
    settings = home / ".config" / "helix"
    settings.mkdir(parents=True)
    shutil.copy(PAGES / "helix.toml", settings / "languages.toml")
    terminals: list[Terminal] = []

    def start() -> Terminal:
        command = [program(str(ROOT / "target" / "helix" / "hx")), "counters.go"]
        terminals.append(Terminal(command, counters, environment, SECONDS))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


def command(terminal: Terminal, text: str) -> None:
    terminal.type(f":{text}")
    terminal.wait_for(f":{text}")
    terminal.type(ENTER)


def go_to(terminal: Terminal, line: int, column: int) -> None:
    """Moves the cursor, and waits until the status line shows its position."""
    terminal.type(f"{line}gg{column - 1}l")
    terminal.wait_for(f"{line}:{column}")


def choose(terminal: Terminal, title: str, other: str) -> None:
    """Opens the menu of code actions and chooses one; `other` is one further down."""
    terminal.type(" a")
    terminal.wait_for(title)
    while terminal.colours(title) == terminal.colours(other):
        terminal.type(DOWN)
    terminal.type(ENTER)


def check(terminal: Terminal, folder: Path) -> None:
    """Fixes, saves, builds and calls, as a user does."""
    go_to(terminal, 38, 6)
    terminal.wait_for(MISSING)
    choose(terminal, ACTION, "Suppress MG101 here")
    terminal.wait("the diagnostic is gone", lambda lines: not any(MISSING in line for line in lines))
    terminal.wait_for("[+]")  # the code action must not save the file
    command(terminal, "w")
    terminal.wait_for("written")
    source = folder / "counters.go"
    assert UNREGISTERED in source.read_text()
    command(terminal, "lsp-workspace-command modgo.build")
    terminal.wait_for(f"built {folder}")
    assert (folder / "counters.so").read_bytes()[:4] == b"\x7fELF"
    command(terminal, "sh modgo call . add '\"n\"' 1 10")
    terminal.wait_for("update in")
    terminal.type(ESCAPE)


def test_helix_shows_fixes_and_builds(helix, counters):
    terminal = helix()
    check(terminal, counters)
    go_to(terminal, 39, 6)
    terminal.type(" k")
    terminal.wait_for("take(n: double) → map")
    terminal.type(ESCAPE)
    terminal.wait("the page", lambda lines: not any("→ map" in line for line in lines))
    command(terminal, "q")
    terminal.end()


def test_beside_gopls_both_show_diagnostics(helix, gopls, counters):
    source = counters / "counters.go"
    source.write_text(source.read_text() + SELF_ASSIGNED)
    line = source.read_text().split("\n").index("\tn = n") + 1
    terminal = helix()
    go_to(terminal, line, 2)
    terminal.wait_for("self-assignment")
    check(terminal, counters)
    go_to(terminal, line + 1, 2)  # a line further down than before
    terminal.wait_for("self-assignment")
