"""textDocument/selectionRange."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.selection_ranges import selection_ranges
from modgo_lsp.server.requests.cursor import go_document_of
from modgo_lsp.server.requests.translation import to_offset, to_range
from modgo_lsp.server.workspace.snapshot import Snapshot


def answer(snapshot: Snapshot, params: types.SelectionRangeParams) -> list[types.SelectionRange]:
    """What a growing selection covers: within strings and suppressions, then by Go's syntax"""
    document = go_document_of(snapshot, params.text_document)
    if document is None:
        return []
    found = []
    for position in params.positions:
        around: types.SelectionRange | None = None
        offset = to_offset(document.lines, position, snapshot.encoding)
        for span in reversed(selection_ranges(document, offset)):
            around = types.SelectionRange(to_range(document.lines, span, snapshot.encoding), around)
        if around is not None:
            found.append(around)
    return found
