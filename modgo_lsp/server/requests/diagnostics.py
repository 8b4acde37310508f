"""textDocument/diagnostic and workspace/diagnostic, for clients that pull."""

from __future__ import annotations

import hashlib
from typing import Any

from modgo_lsp.model.finding import Finding
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.connection import encoded
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.workspace.diagnostics import diagnostic
from modgo_lsp.server.workspace.snapshot import Snapshot


def of_document(snapshot: Snapshot, params: wire.DocumentDiagnostic) -> dict[str, Any]:
    """Diagnostics of one file, or that they have not changed: the result id is a digest of them"""
    path = path_of(params.text_document.uri)
    findings = [] if path is None else snapshot.findings_of(path)
    return _report([diagnostic(snapshot, finding) for finding in findings], params.previous_result_id)


def of_workspace(snapshot: Snapshot, params: wire.WorkspaceDiagnostic) -> dict[str, Any]:
    """Diagnostics of the workspace's UDF packages, also of files that are not open"""
    previous = {each.uri: each.value for each in params.previous_result_ids}
    results = snapshot.workspace_results()
    found: dict[str, list[Finding]] = {path: [] for each in results for path in each.paths}
    found |= snapshot.reported(results, snapshot.built)
    reports: list[dict[str, Any]] = []
    uris = set()
    for path, findings in sorted(found.items()):
        uri, document = snapshot.uri(path), snapshot.documents.get(path)
        uris.add(uri)
        if findings or uri in previous:
            version = None if document is None else document.version
            report = _report([diagnostic(snapshot, finding) for finding in findings], previous.get(uri))
            reports.append({"uri": uri, "version": version, **report})
    # A file that is gone has no findings.
    gone = sorted(previous.keys() - uris)
    reports += [{"uri": uri, "version": None, "kind": "full", "items": []} for uri in gone]
    return {"items": reports}


def _report(items: list[wire.Diagnostic], previous: str | None) -> dict[str, Any]:
    digest = hashlib.blake2b(encoded(items), digest_size=12).hexdigest()
    if digest == previous:
        return {"kind": "unchanged", "resultId": digest}
    return {"kind": "full", "resultId": digest, "items": items}
