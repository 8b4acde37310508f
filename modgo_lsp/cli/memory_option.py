"""The value of --memory: a size like 256MB.

Not for: a subcommand of its own.
"""

from __future__ import annotations

import click

from modgo_lsp.host.call_request import WantedError, parse_size


def size_option(_ctx: click.Context, _param: click.Parameter, word: str | None) -> int:
    """Bytes; 0 where there is no word."""
    try:
        return 0 if word is None else parse_size(word)
    except WantedError as error:
        raise click.BadParameter(str(error)) from None
