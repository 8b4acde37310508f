"""What every report of a run of lint is made from, and the formats that it can be written in.

A format is one file here, with a function from a LintReport to the text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

import msgspec

from modgo_lsp.lint.lint_paths import Counts
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.problems import Problem
from modgo_lsp.report.sources import Sources


class LintReport(msgspec.Struct, frozen=True):
    """`sources` are the texts that the findings are in. `problems` are why parts were not linted, `counts`
    how much was. `paint` has the colours of the formats for people."""

    findings: Sequence[Finding]
    sources: Sources
    problems: Sequence[Problem] = ()
    counts: Counts = Counts(0, 0)
    paint: Painter = Painter(False)


_FORMATS = {
    "text": "text.report_text",
    "concise": "concise.report_concise",
    "json": "findings_json.report_json",
    "sarif": "sarif.report_sarif",
    "github": "github.report_github",
    "gitlab": "gitlab.report_gitlab",
    "junit": "junit.report_junit",
}


def format_report(report: LintReport, output_format: str) -> str:
    """The report in a format, without a line end. Raises KeyError for an unknown one."""
    # Only the one that is needed is imported: all take 17 ms of the 65 of a warm `modgo lint`.
    module, _, name = _FORMATS[output_format].partition(".")
    function: Callable[[LintReport], str] = getattr(import_module(f"modgo_lsp.report.{module}"), name)
    return function(report)
