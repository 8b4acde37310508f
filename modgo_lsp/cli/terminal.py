"""Output to streams and terminals: escaping, and whether to use colours and changing lines."""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from click import echo

from modgo_lsp.report.terminal_escapes import shown


def click_color() -> bool | None:
    """The `color` argument of click: True writes colours to any stream, None only to terminals."""
    return True if os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR") else None


def is_coloured(stream: IO[Any]) -> bool:
    """Whether to write colours to a stream: if it is a terminal, unless NO_COLOR or FORCE_COLOR is set."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def say(text: str = "", *, err: bool = False, nl: bool = True, file: IO[Any] | None = None) -> None:
    """Writes text of any origin. Control characters are escaped, except those of our own colours."""
    echo(shown(text), err=err, nl=nl, file=file, color=click_color())


def shows_changes() -> bool:
    """Whether the standard error is a terminal on which a line can change."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
