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
    return xml_document(root)


def xml_document(root: ElementTree.Element) -> str:
    """The text of a document, indented, without a line end."""
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _problems(root: ElementTree.Element, problems: Sequence[Problem]) -> None:
    count = str(len(problems))
    suite = ElementTree.SubElement(
        root, "testsuite", name="paths and settings", tests=count, failures="0", errors=count
    )
    for problem in problems:
        place = xml_text(problem.place)
        case = ElementTree.SubElement(suite, "testcase", name="modgo", classname=place, file=place)
        if problem.line is not None:
            case.set("line", str(problem.line))
        error = ElementTree.SubElement(case, "error", message=xml_text(problem.message))
        error.text = xml_text(f"{problem.place}:{problem.line or 1}: {problem.message}")


def _suite(root: ElementTree.Element, path: str, findings: list[Finding], sources: Sources) -> None:
    count = str(len(findings))
    suite = ElementTree.SubElement(root, "testsuite", name=xml_text(path), tests=count, failures=count)
    for finding in findings:
        start = sources.start(finding.location)
        case = ElementTree.SubElement(
            suite,
            "testcase",
            name=f"{finding.code} {RULES[finding.code].name} at {start.line}:{start.column}",
            classname=xml_text(path),
            file=xml_text(path),
            line=str(start.line),
        )
        failure = ElementTree.SubElement(
            case, "failure", type=finding.severity, message=xml_text(finding.message)
        )
        failure.text = xml_text(f"{path}:{start.line}:{start.column}: {finding.code} {finding.message}")


def xml_text(text: str) -> str:
    """The text with a replacement character for each character that XML cannot hold."""
    return _IMPOSSIBLE.sub("\ufffd", text)
