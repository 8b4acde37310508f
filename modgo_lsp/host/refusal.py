"""Why a module could not be loaded, as a failure and as findings at their places in its source.

Not for: failed calls (apply.py).
"""

from __future__ import annotations

import re
from pathlib import Path

from modgo_lsp.host.fenced import Fence, LoadError
from modgo_lsp.host.last_words import read_last_words
from modgo_lsp.host.places import place_of, place_of_frame
from modgo_lsp.host.result import Failure, FailureKind, LogLine
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package

_CODES = {"missing-symbol": "MG403", "abi-mismatch": "MG402", "setup-failed": "MG404"}


class LoadFailedError(Exception):
    """A module that could not be opened or set up. `setup` is its setup's answer, None before that; `printed`
    what it printed beside its last words."""

    def __init__(
        self, failure: Failure, findings: tuple[Finding, ...], setup: int | None, printed: str = ""
    ) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.findings = findings
        self.setup = setup
        self.logs = tuple(LogLine("stdout", line) for line in printed.splitlines())


def load_failure(
    error: LoadError, printed: str, path: Path, fence: Fence, package: Package | None, setup: int | None
) -> LoadFailedError:
    """What `error` means for the author of the module."""
    outcome = error.outcome
    if outcome.timed_out:
        message = (
            f"the module's setup did not end within {fence.start_timeout:g} s, so its process was stopped"
        )
        failure = Failure("timeout", message, remedy="look for work or waiting in init functions")
        finding = _finding("MG404", f"{message}; {failure.remedy}", place_of(package, path))
        return LoadFailedError(failure, finding, setup, printed)
    if outcome.crashed and outcome.code is not None:
        words = read_last_words(outcome.code, printed, fence.memory)
        place = (place_of_frame(*words.place) if words.place else None) or place_of(package, path)
        failure = Failure("crash", words.message, words.frames)
        return LoadFailedError(failure, _finding("MG407", failure.message, place), setup, words.printed)
    code = _CODES.get(error.status)
    usage = error.status in ("no-file", "not-a-module", "wrong-machine")
    kind: FailureKind = "usage" if usage else "udf" if error.status == "setup-failed" else "abi"
    failure = Failure(kind, error.message)  # libmod_go says in its messages what to do
    place = _mentioned(error.message, package) or place_of(package, path)
    if error.status == "setup-failed":
        setup = 3
    return LoadFailedError(failure, _finding(code, error.message, place) if code else (), setup, printed)


def _mentioned(message: str, package: Package | None) -> Location | None:
    """The first "file.go:12" of the message that is a place in the package."""
    for match in re.finditer(r"([^\s()\"/]+\.go):(\d+)", message):
        if package is not None and (place := place_of_frame(match[1], int(match[2]), package)):
            return place
    return None


def _finding(code: str, message: str, place: Location) -> tuple[Finding, ...]:
    return (Finding(code=code, severity="error", message=message, location=place),)
