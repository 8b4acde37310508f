"""Asks before something on a cluster is replaced or removed."""

from __future__ import annotations

import sys

import click

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.terminal import say
from modgo_lsp.report.terminal_escapes import shown


def ask(message: str, verb: str, as_json: bool) -> None:
    """Returns if the user agrees to `verb` ("replace") what `message` is about, and ends the command with
    exit code 1 if not. Raises CliError where nobody can be asked."""
    if as_json or not sys.stdin.isatty():
        raise CliError(message, f"add --yes to {verb} it")
    if not click.confirm(shown(f"{message[0].upper()}{message[1:]}. {verb.capitalize()} it?"), err=True):
        say("Nothing was changed.", err=True)
        sys.exit(1)
