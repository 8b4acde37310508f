"""Diagnostics: pushed to clients that can't pull, pulled by those that can.

A pulling client asks for the documents it shows; findings in the other files of their packages are pushed
to it all the same, or they would never be seen. Not for: finding them (snapshot.py).
"""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any

from modgo_lsp.golang.syntax.positions import LineIndex
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.connection import encoded
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.workspace.analysis import Analysis
from modgo_lsp.server.workspace.feature_refresh import Refresher
from modgo_lsp.server.workspace.snapshot import Snapshot

_log = logging.getLogger(__name__)

SOURCE = "modgo"
_SEVERITY = {"error": 1, "warning": 2, "information": 3, "hint": 4}
_UNNECESSARY = ("MG501",)  # what could be left out
_TAG_UNNECESSARY = 1
_EMPTY = LineIndex(b"")

Diagnostics = tuple[wire.Diagnostic, ...]


def diagnostic(snapshot: Snapshot, finding: Finding) -> wire.Diagnostic:
    rule = RULES.get(finding.code)
    client = snapshot.client
    described = rule is not None and client.code_description
    return wire.Diagnostic(
        range=_range(snapshot, finding.location),
        severity=_SEVERITY[finding.severity],
        code=finding.code,
        source=SOURCE,
        message=finding.message,
        tags=(_TAG_UNNECESSARY,) if finding.code in _UNNECESSARY and client.unnecessary else None,
        code_description=wire.CodeDescription(rule.url) if rule is not None and described else None,
        related_information=_related(snapshot, finding) if client.related_information else None,
    )


def _related(snapshot: Snapshot, finding: Finding) -> tuple[wire.Related, ...] | None:
    return (
        tuple(
            wire.Related(
                wire.Location(snapshot.uri(each.location.path), _range(snapshot, each.location)), each.message
            )
            for each in finding.related
        )
        or None
    )


def _range(snapshot: Snapshot, location: Location) -> wire.Range:
    """The range at `location`; the start of the file where the file has gone since."""
    lines = snapshot.lines(location.path) or _EMPTY
    start = lines.encoded(location.span.start, snapshot.encoding)
    end = lines.encoded(location.span.end, snapshot.encoding)
    return wire.Range(wire.Position(*start), wire.Position(*end))


def pull(snapshot: Snapshot, params: wire.DocumentDiagnostic) -> dict[str, Any]:
    """Diagnostics of one file, or that they are as they were: the result id is a digest of them"""
    path = path_of(params.text_document.uri)
    findings = [] if path is None else snapshot.findings_of(path)
    return _report([diagnostic(snapshot, finding) for finding in findings], params.previous_result_id)


def pull_workspace(snapshot: Snapshot, params: wire.WorkspaceDiagnostic) -> dict[str, Any]:
    """Diagnostics of the workspace's UDF packages, also of files that are not open"""
    known = {each.uri: each.value for each in params.previous_result_ids}
    judgements = snapshot.workspace()
    found: dict[str, list[Finding]] = {path: [] for each in judgements for path in each.paths}
    found |= snapshot.decided(judgements, snapshot.built)
    reports: list[dict[str, Any]] = []
    told = set()
    for path, findings in sorted(found.items()):
        uri, document = snapshot.uri(path), snapshot.documents.get(path)
        told.add(uri)
        if findings or uri in known:
            version = None if document is None else document.version
            report = _report([diagnostic(snapshot, finding) for finding in findings], known.get(uri))
            reports.append({"uri": uri, "version": version, **report})
    # What has gone since has nothing against it.
    gone = sorted(known.keys() - told)
    reports += [{"uri": uri, "version": None, "kind": "full", "items": []} for uri in gone]
    return {"items": reports}


def _report(items: list[wire.Diagnostic], known: str | None) -> dict[str, Any]:
    digest = hashlib.blake2b(encoded(items), digest_size=12).hexdigest()
    if digest == known:
        return {"kind": "unchanged", "resultId": digest}
    return {"kind": "full", "resultId": digest, "items": items}


class Publisher:
    """Pushes the findings of all packages with an open document, whenever something has changed.

    Works on the analysis thread, where changes that come meanwhile are one: the newest snapshot is judged,
    older ones are not. `published` is the number of the last one whose findings the client was told."""

    def __init__(
        self,
        analysis: Analysis,
        snapshot: Callable[[], Snapshot],
        send: Callable[[wire.Report], None],
        refresher: Refresher,
    ) -> None:
        self._analysis = analysis
        self._snapshot = snapshot
        self._send = send
        self._refresher = refresher
        self._sent: dict[str, wire.Report] = {}
        self.published = 0

    def publish(self) -> None:
        snapshot = self._snapshot()
        snapshot.catch_up()
        reports = {report.uri: report for report in _reports(snapshot)}
        for uri, report in reports.items():
            # An open document is told at every version, so that the client knows it is up to date.
            if self._sent.get(uri) != report:
                self._send(report)
        for uri in self._sent.keys() - reports.keys():
            if self._sent[uri].items:
                self._send(wire.Report(uri, None, ()))
        self._sent = reports
        self._refresher.look(snapshot)
        self._refresher.ask()
        self.published = snapshot.number


def _reports(snapshot: Snapshot) -> list[wire.Report]:
    """What is to be pushed."""
    directories = snapshot.directories()
    items = {
        path: tuple([diagnostic(snapshot, finding) for finding in findings])
        for path, findings in snapshot.by_path(directories).items()
        if not (snapshot.client.pull_diagnostics and path in snapshot.documents)
    }
    items.update(_configuration_problems(snapshot, directories))
    reports = []
    for path, found in items.items():
        document = snapshot.documents.get(path)
        if document is not None or found:
            versioned = document is not None and snapshot.client.diagnostic_versions
            version = document.version if document is not None and versioned else None
            reports.append(wire.Report(snapshot.uri(path), version, found))
    return reports


def _configuration_problems(snapshot: Snapshot, directories: Iterable[str]) -> dict[str, Diagnostics]:
    """What is wrong in the configuration files that count for these folders, on the line it stands on."""
    problems = {
        problem for directory in directories for problem in snapshot.configuration(directory).problems
    }
    found: dict[str, list[wire.Diagnostic]] = {}
    for problem in sorted(problems, key=str):
        if problem.line is None:
            continue  # the editor's own settings: told when they were set
        place = _line(snapshot, problem.origin, problem.line - 1)
        found.setdefault(problem.origin, []).append(
            wire.Diagnostic(place, problem.message, _SEVERITY["warning"], source=SOURCE)
        )
    return {path: tuple(each) for path, each in found.items()}


def _line(snapshot: Snapshot, path: str, line: int) -> wire.Range:
    """What stands on a line, without its end."""
    lines = snapshot.lines(path)
    start = wire.Position(line, 0)
    if lines is None:
        return wire.Range(start, start)
    end = lines.offset(line, sys.maxsize, snapshot.encoding)
    return wire.Range(start, wire.Position(*lines.encoded(end, snapshot.encoding)))
