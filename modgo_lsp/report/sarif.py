"""Findings as SARIF 2.1.0, which code scanning services and many editors read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import msgspec

from modgo_lsp import __version__
from modgo_lsp.model.finding import Finding, Fix, Location, Severity
from modgo_lsp.report.fingerprint import fingerprint
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.problems import Problem
from modgo_lsp.report.sources import Sources
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.rules.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/GeertJohan/aerospike-mod-go"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "information": "note", "hint": "note"}

Json = dict[str, Any]


def report_sarif(report: LintReport) -> str:
    """One run, indented, without a line end."""
    codes = sorted({finding.code for finding in report.findings})
    notifications = [_notification(problem) for problem in report.problems]
    run = {
        "tool": {
            "driver": {
                "name": "modgo",
                "version": __version__,
                "informationUri": _HOME,
                "rules": [_rule(RULES[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}
        ],
        "results": _results(report.findings, codes, report.sources),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode()


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": f"{rule.summary}."},
        "help": {"text": f"{rule.summary}. See {rule.url}", "markdown": rule.page},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _results(findings: Sequence[Finding], codes: list[str], sources: Sources) -> list[Json]:
    counts: dict[str, int] = {}
    results = []
    for finding in findings:
        result: Json = {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": _LEVELS[finding.severity],
            "message": {"text": finding.message},
            "locations": [_location(finding.location, sources)],
            "partialFingerprints": {"modgo/v1": fingerprint(finding, sources, counts)},
        }
        if finding.related:
            result["relatedLocations"] = [
                {**_location(each.location, sources), "message": {"text": each.message}}
                for each in finding.related
            ]
        if finding.fixes:
            result["fixes"] = [_fix(fix, sources) for fix in finding.fixes]
        results.append(result)
    return results


def _fix(fix: Fix, sources: Sources) -> Json:
    paths = sorted({edit.location.path for edit in fix.edits})
    changes = [
        {
            "artifactLocation": _artifact(path, sources),
            "replacements": [
                {
                    "deletedRegion": _region(edit.location, sources),
                    "insertedContent": {"text": edit.new_text},
                }
                for edit in fix.edits
                if edit.location.path == path
            ],
        }
        for path in paths
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}


def _notification(problem: Problem) -> Json:
    notification: Json = {"level": "error", "message": {"text": problem.message}}
    if problem.path is not None:
        place: Json = {"artifactLocation": _shown_artifact(problem.path)}
        if problem.line is not None:
            place["region"] = {"startLine": problem.line}
        notification["locations"] = [{"physicalLocation": place}]
    return notification


def _location(location: Location, sources: Sources) -> Json:
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(location.path, sources),
            "region": _region(location, sources),
        }
    }


def _artifact(path: str, sources: Sources) -> Json:
    """Relative to the working directory, which is the root of the checkout."""
    return _shown_artifact(sources.shown(path))


def _shown_artifact(shown: str) -> Json:
    if PurePath(shown).is_absolute():
        return {"uri": PurePath(shown).as_uri()}
    return {"uri": quote(shown), "uriBaseId": "%SRCROOT%"}


def _region(location: Location, sources: Sources) -> Json:
    place = sources.range(location)
    return {
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    }
