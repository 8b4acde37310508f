"""Failures that end a command with a message and a remedy instead of a result.

Not for: findings (report/) or failed calls, which are results.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO, Any

import click

from modgo_lsp.cli.terminal import say


class CliError(click.ClickException):
    """Usage, configuration or toolchain: exit code 2. `message` says what and where, `remedy` what to do.
    `kind` is what --json calls it."""

    exit_code = 2
    kind = "usage"

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy

    def show(self, file: IO[Any] | None = None) -> None:
        say(f"Error: {self.format_message()}", file=file, err=file is None)
        if self.remedy:
            say(f"Help: {self.remedy}", file=file, err=file is None)


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether a command line wants what it gets as JSON. What stands after -- are a function's arguments."""
    own = words[: words.index("--")] if "--" in words else words
    return "--json" in own


def show_as_json(failure: click.ClickException) -> None:
    """Writes a failure where the result would have been, in the form that failed calls have."""
    message = failure.format_message()
    if isinstance(failure, CliError) and failure.remedy:
        message = f"{message}; {failure.remedy}"
    error: dict[str, object] = {
        "kind": getattr(failure, "kind", CliError.kind),
        "message": message,
        "frames": [],
    }
    say(json.dumps({"ok": False, "error": error, "findings": []}, indent=2, ensure_ascii=False))
