"""-v: writes the log of modgo's own modules to the standard error."""

from __future__ import annotations

import logging

from modgo_lsp.cli.terminal import say


class _StandardError(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(self.format(record), err=True)


def log_details() -> None:
    """Logs everything from now on: which programs run, which files are used, how long it takes."""
    log = logging.getLogger("modgo_lsp")
    log.handlers = [_StandardError()]
    log.setLevel(logging.DEBUG)
    log.propagate = False
