"""The values of --record and --records of `modgo call` and `modgo bench`, which may be standard input."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.standard_input import read_text


def record_of(given: str | None) -> str | None:
    """The value of --record, with standard input for "-"."""
    if given != "-":
        return given
    text = read_text("give it one record")
    if text.lstrip()[:1] != "{" and text.strip() != "null":
        raise CliError("standard input is not a record", 'write one to it: {"bins": {"a": 1}}')
    return text


def records_of(given: str | None) -> Path | tuple[str, ...] | None:
    """The value of --records, with the lines of standard input for "-"."""
    if given is None:
        return None
    if given != "-":
        return Path(given)
    return tuple(line for line in read_text("give it fewer records").split("\n") if line.strip())
