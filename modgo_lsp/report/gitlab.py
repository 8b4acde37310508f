"""Findings as a GitLab code quality report."""

from __future__ import annotations

import hashlib

import msgspec

from modgo_lsp.model.finding import Severity
from modgo_lsp.report.fingerprint import fingerprint
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.problems import Problem
from modgo_lsp.rules.catalogue import RULES

_SEVERITIES: dict[Severity, str] = {
    "error": "critical",
    "warning": "major",
    "information": "minor",
    "hint": "info",
}


def report_gitlab(report: LintReport) -> str:
    """A JSON array, indented, without a line end."""
    counts: dict[str, int] = {}
    issues = [_issue(problem) for problem in report.problems]
    sources = report.sources
    for finding in report.findings:
        place = sources.range(finding.location)
        issues.append(
            {
                "check_name": f"{finding.code} {RULES[finding.code].name}",
                "description": finding.message,
                "fingerprint": fingerprint(finding, sources, counts),
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": sources.shown(finding.location.path),
                    "lines": {"begin": place.start.line, "end": place.end.line},
                },
            }
        )
    return msgspec.json.format(msgspec.json.encode(issues), indent=2).decode()


def _issue(problem: Problem) -> dict[str, object]:
    line = problem.line or 1
    content = f"{problem.place}\0{problem.message}"
    return {
        "check_name": "modgo",
        "description": problem.message,
        "fingerprint": hashlib.sha256(content.encode()).hexdigest()[:32],
        "severity": "blocker",
        "location": {"path": problem.place, "lines": {"begin": line, "end": line}},
    }
