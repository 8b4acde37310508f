"""Reads the standard input of a command whole, up to a limit."""

from __future__ import annotations

import sys

from modgo_lsp.cli.cli_error import CliError

_LARGEST = 64 << 20  # bytes


def read_bytes(remedy: str) -> bytes:
    """Raises CliError with `remedy` for more than 64 MiB."""
    text = sys.stdin.buffer.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise CliError(f"standard input has more than {_LARGEST >> 20} MiB", remedy)
    return text


def read_text(remedy: str) -> str:
    """Raises CliError, also for input that is not UTF-8."""
    try:
        return read_bytes(remedy).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CliError(f"standard input is not UTF-8 text (byte {error.start + 1})", remedy) from None
