"""Failures that end a command with a message and a remedy instead of a result.

Not for: findings (report/) or failed calls, which are results.
"""

from __future__ import annotations

import os
from typing import IO, Any

import click


class CliError(click.ClickException):
    """Usage, configuration or toolchain: exit code 2. `message` says what and where, `remedy` what to do."""

    exit_code = 2

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"Error: {self.format_message()}", file=file, err=file is None)
        if self.remedy:
            click.echo(f"Help: {self.remedy}", file=file, err=file is None)


def is_coloured(stream: IO[Any]) -> bool:
    """Whether to write colours to a stream: to a terminal, unless NO_COLOR or FORCE_COLOR say otherwise."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")
