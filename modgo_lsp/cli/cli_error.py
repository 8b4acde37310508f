"""Errors that end a command, with a message and a remedy. Findings and failed calls are results instead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import IO, Any

import click

from modgo_lsp.cli.terminal import say


class CliError(click.ClickException):
    """An error in usage, configuration or toolchain: exit code 2. `kind` is the error's kind with --json."""

    exit_code = 2
    kind = "usage"

    def __init__(self, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.remedy = remedy

    def show(self, file: IO[Any] | None = None) -> None:
        say(f"Error: {self.format_message()}", file=file, err=file is None)
        if self.remedy:
            say(f"Help: {self.remedy}", file=file, err=file is None)


ISSUES = "https://github.com/GeertJohan/aerospike-mod-go/issues"


def bug_message(error: Exception) -> tuple[str, str]:
    """The message and the remedy for an exception that nobody expected."""
    return (
        f"modgo itself failed: {type(error).__name__}: {error}",
        f"MODGO_DEBUG=1 shows the traceback; please report it at {ISSUES}",
    )


def asks_for_json(words: Sequence[str]) -> bool:
    """Whether a command line has --json or --output-format json. After -- are the arguments of a function."""
    own = list(words[: words.index("--")] if "--" in words else words)
    return "--json" in own or "--output-format=json" in own or ("--output-format", "json") in pairwise(own)


def show_as_json(failure: click.ClickException) -> None:
    """Writes an error to the standard output, in the form of a failed call."""
    import json  # 1 ms of every command's start

    message = failure.format_message()
    if isinstance(failure, CliError) and failure.remedy:
        message = f"{message}; {failure.remedy}"
    error: dict[str, object] = {
        "kind": getattr(failure, "kind", CliError.kind),
        "message": message,
        "frames": [],
    }
    say(json.dumps({"ok": False, "error": error, "findings": []}, indent=2, ensure_ascii=False))
