"""Protocol ⇄ ours: positions and byte offsets, findings and diagnostics, edits.

Not for: deciding what to say (ide) or when (diagnostics.py and its neighbours).
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from modgo_lsp.golang.syntax.positions import Encoding, LineIndex, Span
from modgo_lsp.model.finding import Edit, Finding, Location
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.workspace import diagnostics
from modgo_lsp.server.workspace.snapshot import Snapshot

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
    """The finding as it was told: what an action mends is recognised by it."""
    told = diagnostics.diagnostic(snapshot, finding)
    described = told.code_description
    return types.Diagnostic(
        range=_range(told.range),
        severity=None if told.severity is None else types.DiagnosticSeverity(told.severity),
        code=told.code,
        source=told.source,
        message=told.message,
        tags=None if told.tags is None else [types.DiagnosticTag(tag) for tag in told.tags],
        code_description=None if described is None else types.CodeDescription(described.href),
        related_information=None
        if told.related_information is None
        else [
            types.DiagnosticRelatedInformation(
                types.Location(each.location.uri, _range(each.location.range)), each.message
            )
            for each in told.related_information
        ],
    )


def _range(told: wire.Range) -> types.Range:
    start, end = told.start, told.end
    return types.Range(types.Position(start.line, start.character), types.Position(end.line, end.character))


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
