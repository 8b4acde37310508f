"""The result of a case, and the JSON of `modgo test --json`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Union

import msgspec

from modgo_lsp.host.cases.case_file import Case, CaseProblem
from modgo_lsp.host.cases.compare import Difference
from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.result import CallResult, Failure, LogLine, StreamResult
from modgo_lsp.host.sample import sample_json

Outcome = Union[CallResult, StreamResult]
# Of a case: a module may log without end.
LOGS_MAX = 200


class CaseResult(msgspec.Struct, frozen=True):
    """A case that was run. It failed if there are `differences`."""

    case: Case
    outcome: Outcome
    differences: tuple[Difference, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.differences


class ModuleError(msgspec.Struct, frozen=True):
    """Why a module's cases could not be run."""

    module: str
    failure: Failure


def cases_json(
    results: Sequence[CaseResult],
    problems: Sequence[CaseProblem],
    shown: Callable[[Path], str],
    findings: Sequence[Any] = (),
    errors: Sequence[ModuleError] = (),
) -> dict[str, Any]:
    """The JSON of `modgo test --json`. `shown` returns a path as it is written; `findings` are those of
    modules that do not build, as JSON."""
    failed = sum(not result.ok for result in results)
    return {
        "ok": not (failed or problems or findings or errors),
        "cases": [case_json(result, shown) for result in results],
        "passed": len(results) - failed,
        "failed": failed,
        "invalid": problems_json(problems, shown),
        "findings": list(findings),
        "errors": [
            {
                "module": error.module,
                "kind": error.failure.kind,
                "message": error.failure.message,
                "frames": list(error.failure.frames),
            }
            for error in errors
        ],
    }


def problems_json(problems: Sequence[CaseProblem], shown: Callable[[Path], str]) -> list[dict[str, Any]]:
    return [
        {"location": f"{shown(problem.path)}:{problem.line}", "message": problem.message}
        for problem in problems
    ]


def case_json(result: CaseResult, shown: Callable[[Path], str]) -> dict[str, Any]:
    case, outcome = result.case, result.outcome
    return {
        "name": case.name,
        "function": case.function,
        "ok": result.ok,
        "elapsed_ns": outcome.elapsed_ns,
        "expected": case.expected,
        "actual": actual_json(outcome),
        "differences": [
            {"path": one.path, "expected": one.expected, "actual": one.actual} for one in result.differences
        ],
        "logs": [
            {"level": line.level, "message": line.message, "location": line.location or None}
            for line in limited(outcome.logs)
        ],
        "location": f"{shown(case.path)}:{case.line}",
    }


def actual_json(outcome: Outcome) -> dict[str, Any]:
    """What happened, in the form of `expect`."""
    actual: dict[str, Any] = {}
    failure = outcome.failure
    if failure is not None:
        message = f"{failure.message}; {failure.remedy}" if failure.remedy else failure.message
        actual["error"] = {"kind": failure.kind, "message": message, "frames": list(failure.frames)}
    elif isinstance(outcome, StreamResult):
        actual["result"] = [json_of(value) for value in outcome.values]
    else:
        actual["result"] = json_of(outcome.value)
    if isinstance(outcome, CallResult):
        actual["record"] = sample_json(outcome.after)
        actual["operations"] = list(outcome.operations)
    return actual


def limited(logs: Sequence[LogLine]) -> Sequence[LogLine]:
    """The first and the last lines, with a line between them if others are left out."""
    if len(logs) <= LOGS_MAX:
        return logs
    half = LOGS_MAX // 2
    between = LogLine("info", f"… {len(logs) - 2 * half} lines left out …")
    return (*logs[:half], between, *logs[-half:])
