"""Findings, one a line, as editors and terminals link them: path:line:column: code message."""

from __future__ import annotations

from modgo_lsp.model.finding import Finding
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.sources import Sources
from modgo_lsp.report.terminal_escapes import on_a_line


def report_concise(report: LintReport) -> str:
    """A line for each finding, without a line end at the last."""
    return "\n".join(_line(finding, report.sources, report.paint) for finding in report.findings)


def _line(finding: Finding, sources: Sources, paint: Painter) -> str:
    start = sources.start(finding.location)
    place = f"{paint.path(sources.shown(finding.location.path))}:{start.line}:{start.column}"
    mark = " [*]" if any(fix.safe for fix in finding.fixes) else ""
    return f"{place}: {paint.severity(finding.code, finding.severity)}{mark} {on_a_line(finding.message)}"
