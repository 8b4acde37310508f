"""textDocument/foldingRange."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.folding_ranges import folding_ranges
from modgo_lsp.server.requests.cursor import go_document_of
from modgo_lsp.server.workspace.snapshot import Snapshot


def answer(snapshot: Snapshot, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """Runs of registrations"""
    document = go_document_of(snapshot, params.text_document)
    package = None if document is None else snapshot.package_of(document.path)
    if document is None or package is None:
        return []
    lines = document.lines
    return [
        types.FoldingRange(
            lines.line_of(span.start), lines.line_of(span.end), kind=types.FoldingRangeKind.Region
        )
        for span in folding_ranges(package, document)
    ]
