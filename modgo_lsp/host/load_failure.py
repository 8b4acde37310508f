"""Why a module could not be loaded: a failure, and findings in its source."""

from __future__ import annotations

import re
from pathlib import Path

from modgo_lsp.host.crash_output import read_crash_output
from modgo_lsp.host.fenced import Fence, LoadError
from modgo_lsp.host.result import Failure, FailureKind, LogLine
from modgo_lsp.host.source_locations import place_of, place_of_frame
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.mg402_abi_mismatch import RULE as ABI_MISMATCH
from modgo_lsp.rules.mg403_missing_symbol import RULE as MISSING_SYMBOL
from modgo_lsp.rules.mg404_setup_failed import RULE as SETUP_FAILED
from modgo_lsp.rules.mg407_crashed import RULE as CRASHED

_RULES = {"missing-symbol": MISSING_SYMBOL, "abi-mismatch": ABI_MISMATCH, "setup-failed": SETUP_FAILED}


class LoadFailedError(Exception):
    """A module that could not be opened or set up. `setup` is the status of its setup, None before that;
    `printed` is its output without the crash output."""

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
        finding = SETUP_FAILED.finding(f"{message}; {failure.remedy}", place_of(package, path))
        return LoadFailedError(failure, (finding,), setup, printed)
    if outcome.crashed and outcome.code is not None:
        crash = read_crash_output(
            outcome.code, printed, fence.memory, memory_limit_reached=outcome.memory_limit_reached
        )
        place = (place_of_frame(*crash.place) if crash.place else None) or place_of(package, path)
        failure = Failure("crash", crash.message, crash.frames)
        finding = CRASHED.finding(failure.message, place)
        return LoadFailedError(failure, (finding,), setup, crash.printed)
    usage = error.status in ("no-file", "not-a-module", "wrong-machine")
    kind: FailureKind = "usage" if usage else "udf" if error.status == "setup-failed" else "abi"
    failure = Failure(kind, error.message)  # libmod_go's messages contain the remedy
    place = _mentioned(error.message, package) or place_of(package, path)
    if error.status == "setup-failed":
        setup = 3
    rule = _RULES.get(error.status)
    findings = () if rule is None else (rule.finding(error.message, place),)
    return LoadFailedError(failure, findings, setup, printed)


def _mentioned(message: str, package: Package | None) -> Location | None:
    """The first "file.go:12" in the message that is a location in the package."""
    for match in re.finditer(r"([^\s()\"/]+\.go):(\d+)", message):
        if package is not None and (place := place_of_frame(match[1], int(match[2]), package)):
            return place
    return None
