"""Findings as workflow commands, which GitHub Actions shows beside the lines of a pull request.

Not for: code scanning, which takes SARIF (sarif.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from modgo_lsp.model.finding import Finding, Severity
from modgo_lsp.report.sources import Sources
from modgo_lsp.rules.catalogue import RULES

_COMMANDS: dict[Severity, str] = {
    "error": "error",
    "warning": "warning",
    "information": "notice",
    "hint": "notice",
}


def report_github(findings: Sequence[Finding], sources: Sources) -> str:
    """A command for each finding, a line each, without a line end at the last."""
    return "\n".join(_command(finding, sources) for finding in findings)


def _command(finding: Finding, sources: Sources) -> str:
    place = sources.range(finding.location)
    properties = {
        "title": f"{finding.code} {RULES[finding.code].name}",
        "file": sources.shown(finding.location.path),
        "line": place.start.line,
        "endLine": place.end.line,
    }
    if place.start.line == place.end.line:  # columns are of one line there
        properties |= {"col": place.start.column, "endColumn": place.end.column}
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {told}::{_data(finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
