"""The progress line on a terminal, and that it is cleared."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

COLOUR = r"\x1b\[[0-9;]*3[0-9][0-9;]*m"
ROOT = Path(__file__).parents[2]
CODE = """
import time
from modgo_lsp.cli.progress import waiting
with waiting("calling add [1]", False):
    time.sleep({seconds})
print("5")
"""


def on_terminal(seconds: float, **environment: str) -> tuple[str, str]:
    """The standard output, and the standard error on a terminal."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(seconds=seconds)],
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
