"""textDocument/hover: a UDF's signature in Aerospike's terms, or the page of a rule in a suppression."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.hover import hover
from modgo_lsp.server.snapshot import Snapshot
from modgo_lsp.server.translate import to_offset, to_range
from modgo_lsp.server.uri import path_of


def answer(snapshot: Snapshot, params: types.HoverParams) -> types.Hover | None:
    path = path_of(params.text_document.uri)
    document = None if path is None else snapshot.document(path)
    if document is None:
        return None
    offset = to_offset(document.lines, params.position, snapshot.encoding)
    found = hover(snapshot.package_of(document.path), document, offset)
    if found is None:
        return None
    kind = types.MarkupKind.Markdown if snapshot.client.markdown else types.MarkupKind.PlainText
    return types.Hover(
        types.MarkupContent(kind, found.markdown), to_range(document.lines, found.span, snapshot.encoding)
    )
