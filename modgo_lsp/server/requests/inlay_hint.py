"""textDocument/inlayHint."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.inlay_hints import inlay_hints
from modgo_lsp.server.requests.cursor import go_document_of
from modgo_lsp.server.requests.translation import to_span
from modgo_lsp.server.workspace.snapshot import Snapshot


def answer(snapshot: Snapshot, params: types.InlayHintParams) -> list[types.InlayHint]:
    """A UDF's parameters and result in Aerospike's types, and its registered name where no lens shows it"""
    document = go_document_of(snapshot, params.text_document)
    package = None if document is None else snapshot.package_of(document.path)
    if document is None or package is None:
        return []
    span = to_span(document.lines, params.range, snapshot.encoding)
    return [
        types.InlayHint(
            types.Position(*document.lines.encoded(hint.offset, snapshot.encoding)),
            hint.label,
            kind=types.InlayHintKind.Type,
            tooltip=hint.tooltip,
            padding_left=True,
        )
        for hint in inlay_hints(package, document, span, with_names=not snapshot.client.lenses)
    ]
