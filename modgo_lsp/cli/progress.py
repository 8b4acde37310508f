"""What a command shows while it works: a changing line on a terminal, little elsewhere; on standard error.

Not for: results.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from modgo_lsp.cli.terminal import say, shows_changes
from modgo_lsp.report.terminal_escapes import shown

# Work that takes no longer is not worth a line that comes and goes.
_SOON_SECONDS = 0.5


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Gives a function that shows what is going on: one changing line on a terminal; elsewhere a plain line,
    and none for work of one step, such as a build that finds everything made."""
    if quiet:
        yield lambda _: None
    elif shows_changes():
        with _status("") as status:
            yield lambda text: status.update(shown(text))
    else:
        told: list[str] = []

        def tell(text: str) -> None:
            told.append(text)
            if len(told) == 2:
                say(told[0], err=True)

        yield tell


@contextmanager
def waiting(text: str, quiet: bool) -> Iterator[None]:
    """Shows `text` on a terminal while work of one step goes on, once that takes a while. Nothing else may be
    written to the terminal meanwhile."""
    if quiet or not shows_changes():
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


def _status(text: str) -> Any:
    # Only here: it takes a while to import, and pipes do without.
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False).status(shown(text))
