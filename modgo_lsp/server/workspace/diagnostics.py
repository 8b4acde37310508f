"""Diagnostics: findings in LSP's shape, and their publishing.

A client that pulls asks for the documents that it shows. Findings in the other files of their packages are
pushed to it nevertheless: otherwise it would never show them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.workspace.feature_refresh import FeatureRefresh
from modgo_lsp.server.workspace.snapshot import Snapshot

SOURCE = "modgo"
_SEVERITY = {"error": 1, "warning": 2, "information": 3, "hint": 4}
_TAG_UNNECESSARY = 1

Diagnostics = tuple[wire.Diagnostic, ...]


class Publisher:
    """Pushes the diagnostics of all packages with an open document. On the analysis thread."""

    def __init__(self, outbox: Outbox, refresh: FeatureRefresh) -> None:
        self._outbox = outbox
        self._refresh = refresh
        self._sent: dict[str, wire.Report] = {}

    def publish(self, snapshot: Snapshot) -> None:
        """Sends what differs from what was sent last."""
        snapshot.catch_up()
        reports = {report.uri: report for report in _reports(snapshot)}
        for uri, report in reports.items():
            # Reports have versions, so the client learns of every version that its diagnostics are current.
            if self._sent.get(uri) != report:
                self._outbox.publish(report)
        for uri in self._sent.keys() - reports.keys():
            if self._sent[uri].items:
                self._outbox.publish(wire.Report(uri, None, ()))
        self._sent = reports
        self._refresh.compare(snapshot)


def diagnostic(snapshot: Snapshot, finding: Finding) -> wire.Diagnostic:
    client = snapshot.client
    # The index's process is of a newer modgo where that was upgraded meanwhile.
    rule = RULES.get(finding.code)
    fades = rule is not None and rule.unnecessary and client.unnecessary
    link = None if rule is None or not client.code_description else wire.CodeDescription(rule.url)
    return wire.Diagnostic(
        range=_range(snapshot, finding.location),
        severity=_SEVERITY[finding.severity],
        code=finding.code,
        source=SOURCE,
        message=finding.message,
        tags=(_TAG_UNNECESSARY,) if fades else None,
        code_description=link,
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
    start, end = snapshot.positions(location)
    return wire.Range(wire.Position(*start), wire.Position(*end))


def _reports(snapshot: Snapshot) -> list[wire.Report]:
    """What the client should have now."""
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
    """What is wrong in the configuration files that apply to these folders, by file, each on its line."""
    problems = {
        problem for directory in directories for problem in snapshot.configuration(directory).problems
    }
    found: dict[str, list[wire.Diagnostic]] = {}
    for problem in sorted(problems, key=str):
        if problem.line is None:
            continue  # in the editor's own settings: shown when they were set
        place = _line(snapshot, problem.origin, problem.line - 1)
        found.setdefault(problem.origin, []).append(
            wire.Diagnostic(place, problem.message, _SEVERITY["warning"], source=SOURCE)
        )
    return {path: tuple(each) for path, each in found.items()}


def _line(snapshot: Snapshot, path: str, line: int) -> wire.Range:
    """The text of a line, without its end."""
    lines = snapshot.lines(path)
    start = wire.Position(line, 0)
    if lines is None:
        return wire.Range(start, start)
    end = lines.offset(line, sys.maxsize, snapshot.encoding)
    return wire.Range(start, wire.Position(*lines.encoded(end, snapshot.encoding)))
