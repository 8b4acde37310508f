"""The documents that the editor holds open. Edits are taken as they come and worked into the text when
somebody looks at it: the protocol's loop waits for neither.

Not for: files on disk (model/files.py lays these documents over them).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from modgo_lsp.server import wire
from modgo_lsp.server.uri import path_of
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.edits import edit, opened
from modgo_lsp.syntax.positions import Encoding, LineIndex, Span


class OpenDocument:
    """One version of a document. `uri` is as the client writes it, which may differ from how we would.

    It is made of a text, or of the version `before` by `changes`."""

    __slots__ = ("_before", "_changes", "_document", "_text", "directory", "path", "uri", "version")
    _lock = threading.Lock()

    def __init__(
        self,
        uri: str,
        path: str,
        version: int | None,
        text: str = "",
        before: OpenDocument | None = None,
        changes: Callable[[Document], Document] | None = None,
    ) -> None:
        self.uri = uri
        self.path = path
        self.directory = os.path.dirname(path)  # noqa: PTH120 (for each edit)
        self.version = version
        self._text = text
        self._before = before
        self._changes = changes
        self._document: Document | None = None

    @property
    def document(self) -> Document:
        """The text and its trees, worked out by whoever asks first."""
        if self._document is None:
            with self._lock:
                self._work_out()
        assert self._document is not None
        return self._document

    def _work_out(self) -> None:
        """Makes this version, and those before that nobody has asked for: there may be thousands."""
        versions = [self]
        while versions[-1]._document is None and (before := versions[-1]._before) is not None:
            versions.append(before)
        for version in reversed(versions):
            if version._document is not None:
                continue
            if version._before is None or version._changes is None:
                version._document = opened(version.path, _bytes(version._text))
            else:
                version._document = version._changes(version._before.document)
            version._text, version._before, version._changes = "", None, None


class Documents:
    """The current open documents by path. Each change makes a new mapping, so that one that was handed
    out stays as it is. Documents that are not files are none of ours."""

    def __init__(self) -> None:
        self.by_path: Mapping[str, OpenDocument] = {}

    def open(self, item: wire.Item) -> OpenDocument | None:
        path = path_of(item.uri)
        if path is None:
            return None
        return self._put(OpenDocument(item.uri, path, item.version, item.text))

    def change(self, params: wire.DidChange, encoding: Encoding) -> OpenDocument | None:
        """The document as it is now; None where it is not open."""
        path = path_of(params.text_document.uri)
        before = None if path is None else self.by_path.get(path)
        if path is None or before is None:
            return None
        changes = partial(_changed, changes=params.content_changes, encoding=encoding)
        version = params.text_document.version
        return self._put(OpenDocument(before.uri, path, version, before=before, changes=changes))

    def close(self, uri: str) -> OpenDocument | None:
        path = path_of(uri)
        if path is None or path not in self.by_path:
            return None
        remaining = dict(self.by_path)
        closed = remaining.pop(path)
        self.by_path = remaining
        return closed

    def _put(self, document: OpenDocument) -> OpenDocument:
        self.by_path = {**self.by_path, document.path: document}
        return document


def _changed(document: Document, changes: Sequence[wire.Change], encoding: Encoding) -> Document:
    """The changes made one after the other; what they touch is parsed when it is asked for."""
    for change in changes:
        whole = Span(0, len(document.text))
        span = whole if change.range is None else _span(document.lines, change.range, encoding)
        document = edit(document, [(span, _bytes(change.text))])
    return document


def _span(lines: LineIndex, range_: wire.Range, encoding: Encoding) -> Span:
    start = lines.offset(range_.start.line, range_.start.character, encoding)
    return Span(start, max(start, lines.offset(range_.end.line, range_.end.character, encoding)))


def _bytes(text: str) -> bytes:
    # JSON may carry half of a surrogate pair, which UTF-8 cannot: one "?" is as wide in every encoding.
    return text.encode("utf-8", "replace")
