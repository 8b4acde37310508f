"""textDocument/hover."""

from __future__ import annotations

from pathlib import PurePath

from lsprotocol import types

from modgo_lsp.ide.hover import hover
from modgo_lsp.server.requests.cursor import cursor_of
from modgo_lsp.server.requests.translation import to_range
from modgo_lsp.server.workspace.snapshot import Snapshot


def answer(snapshot: Snapshot, params: types.HoverParams) -> types.Hover | None:
    """A UDF's signature in Aerospike's terms, the page of a rule in a suppression, and the documentation of
    SDK names that gopls can't find"""
    cursor = cursor_of(snapshot, params)
    if cursor is None:
        return None
    directory = str(PurePath(cursor.path).parent)
    found = hover(
        cursor.package,
        cursor.document,
        cursor.offset,
        snapshot.files,
        lambda: snapshot.loader.finds_sdk(directory),
    )
    if found is None:
        return None
    content = (
        types.MarkupContent(types.MarkupKind.Markdown, found.markdown)
        if snapshot.client.markdown
        else types.MarkupContent(types.MarkupKind.PlainText, found.text)
    )
    return types.Hover(
        content,
        to_range(cursor.document.lines, found.span, snapshot.encoding),
    )
