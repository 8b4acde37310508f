"""Output to streams and terminals: escaping, and whether to use colours and changing lines."""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from click import echo

from modgo_lsp.cli.global_options import global_options
from modgo_lsp.report.terminal_escapes import shown, styled


def click_color() -> bool | None:
    """The `color` argument of click: True writes colours to any stream, False to none, None to terminals."""
    color = global_options().color
    if color != "auto":
        return color == "always"
    return True if os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR") else None


def is_coloured(stream: IO[Any]) -> bool:
    """Whether to write colours to a stream: as --color says, else as NO_COLOR or FORCE_COLOR says, else if it
    is a terminal."""
    color = global_options().color
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def painted(text: str, colour: str | None = None, **how: bool) -> str:
    """The text in a colour, or bold, dim or reversed, if standard output is coloured; for `say`."""
    is_plain = not text or (colour is None and not any(how.values()))
    return text if is_plain or not is_coloured(sys.stdout) else styled(text, fg=colour, **how)


def say(text: str = "", *, err: bool = False, nl: bool = True, file: IO[Any] | None = None) -> None:
    """Writes text of any origin. Control characters are escaped, except those of our own colours."""
    echo(shown(text), err=err, nl=nl, file=file, color=click_color())


def note(text: str) -> None:
    """Writes a note, or what to do next, to the standard error, unless -q."""
    if not global_options().quiet:
        say(text, err=True)


def detail(text: str) -> None:
    """Writes a detail for -v to the standard error."""
    if global_options().verbose:
        say(text, err=True)


def shows_changes() -> bool:
    """Whether the standard error is a terminal on which a line can change. With -v it cannot, because other
    lines come between."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not global_options().verbose
