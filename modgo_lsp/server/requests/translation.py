"""Between lsprotocol's types and ours: positions and byte offsets, findings and diagnostics, edits."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from lsprotocol import types
from pygls.protocol import default_converter

from modgo_lsp.golang.syntax.positions import Encoding, LineIndex, Span
from modgo_lsp.model.finding import Edit, Finding, Location
from modgo_lsp.server.workspace import diagnostics
from modgo_lsp.server.workspace.snapshot import Snapshot

# Pygls uses this converter too: to make another one takes 38 ms.
CONVERTER = default_converter()  # type: ignore[no-untyped-call]


def to_range(lines: LineIndex, span: Span, encoding: Encoding) -> types.Range:
    start, end = lines.encoded(span.start, encoding), lines.encoded(span.end, encoding)
    return types.Range(types.Position(*start), types.Position(*end))


def to_offset(lines: LineIndex, position: types.Position, encoding: Encoding) -> int:
    return lines.offset(position.line, position.character, encoding)


def to_span(lines: LineIndex, range_: types.Range, encoding: Encoding) -> Span:
    start = to_offset(lines, range_.start, encoding)
    return Span(start, max(start, to_offset(lines, range_.end, encoding)))


def location_range(snapshot: Snapshot, location: Location) -> types.Range:
    start, end = snapshot.positions(location)
    return types.Range(types.Position(*start), types.Position(*end))


def diagnostic(snapshot: Snapshot, finding: Finding) -> types.Diagnostic:
    """The finding as it was published: a client recognises by it what a code action fixes."""
    published = msgspec.to_builtins(diagnostics.diagnostic(snapshot, finding))
    found: types.Diagnostic = CONVERTER.structure(published, types.Diagnostic)
    return found


def workspace_edit(snapshot: Snapshot, edits: Sequence[Edit]) -> types.WorkspaceEdit:
    """The edits by file. Where the client takes document versions they have them, so that it can refuse an
    edit of text that has changed since."""
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
