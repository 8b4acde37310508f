"""`modgo lsp`: runs the language server, as `modgo-lsp` does."""

from __future__ import annotations

import click

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command
from modgo_lsp.server.lsp.start_options import PIPE_HELP, STDIO_HELP, PipeError


@click.command("lsp", cls=Command)
@click.option("--pipe", metavar="PATH", help=PIPE_HELP)
@click.option("--stdio", is_flag=True, help=STDIO_HELP)
def command(pipe: str | None, stdio: bool) -> None:
    """Run the language server, for editors.

    It uses standard input and output, unless --pipe names a socket for debugging. The folder of the socket
    must be writable for you alone. The socket accepts one client and is then removed.

    \b
    Examples:
      modgo lsp
      modgo lsp --pipe ~/modgo.socket
    """
    if pipe is not None and stdio:
        raise click.UsageError("--stdio and --pipe cannot be combined")
    from modgo_lsp.server.main import serve  # 50 ms of `modgo lsp --help`

    try:
        serve(pipe)
    except PipeError as error:
        raise CliError(error.message, error.remedy) from None
