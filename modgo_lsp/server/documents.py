"""The documents that the editor holds open, each with its parsed text kept current edit by edit.

Not for: files on disk (model/files.py lays these documents over them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from lsprotocol import types

from modgo_lsp.server.uri import path_of
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.edits import edit, opened
from modgo_lsp.syntax.positions import Encoding, LineIndex, Span


class OpenDocument(msgspec.Struct, frozen=True):
    """`uri` is as the client writes it, which may differ from how we would."""

    uri: str
    version: int
    document: Document


class Documents:
    """The current open documents by path. Each change makes a new mapping, so that one that was handed
    out stays as it is. Documents that are not files are none of ours."""

    def __init__(self) -> None:
        self.by_path: Mapping[str, OpenDocument] = {}

    def open(self, item: types.TextDocumentItem) -> OpenDocument | None:
        path = path_of(item.uri)
        if path is None:
            return None
        return self._put(path, OpenDocument(item.uri, item.version, opened(path, _bytes(item.text))))

    def change(self, params: types.DidChangeTextDocumentParams, encoding: Encoding) -> OpenDocument | None:
        """The document as it is now; None where it is not open."""
        path = path_of(params.text_document.uri)
        before = None if path is None else self.by_path.get(path)
        if path is None or before is None:
            return None
        document = _changed(before.document, params.content_changes, encoding)
        return self._put(path, OpenDocument(before.uri, params.text_document.version, document))

    def close(self, uri: str) -> OpenDocument | None:
        path = path_of(uri)
        if path is None or path not in self.by_path:
            return None
        remaining = dict(self.by_path)
        closed = remaining.pop(path)
        self.by_path = remaining
        return closed

    def _put(self, path: str, document: OpenDocument) -> OpenDocument:
        self.by_path = {**self.by_path, path: document}
        return document


def _changed(
    document: Document, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: Encoding
) -> Document:
    """The changes made one after the other; what they touch is parsed when it is asked for."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            span = Span(0, len(document.text))
        else:
            span = _span(document.lines, change.range, encoding)
        document = edit(document, [(span, _bytes(change.text))])
    return document


def _span(lines: LineIndex, range_: types.Range, encoding: Encoding) -> Span:
    start = lines.offset(range_.start.line, range_.start.character, encoding)
    return Span(start, max(start, lines.offset(range_.end.line, range_.end.character, encoding)))


def _bytes(text: str) -> bytes:
    # JSON may carry half of a surrogate pair, which UTF-8 cannot: one "?" is as wide in every encoding.
    return text.encode("utf-8", "replace")
