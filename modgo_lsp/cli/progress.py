"""Progress of a command on standard error: a changing line on a terminal, few lines elsewhere."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.terminal import is_coloured, say, shows_changes
from modgo_lsp.report.terminal_escapes import shown

# Shorter work shows no line, which would only flicker; elsewhere than on a terminal, one line is enough for
# work that takes long.
_SOON_SECONDS, _LONG_SECONDS = 0.5, 5.0


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Yields a function that shows the current step: on a terminal in one changing line, with the time since
    the start; elsewhere as a plain line for each stage, which is the first word of its steps. A single stage
    shows none, such as a build with everything in the cache."""
    if quiet or global_options().quiet:
        yield lambda _: None
    elif shows_changes():
        with _Line() as line:
            yield line.show
    else:
        yield _plain_lines()


def _plain_lines() -> Callable[[str], None]:
    steps: list[str] = []

    def report(text: str) -> None:
        if steps and steps[-1].split()[:1] == text.split()[:1]:
            return
        steps.append(text)
        if len(steps) == 2:
            say(steps[0], err=True)
        if len(steps) > 1:
            say(text, err=True)

    return report


@contextmanager
def waiting(text: str, quiet: bool) -> Iterator[None]:
    """Shows `text` while work goes on: on a terminal once it takes a while, with the time since the start;
    elsewhere in one line if it takes long. Nothing else may be written to the terminal meanwhile."""
    if quiet or global_options().quiet:
        yield
        return
    lines: list[_Line] = []

    def show() -> None:
        if not shows_changes():
            say(text, err=True)
            return
        lines.append(_Line().__enter__())
        lines[0].show(text)

    timer = threading.Timer(_SOON_SECONDS if shows_changes() else _LONG_SECONDS, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for line in lines:
            line.__exit__(None, None, None)


class _Line:
    """A line on a terminal that shows a text, and since when."""

    def __init__(self) -> None:
        # Only on a terminal: rich takes twice as long to import as click.
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn

        plain = None if is_coloured(sys.stderr) else True
        console = Console(stderr=True, markup=False, highlight=False, no_color=plain)
        text = TextColumn("{task.description} ({task.elapsed:.0f} s)", markup=False)
        self._progress = Progress(SpinnerColumn(), text, console=console, transient=True)
        self._task = self._progress.add_task("", visible=False)

    def show(self, text: str) -> None:
        self._progress.update(self._task, description=shown(text), visible=True)

    def __enter__(self) -> _Line:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
