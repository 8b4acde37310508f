"""The line that says on a terminal how much of its work `modgo lint` has done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from click import echo

from modgo_lsp.cli.terminal import shows_changes

# Work that takes no longer is not worth a line that comes and goes.
_SOON_SECONDS = 0.5


@contextmanager
def counting() -> Iterator[Callable[[str], None] | None]:
    """Gives a function that shows on a terminal what is going on, once it takes a while; None where that is
    shown to nobody. It starts no thread: whoever counts may fork."""
    if not shows_changes():
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
