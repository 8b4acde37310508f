"""The texts that findings are in, for line numbers and excerpts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.positions import FewLines, LineIndex, Position, Range
from modgo_lsp.model.finding import Location
from modgo_lsp.report.terminal_escapes import on_a_line

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document


class Sources:
    """Texts by absolute path: those of `documents`, and others that are read from `files` on demand. A file
    that can't be read is empty. Paths are shown relative to `base`."""

    def __init__(self, files: Files, base: str, documents: Mapping[str, Document] | None = None) -> None:
        self._files = files
        self._base = base
        self._documents = documents or {}
        self._read: dict[str, tuple[bytes, LineIndex]] = {}
        self._shown: dict[str, str] = {}

    def text(self, path: str) -> bytes:
        document = self._documents.get(path)
        return self._other(path)[0] if document is None else document.text

    def lines(self, path: str) -> LineIndex:
        document = self._documents.get(path)
        return self._other(path)[1] if document is None else document.lines

    def range(self, location: Location) -> Range:
        return self.lines(location.path).range(location.span)

    def start(self, location: Location) -> Position:
        return self.lines(location.path).position(location.span.start)

    def line(self, location: Location) -> bytes:
        """The text of the line in which the location begins."""
        text, start = self.text(location.path), location.span.start
        end = text.find(b"\n", start)
        return text[text.rfind(b"\n", 0, start) + 1 : len(text) if end < 0 else end]

    def shown(self, path: str) -> str:
        """The path as it is printed: relative to the base, with slashes."""
        known = self._shown.get(path)
        if known is None:
            known = self._shown[path] = printable(self._relative(path).replace(os.sep, "/"))
        return known

    def _relative(self, path: str) -> str:
        below = self._base.rstrip(os.sep) + os.sep
        # relpath() takes ten times as long, and most paths are below.
        if path.startswith(below) and f"{os.sep}." not in path and os.sep * 2 not in path:
            return path[len(below) :]
        try:
            return os.path.relpath(path, self._base)
        except ValueError:  # another drive
            return path

    def _other(self, path: str) -> tuple[bytes, LineIndex]:
        if path not in self._read:
            try:
                text = self._files.read(path)
            except OSError:
                text = b""
            self._read[path] = (text, LineIndex(text) if b"\r" in text else FewLines(text))
        return self._read[path]


def printable(path: str) -> str:
    """The path as text, on one line, with nothing that a terminal would obey. Bytes that are not UTF-8 become
    U+FFFD."""
    return on_a_line(path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
