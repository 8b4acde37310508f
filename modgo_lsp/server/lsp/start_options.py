"""The options of the server's process, which `modgo-lsp` takes by argparse and `modgo lsp` by click."""

from __future__ import annotations

PIPE_HELP = "Listen on a new Unix socket that only you can open."
STDIO_HELP = "Use standard input and output (the default)."


class PipeError(Exception):
    """No socket can be made where `--pipe` says. The message says why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
