"""The value of --memory: a size like 256MB."""

from __future__ import annotations

import click

from modgo_lsp.host.call_request import CallRequestError, parse_size


def size_option(_ctx: click.Context, _param: click.Parameter, word: str | None) -> int:
    """The size in bytes; 0 without the option."""
    try:
        return 0 if word is None else parse_size(word)
    except CallRequestError as error:
        raise click.BadParameter(str(error)) from None
