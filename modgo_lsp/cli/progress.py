"""What a command shows while it works: a changing line on a terminal, little elsewhere; on standard error.

Not for: results.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

# Work that takes no longer is not worth a line that comes and goes.
_SOON_SECONDS = 0.5


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Gives a function that shows what is going on: one changing line on a terminal; elsewhere a plain line,
    and none for work of one step, such as a build that finds everything made."""
    if quiet:
        yield lambda _: None
    elif _on_terminal():
        with _status("") as status:
            yield lambda text: status.update(text)
    else:
        told: list[str] = []

        def tell(text: str) -> None:
            told.append(text)
            if len(told) == 2:
                click.echo(told[0], err=True)

        yield tell


@contextmanager
def waiting(text: str, quiet: bool) -> Iterator[None]:
    """Shows `text` on a terminal while work of one step goes on, once that takes a while. Nothing else may be
    written to the terminal meanwhile."""
    if quiet or not _on_terminal():
        yield
        return
    shown: list[Any] = []

    def show() -> None:
        shown.append(_status(text))
        shown[0].start()

    timer = threading.Timer(_SOON_SECONDS, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for status in shown:
            status.stop()


@contextmanager
def counting(text: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Gives a function that shows on a terminal how many of how many things are done, once it takes a while;
    None where that is shown to nobody. Unlike the others it starts no thread: whoever counts may fork."""
    if quiet or not _on_terminal():
        yield None
        return
    shown_at = time.monotonic() + _SOON_SECONDS
    shown = False

    def show(done: int, total: int) -> None:
        nonlocal shown, shown_at
        if time.monotonic() >= shown_at:
            shown_at = time.monotonic() + 0.1
            shown = True
            click.echo(f"\r{text} {done}/{total}", nl=False, err=True)

    try:
        yield show
    finally:
        if shown:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)


def _on_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _status(text: str) -> Any:
    # Only here: it takes a while to import, and pipes do without.
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False).status(text)
