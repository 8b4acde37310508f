"""The documents that are open in the editor.

An edit is added to a list, and applied to the text on the analysis thread when the text is requested: the
message thread waits for neither parsing nor copying.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import accumulate

from modgo_lsp.golang.files import LARGEST_GO_FILE
from modgo_lsp.golang.syntax.document import Document, Part
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.line_edits import EditedText, difference
from modgo_lsp.golang.syntax.positions import Encoding, LineIndex, Span
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.errors import StaleError
from modgo_lsp.server.lsp.uri import path_of

# Up to so many changes, of so many bytes, are made one by one, and each parses only what it touches.
_FEW, _MUCH = 8, 256 * 1024
# Bytes of memory that a change takes beside its text.
_CHANGE = 400


class _History:
    """The text of a document and the edits that wait, oldest first. The versions of the document share it:
    thousands of edits that come at once are one text and a list.

    An edit can't be undone. A version that nobody requested before the next was computed is gone. Any
    thread may ask for a version; one thread adds edits."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._document: Document | None = None
        # The size of the largest document that is analysed, and the text of this one if it is larger.
        self.largest = LARGEST_GO_FILE
        self._large: EditedText | None = None
        # The number of the version that `_document` is.
        self._made = 0
        self._changes: deque[tuple[Sequence[wire.Change], Encoding]] = deque()
        self._lock = threading.Lock()
        # Bytes of the edits that wait, about.
        self.pending = 0

    def add(self, changes: Sequence[wire.Change], encoding: Encoding) -> None:
        self.pending += _size(changes)
        self._changes.append((changes, encoding))

    def version(self, number: int) -> Document:
        """The document after `number` edits. Raises StaleError."""
        with self._lock:
            if self._document is None:
                self._document = self._new(_bytes(self._text), None)
                self._text = ""
            if number < self._made:
                raise StaleError
            count = number - self._made
            if count > _FEW or self.pending > _MUCH or (count and self._large is not None):
                self._document = self._taken_together(self._document, count)
            for _ in range(number - self._made):
                self._document = _changed(self._document, *self._next())
            return self._document

    def allow(self, number: int, largest: int) -> Document:
        """The same after a change of the largest size that is analysed. Raises StaleError."""
        document = self.version(number)
        with self._lock:
            if number != self._made:
                raise StaleError
            if (self._large is not None) != (document.size > largest):
                self.largest = largest
                self._document = document = self._new(document.source, None)
            self.largest = largest
            return document

    def _next(self) -> tuple[Sequence[wire.Change], Encoding]:
        changes, encoding = self._changes.popleft()
        self.pending -= _size(changes)
        self._made += 1
        return changes, encoding

    def _taken_together(self, before: Document, count: int) -> Document:
        """Applies `count` edits to the text, and parses it once."""
        text = self._large or EditedText(before.source)
        for _ in range(count):
            changes, encoding = self._next()
            for change in changes:
                if (place := change.range) is None:
                    text = EditedText(_bytes(change.text))
                else:
                    start, end = place.start, place.end
                    starts, ends = (start.line, start.character), (end.line, end.character)
                    text.replace(starts, ends, _bytes(change.text), encoding)
        if self._large is not None or text.size > self.largest:
            return self._new(None, text)
        first, last, new = difference(before.source, text.text)
        return edit(before, [(Span(before.from_source(first), before.from_source(last)), new)])

    def _new(self, text: bytes | None, edited: EditedText | None) -> Document:
        """A document of a text, in parts of one declaration each. One that is too large is in parts that are
        not parsed, most of which it shares with the version before."""
        size = len(text or b"") if edited is None else edited.size
        if size <= self.largest:
            self._large = None
            return opened(self._path, (text or b"") if edited is None else edited.text)
        self._large = edited = edited or EditedText(text or b"")
        starts = accumulate(map(len, edited.pieces[:-1]), initial=0)
        return Document(self._path, [Part(piece, first=True) for piece in edited.pieces], list(starts))


class OpenDocument:
    """One version of a document. `uri` is as the client writes it: we might write it differently."""

    __slots__ = ("_document", "_history", "_number", "directory", "path", "uri", "version")

    def __init__(
        self,
        uri: str,
        path: str,
        version: int | None,
        text: str = "",
        history: _History | None = None,
        number: int = 0,
    ) -> None:
        self.uri = uri
        self.path = path
        self.directory = os.path.dirname(path)  # noqa: PTH120 (for each edit)
        self.version = version
        self._history = _History(path, text) if history is None else history
        self._number = number
        self._document: Document | None = None

    @property
    def document(self) -> Document:
        """The text and its trees, computed on first use. Raises StaleError if a later version was computed
        before."""
        if self._document is None:
            self._document = self._history.version(self._number)
        return self._document

    def within(self, largest: int) -> Document:
        """The same where documents of up to `largest` bytes are analysed. Raises StaleError."""
        if self._history.largest != largest:
            self._document = self._history.allow(self._number, largest)
        return self.document

    @property
    def pending(self) -> int:
        """Bytes of the edits that wait."""
        return self._history.pending

    def changed(
        self, version: int | None, changes: Sequence[wire.Change], encoding: Encoding
    ) -> OpenDocument:
        """The next version."""
        self._history.add(changes, encoding)
        return OpenDocument(self.uri, self.path, version, "", self._history, self._number + 1)


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
