"""Progress of a command on standard error: a changing line on a terminal, few lines elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from modgo_lsp.cli.terminal import say, shows_changes
from modgo_lsp.report.terminal_escapes import shown

# Shorter work shows no line, which would only flicker.
_SOON_SECONDS = 0.5


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yields a function that shows the current step: in one changing line on a terminal; elsewhere the first
    step as a plain line, and nothing if there is only one, such as a build with everything in the cache."""
    if quiet:
        yield lambda _: None
    elif shows_changes():
        with _status("") as status:
            yield lambda text: status.update(shown(text))
    else:
        steps: list[str] = []

        def report(text: str) -> None:
            steps.append(text)
            if len(steps) == 2:
                say(steps[0], err=True)

        yield report


@contextmanager
def waiting(text: str, quiet: bool) -> Iterator[None]:
    """Shows `text` on a terminal while work goes on, once it takes a while. Nothing else may be written to
    the terminal meanwhile."""
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
    # Only on a terminal: rich takes twice as long to import as click.
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False).status(shown(text))
