"""Findings as workflow commands, which GitHub Actions shows beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Mapping

from modgo_lsp.model.finding import Finding, Severity
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.problems import Problem
from modgo_lsp.report.sources import Sources
from modgo_lsp.rules.catalogue import RULES

_COMMANDS: dict[Severity, str] = {
    "error": "error",
    "warning": "warning",
    "information": "notice",
    "hint": "notice",
}


def report_github(report: LintReport) -> str:
    """A command for each problem and finding, a line each, without a line end at the last."""
    commands = [_problem(problem) for problem in report.problems]
    return "\n".join([*commands, *(_command(finding, report.sources) for finding in report.findings)])


def _problem(problem: Problem) -> str:
    properties: dict[str, object] = {"title": "modgo"}
    if problem.path is not None:
        properties["file"] = problem.path
    if problem.line is not None:
        properties["line"] = problem.line
    return f"::error {_properties(properties)}::{_data(problem.message)}"


def _command(finding: Finding, sources: Sources) -> str:
    place = sources.range(finding.location)
    properties: dict[str, object] = {
        "title": f"{finding.code} {RULES[finding.code].name}",
        "file": sources.shown(finding.location.path),
        "line": place.start.line,
        "endLine": place.end.line,
    }
    if place.start.line == place.end.line:  # GitHub takes columns of one line only
        properties |= {"col": place.start.column, "endColumn": place.end.column}
    return f"::{_COMMANDS[finding.severity]} {_properties(properties)}::{_data(finding.message)}"


def _properties(properties: Mapping[str, object]) -> str:
    return ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
