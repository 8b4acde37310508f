"""The line on a terminal that shows how far `modgo lint` is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from click import echo

from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.terminal import shows_changes

# Shorter work shows no line, which would only flicker.
_SOON_SECONDS = 0.5


@contextmanager
def counting() -> Iterator[Callable[[str], None] | None]:
    """Yields a function that shows a line on a terminal once work takes a while, or None without a terminal.
    It starts no thread, because lint forks."""
    if global_options().quiet or not shows_changes():
        yield None
        return
    shown_at = time.monotonic() + _SOON_SECONDS
    shown = False

    def show(text: str) -> None:
        nonlocal shown, shown_at
        if time.monotonic() >= shown_at:
            shown_at = time.monotonic() + 0.1
            shown = True
            echo(f"\r\x1b[K{text}", nl=False, err=True, color=True)

    try:
        yield show
    finally:
        if shown:
            echo("\r\x1b[K", nl=False, err=True, color=True)
