"""Findings as JUnit XML, which every CI service can show: a suite for each file, a failed case for each
finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from modgo_lsp.model.finding import Finding
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.problems import Problem
from modgo_lsp.report.sources import Sources
from modgo_lsp.rules.catalogue import RULES

# What XML 1.0 cannot hold, not even escaped.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report_junit(report: LintReport) -> str:
    """The document, indented, without a line end. Without findings it holds one case that passed: some
    services count an empty report as a failure."""
    findings, sources, problems = report.findings, report.sources, report.problems
    root = ElementTree.Element("testsuites", name="modgo lint")
    for path, group in groupby(findings, key=lambda finding: finding.location.path):
        _suite(root, sources.shown(path), list(group), sources)
    if problems:
        _problems(root, problems)
        root.set("errors", str(len(problems)))
    if not findings and not problems:
        suite = ElementTree.SubElement(root, "testsuite", name="modgo lint", tests="1", failures="0")
        ElementTree.SubElement(suite, "testcase", name="no findings", classname="modgo.lint")
    root.set("tests", str(max(1, len(findings) + len(problems))))
    root.set("failures", str(len(findings)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _problems(root: ElementTree.Element, problems: Sequence[Problem]) -> None:
    count = str(len(problems))
    suite = ElementTree.SubElement(
        root, "testsuite", name="paths and settings", tests=count, failures="0", errors=count
    )
    for problem in problems:
        place = _text(problem.place)
        case = ElementTree.SubElement(suite, "testcase", name="modgo", classname=place, file=place)
        if problem.line is not None:
            case.set("line", str(problem.line))
        error = ElementTree.SubElement(case, "error", message=_text(problem.message))
        error.text = _text(f"{problem.place}:{problem.line or 1}: {problem.message}")


def _suite(root: ElementTree.Element, path: str, findings: list[Finding], sources: Sources) -> None:
    count = str(len(findings))
    suite = ElementTree.SubElement(root, "testsuite", name=_text(path), tests=count, failures=count)
    for finding in findings:
        start = sources.start(finding.location)
        case = ElementTree.SubElement(
            suite,
            "testcase",
            name=f"{finding.code} {RULES[finding.code].name} at {start.line}:{start.column}",
            classname=_text(path),
            file=_text(path),
            line=str(start.line),
        )
        failure = ElementTree.SubElement(
            case, "failure", type=finding.severity, message=_text(finding.message)
        )
        failure.text = _text(f"{path}:{start.line}:{start.column}: {finding.code} {finding.message}")


def _text(text: str) -> str:
    return _IMPOSSIBLE.sub("\ufffd", text)
