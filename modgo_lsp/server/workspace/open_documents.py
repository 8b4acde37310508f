"""The documents that are open in the editor.

An edit makes another version, which is computed on the analysis thread when its text is requested: the
message thread waits for neither parsing nor copying.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from modgo_lsp.golang.files import LARGEST_GO_FILE
from modgo_lsp.golang.syntax.document import Document, Part
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.line_edits import EditedText, difference
from modgo_lsp.golang.syntax.positions import Encoding, LineIndex, Span
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.uri import path_of

# Up to so many changes, of so many bytes, are made one by one, and each parses only what it touches.
_FEW, _MUCH = 8, 256 * 1024
# Bytes of memory that a change takes beside its text.
_CHANGE = 400


class _Waiting:
    """What the versions of a document share. `lock` is held while a version is computed. `added` counts the
    bytes of all edits, `applied` those up to the newest version that was computed."""

    __slots__ = ("added", "applied", "lock")

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.added = 0
        self.applied = 0


class _Edit(NamedTuple):
    """The edit that makes a version from the version `before`."""

    before: OpenDocument
    changes: Sequence[wire.Change]
    encoding: Encoding


class OpenDocument:
    """One version of a document. `uri` is as the client writes it: we might write it differently.

    A version refers to the one before until it is computed. Thousands of edits that come at once are a text
    and a chain of versions, of which only the last is computed. Any version that somebody still holds can be
    computed later. Any thread may ask for a version; one thread adds edits."""

    __slots__ = (
        "_added",
        "_document",
        "_edit",
        "_edited",
        "_is_large",
        "_largest",
        "_text",
        "_waiting",
        "directory",
        "path",
        "uri",
        "version",
    )

    def __init__(
        self, uri: str, path: str, version: int | None, text: str, edit_: _Edit | None = None
    ) -> None:
        self.uri = uri
        self.path = path
        self.directory = os.path.dirname(path)  # noqa: PTH120 (for each edit)
        self.version = version
        self._waiting: _Waiting = _Waiting() if edit_ is None else edit_.before._waiting
        self._document: Document | None = None
        # What the document is computed from.
        self._text = text
        self._edit = edit_
        # The bytes of all edits up to this version.
        self._added = self._waiting.added
        # The size of the largest document that is analysed; whether this one is larger, and then its text, if
        # no later version has taken it over.
        self._largest = LARGEST_GO_FILE
        self._is_large = False
        self._edited: EditedText | None = None

    @property
    def document(self) -> Document:
        """The text and its trees, computed on first use."""
        document = self._document
        if document is None:
            with self._waiting.lock:
                document = self._computed()
        return document

    def within(self, largest: int) -> Document:
        """The same where documents of up to `largest` bytes are analysed."""
        document = self.document
        if self._largest != largest:
            with self._waiting.lock:
                self._largest = largest
                if self._is_large != (document.size > largest):
                    self._document = document = self._new(document.source, None)
        return document

    @property
    def pending(self) -> int:
        """Bytes of the edits that wait."""
        return self._waiting.added - self._waiting.applied

    def changed(
        self, version: int | None, changes: Sequence[wire.Change], encoding: Encoding
    ) -> OpenDocument:
        """The next version."""
        self._waiting.added += _size(changes)
        return OpenDocument(self.uri, self.path, version, "", _Edit(self, changes, encoding))

    def _computed(self) -> Document:
        """The document. The lock is held."""
        edits = []
        base = self
        while base._document is None and base._edit is not None:
            edits.append(base._edit)
            base = base._edit.before
        if base._document is None:
            base._document = base._new(_bytes(base._text), None)
            base._text = ""
        if self._document is None:
            self._largest, self._is_large = base._largest, base._is_large
            self._document = self._applied(base, base._document, edits[::-1])
            self._edit = None
        return self._document

    def _applied(self, base: OpenDocument, document: Document, edits: Sequence[_Edit]) -> Document:
        """`document`, which is that of `base`, after the edits."""
        self._waiting.applied = max(self._waiting.applied, self._added)
        if len(edits) > _FEW or self._added - base._added > _MUCH or base._is_large:
            return self._taken_together(base, document, edits)
        for each in edits:
            document = _changed(document, each.changes, each.encoding)
        return document

    def _taken_together(self, base: OpenDocument, before: Document, edits: Sequence[_Edit]) -> Document:
        """Applies the edits to the text, and parses it once."""
        text, base._edited = base._edited or EditedText(before.source), None
        for each in edits:
            for change in each.changes:
                if (place := change.range) is None:
                    text = EditedText(_bytes(change.text))
                else:
                    start, end = place.start, place.end
                    starts, ends = (start.line, start.character), (end.line, end.character)
                    text.replace(starts, ends, _bytes(change.text), each.encoding)
        if self._is_large or text.size > self._largest:
            return self._new(None, text)
        first, last, new = difference(before.source, text.text)
        return edit(before, [(Span(before.from_source(first), before.from_source(last)), new)])

    def _new(self, text: bytes | None, edited: EditedText | None) -> Document:
        """A document of a text, in parts of one declaration each. One that is too large is in parts that are
        not parsed, most of which it shares with the version before."""
        size = len(text or b"") if edited is None else edited.size
        self._is_large = size > self._largest
        if not self._is_large:
            self._edited = None
            return opened(self.path, (text or b"") if edited is None else edited.text)
        self._edited = edited = edited or EditedText(text or b"")
        starts = accumulate(map(len, edited.pieces[:-1]), initial=0)
        return Document(self.path, [Part(piece, first=True) for piece in edited.pieces], list(starts))


class OpenDocuments:
    """The open documents by path. Each change makes a new mapping, so that the one in a snapshot does not
    change. Documents that are not files are ignored."""

    def __init__(self) -> None:
        self.by_path: Mapping[str, OpenDocument] = {}

    def open(self, item: wire.Item) -> OpenDocument | None:
        path = path_of(item.uri)
        if path is None:
            return None
        return self._put(OpenDocument(item.uri, path, item.version, item.text))

    def change(self, params: wire.DidChange, encoding: Encoding) -> OpenDocument | None:
        """The document after the change; None where it is not open."""
        path = path_of(params.text_document.uri)
        before = None if path is None else self.by_path.get(path)
        if path is None or before is None:
            return None
        return self._put(before.changed(params.text_document.version, params.content_changes, encoding))

    @property
    def pending(self) -> int:
        """Bytes of the edits that wait."""
        return sum([document.pending for document in self.by_path.values()])

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


def is_larger(document: Document, size: int) -> bool:
    # It has at least as many bytes as its last part ends at: that is known without adding up the parts.
    return document.starts[-1] + len(document.parts[-1].text) > size and document.size > size


def _size(changes: Sequence[wire.Change]) -> int:
    return sum([_CHANGE + len(change.text) for change in changes])


def _changed(document: Document, changes: Sequence[wire.Change], encoding: Encoding) -> Document:
    """The document after the changes, in their order. What they touch is parsed when it is asked for."""
    for change in changes:
        whole = Span(0, len(document.text))
        span = whole if change.range is None else _span(document.lines, change.range, encoding)
        document = edit(document, [(span, _bytes(change.text))])
    return document


def _span(lines: LineIndex, range_: wire.Range, encoding: Encoding) -> Span:
    start = lines.offset(range_.start.line, range_.start.character, encoding)
    return Span(start, max(start, lines.offset(range_.end.line, range_.end.character, encoding)))


def _bytes(text: str) -> bytes:
    # JSON may have half of a surrogate pair, and UTF-8 may not. A "?" has the same width in every encoding.
    return text.encode("utf-8", "replace")
