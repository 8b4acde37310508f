"""What may be written to which stream: colours, and lines that change, as the terminal and the caller's
variables want it.

Not for: which colours (report/colours.py) or lines (progress.py, lint_progress.py).
"""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from click import echo

from modgo_lsp.report.terminal_escapes import shown


def colour_wish() -> bool | None:
    """What click is told: to let colours through, wherever they go; None leaves them to terminals."""
    return True if os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR") else None


def is_coloured(stream: IO[Any]) -> bool:
    """Whether to write colours to a stream: to a terminal, unless NO_COLOR or FORCE_COLOR say otherwise."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def say(text: str = "", *, err: bool = False, nl: bool = True, file: IO[Any] | None = None) -> None:
    """Writes text of whatever origin, with our own colours and nothing else that a terminal would obey."""
    echo(shown(text), err=err, nl=nl, file=file, color=colour_wish())


def shows_changes() -> bool:
    """Whether the standard error is a terminal on which a line can change."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
