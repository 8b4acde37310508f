"""Protocol ⇄ ours: positions and byte offsets, findings and diagnostics, edits.

Not for: deciding what to say (ide) or when (diagnostics.py and its neighbours).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lsprotocol import types

from modgo_lsp.model.finding import Edit, Finding, Location
from modgo_lsp.rules.catalogue import RULES
from modgo_lsp.server.snapshot import Snapshot
from modgo_lsp.syntax.positions import Encoding, LineIndex, Span

SOURCE = "modgo"

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}
_UNNECESSARY = ("MG501",)  # what could be left out
_EMPTY = LineIndex(b"")


def to_range(lines: LineIndex, span: Span, encoding: Encoding) -> types.Range:
    start, end = lines.encoded(span.start, encoding), lines.encoded(span.end, encoding)
    return types.Range(types.Position(*start), types.Position(*end))


def to_offset(lines: LineIndex, position: types.Position, encoding: Encoding) -> int:
    return lines.offset(position.line, position.character, encoding)


def to_span(lines: LineIndex, range_: types.Range, encoding: Encoding) -> Span:
    start = to_offset(lines, range_.start, encoding)
    return Span(start, max(start, to_offset(lines, range_.end, encoding)))


def location_range(snapshot: Snapshot, location: Location) -> types.Range:
    """The range at `location`; the start of the file where the file has gone since."""
    return to_range(snapshot.lines(location.path) or _EMPTY, location.span, snapshot.encoding)


def diagnostic(snapshot: Snapshot, finding: Finding) -> types.Diagnostic:
    rule = RULES.get(finding.code)
    client = snapshot.client
    return types.Diagnostic(
        range=location_range(snapshot, finding.location),
        severity=_SEVERITY[finding.severity],
        code=finding.code,
        source=SOURCE,
        message=finding.message,
        tags=(
            [types.DiagnosticTag.Unnecessary] if finding.code in _UNNECESSARY and client.unnecessary else None
        ),
        code_description=(
            types.CodeDescription(rule.url) if rule is not None and client.code_description else None
        ),
        related_information=_related(snapshot, finding) if client.related_information else None,
    )


def diagnostics(snapshot: Snapshot, findings: Iterable[Finding]) -> list[types.Diagnostic]:
    return [diagnostic(snapshot, finding) for finding in findings]


def workspace_edit(snapshot: Snapshot, edits: Sequence[Edit]) -> types.WorkspaceEdit:
    """The edits by file; with document versions, where the client takes them, so that it can refuse edits
    of a text that has moved on."""
    by_path: dict[str, list[types.TextEdit]] = {}
    for edit in edits:
        text_edit = types.TextEdit(location_range(snapshot, edit.location), edit.new_text)
        by_path.setdefault(edit.location.path, []).append(text_edit)
    if not snapshot.client.document_changes:
        return types.WorkspaceEdit(changes={snapshot.uri(path): each for path, each in by_path.items()})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(snapshot.uri(path), _version(snapshot, path)),
                each,
            )
            for path, each in by_path.items()
        ]
    )


def _version(snapshot: Snapshot, path: str) -> int | None:
    document = snapshot.documents.get(path)
    return None if document is None else document.version


def _related(snapshot: Snapshot, finding: Finding) -> list[types.DiagnosticRelatedInformation] | None:
    return [
        types.DiagnosticRelatedInformation(
            types.Location(snapshot.uri(related.location.path), location_range(snapshot, related.location)),
            related.message,
        )
        for related in finding.related
    ] or None
