"""`modgo lsp`: the language server, the same as `modgo-lsp`.

Not for: what it answers (server/).
"""

from __future__ import annotations

import click


@click.command("lsp")
@click.option("--tcp", "port", type=click.IntRange(1, 65535), help="Listen on this port of 127.0.0.1.")
@click.option("--stdio", is_flag=True, help="Talk on standard input and output (the default).")
def command(port: int | None, stdio: bool) -> None:
    """Run the language server, for editors.

    It talks on standard input and output, unless --tcp names a port for debugging.

    \b
    Examples:
      modgo lsp
      modgo lsp --tcp 7658
    """
    if port is not None and stdio:
        raise click.UsageError("--stdio and --tcp exclude each other")
    # Only here: the protocol's library takes half a second to import.
    from modgo_lsp.server.main import serve

    serve(port)
