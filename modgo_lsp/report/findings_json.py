"""Findings as JSON, in the form that other programs rely on."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from modgo_lsp.golang.syntax.positions import Range
from modgo_lsp.model.finding import Edit, Finding, Location, Related, Severity
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.problems import Problem
from modgo_lsp.report.sources import Sources
from modgo_lsp.report.summary import Summary, summary
from modgo_lsp.rules.catalogue import RULES

VERSION = 1


class RelatedObject(msgspec.Struct):
    path: str
    range: Range
    message: str


class EditObject(msgspec.Struct, rename="camel"):
    path: str
    range: Range
    new_text: str


class FixObject(msgspec.Struct):
    title: str
    safe: bool
    edits: list[EditObject]


class FindingObject(msgspec.Struct):
    """A finding. `path` is relative; lines and columns count from 1, columns in code points."""

    code: str
    name: str
    severity: Severity
    message: str
    path: str
    range: Range
    related: list[RelatedObject]
    fixes: list[FixObject]
    url: str


class Report(msgspec.Struct, omit_defaults=True):
    """`errors` are invalid paths and settings, for which lint exits with 2; left out if there are none."""

    version: int
    findings: list[FindingObject]
    summary: Summary
    errors: list[Problem] = []


def report_json(report: LintReport) -> str:
    """The whole report, indented, without a line end."""
    objects = finding_objects(report.findings, report.sources)
    whole = Report(VERSION, objects, summary(report.findings, report.counts), list(report.problems))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()


def finding_objects(findings: Iterable[Finding], sources: Sources) -> list[FindingObject]:
    """The findings as objects, by path, position and code."""
    objects = [_finding(finding, sources) for finding in findings]
    return sorted(objects, key=lambda found: (found.path, found.range, found.code))


def _finding(finding: Finding, sources: Sources) -> FindingObject:
    rule = RULES[finding.code]
    path, place = _place(finding.location, sources)
    fixes = [
        FixObject(fix.title, fix.safe, [_edit(edit, sources) for edit in fix.edits]) for fix in finding.fixes
    ]
    related = [_related(each, sources) for each in finding.related]
    return FindingObject(
        rule.code, rule.name, finding.severity, finding.message, path, place, related, fixes, rule.url
    )


def _place(location: Location, sources: Sources) -> tuple[str, Range]:
    return sources.shown(location.path), sources.range(location)


def _related(related: Related, sources: Sources) -> RelatedObject:
    return RelatedObject(*_place(related.location, sources), related.message)


def _edit(edit: Edit, sources: Sources) -> EditObject:
    return EditObject(*_place(edit.location, sources), edit.new_text)
