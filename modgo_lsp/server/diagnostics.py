"""Diagnostics: pushed to clients that can't pull, pulled by those that can.

A pulling client asks for the documents it shows; findings in the other files of their packages are pushed
to it all the same, or they would never be seen. Not for: finding them (snapshot.py).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from lsprotocol import types

from modgo_lsp.server.analysis import Analysis
from modgo_lsp.server.refresh import Refresher
from modgo_lsp.server.snapshot import Snapshot
from modgo_lsp.server.translate import SOURCE, diagnostics
from modgo_lsp.server.uri import path_of

_log = logging.getLogger(__name__)

PULL_OPTIONS = types.DiagnosticOptions(
    inter_file_dependencies=True, workspace_diagnostics=True, identifier=SOURCE
)


def pull(snapshot: Snapshot, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """Diagnostics of one file, or that they are as they were: the result id is a digest of them"""
    path = path_of(params.text_document.uri)
    items = [] if path is None else diagnostics(snapshot, snapshot.findings_of(path))
    result_id = _result_id(items)
    if result_id == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(result_id)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=result_id)


def pull_workspace(
    snapshot: Snapshot, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """Diagnostics of the workspace's UDF packages, also of files that are not open"""
    known = {each.uri: each.value for each in params.previous_result_ids}
    directories = {package.directory for package in snapshot.udf_packages()} | snapshot.directories()
    reports: list[types.WorkspaceDocumentDiagnosticReport] = []
    told = set()
    for path, findings in sorted(snapshot.by_path(directories).items()):
        uri, document = snapshot.uri(path), snapshot.documents.get(path)
        version = None if document is None else document.version
        items = diagnostics(snapshot, findings)
        told.add(uri)
        if not items and uri not in known:
            continue
        result_id = _result_id(items)
        if known.get(uri) == result_id:
            reports.append(types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result_id, version=version))
        else:
            reports.append(
                types.WorkspaceFullDocumentDiagnosticReport(uri, items, version=version, result_id=result_id)
            )
    # What has gone since has nothing against it.
    reports += [types.WorkspaceFullDocumentDiagnosticReport(uri, []) for uri in sorted(known.keys() - told)]
    return types.WorkspaceDiagnosticReport(reports)


def _result_id(items: list[types.Diagnostic]) -> str:
    """A digest: equal means unchanged."""
    return hashlib.blake2b(repr(items).encode(), digest_size=12).hexdigest()


class Report(NamedTuple):
    version: int | None
    items: list[types.Diagnostic]


class Publisher:
    """Pushes the findings of all packages with an open document, whenever something has changed.

    Changes that come while it works are one change: the newest snapshot is judged, older ones are not."""

    def __init__(
        self,
        analysis: Analysis,
        snapshot: Callable[[], Snapshot],
        publish: Callable[[types.PublishDiagnosticsParams], None],
        refresher: Refresher,
    ) -> None:
        self._analysis = analysis
        self._snapshot = snapshot
        self._publish = publish
        self._refresher = refresher
        self._changed = asyncio.Event()
        self._published: dict[str, Report] = {}

    def changed(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            snapshot = self._snapshot()
            try:
                reports = await self._analysis.run(partial(self._work_out, snapshot))
            except Exception:
                _log.exception("Could not work out the diagnostics")
                continue
            if not self._changed.is_set():
                self._send(reports)
                self._refresher.ask()

    def _work_out(self, snapshot: Snapshot) -> dict[str, Report]:
        reports = _reports(snapshot)
        self._refresher.look(snapshot)
        self._analysis.forget_others(snapshot.directories())
        return reports

    def _send(self, reports: dict[str, Report]) -> None:
        for uri, report in reports.items():
            # An open document is told at every version, so that the client knows it is up to date.
            if self._published.get(uri) != report:
                self._publish(types.PublishDiagnosticsParams(uri, report.items, report.version))
        for uri in self._published.keys() - reports.keys():
            if self._published[uri].items:
                self._publish(types.PublishDiagnosticsParams(uri, []))
        self._published = reports


def _reports(snapshot: Snapshot) -> dict[str, Report]:
    """What is to be pushed, by URI."""
    directories = snapshot.directories()
    items = {
        path: diagnostics(snapshot, findings)
        for path, findings in snapshot.by_path(directories).items()
        if not (snapshot.client.pull_diagnostics and path in snapshot.documents)
    }
    items.update(_configuration_problems(snapshot, directories))
    reports = {}
    for path, found in items.items():
        document = snapshot.documents.get(path)
        if document is not None or found:
            versioned = document is not None and snapshot.client.diagnostic_versions
            version = document.version if document is not None and versioned else None
            reports[snapshot.uri(path)] = Report(version, found)
    return reports


def _configuration_problems(
    snapshot: Snapshot, directories: Iterable[str]
) -> dict[str, list[types.Diagnostic]]:
    """What is wrong in the configuration files that count for these folders, on the line it stands on."""
    problems = {
        problem for directory in directories for problem in snapshot.configuration(directory).problems
    }
    found: dict[str, list[types.Diagnostic]] = {}
    for problem in sorted(problems, key=str):
        if problem.line is None:
            continue  # the editor's own settings: told when they were set
        place = _line(snapshot, problem.origin, problem.line - 1)
        found.setdefault(problem.origin, []).append(
            types.Diagnostic(place, problem.message, types.DiagnosticSeverity.Warning, source=SOURCE)
        )
    return found


def _line(snapshot: Snapshot, path: str, line: int) -> types.Range:
    """What stands on a line, without its end."""
    lines = snapshot.lines(path)
    start = types.Position(line, 0)
    if lines is None:
        return types.Range(start, start)
    end = lines.offset(line, sys.maxsize, snapshot.encoding)
    return types.Range(start, types.Position(*lines.encoded(end, snapshot.encoding)))
