"""The options of the server's process, which `modgo-lsp` takes by argparse and `modgo lsp` by click."""

from __future__ import annotations

from modgo_lsp.user_error import UserError

PIPE_HELP = "Listen on a new Unix socket that only you can open."
STDIO_HELP = "Use standard input and output (the default)."


class PipeError(UserError):
    """No socket can be made where `--pipe` says."""
