"""Positions in a text: byte offsets inside modgo, lines and columns for people, and LSP's three encodings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, islice
from typing import Literal

import msgspec

Encoding = Literal["utf-8", "utf-16", "utf-32"]

# How many bytes are split into lines in much less than a millisecond.
_AT_A_TIME = 256 * 1024


class Span(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """The bytes of a text from `start` up to, not including, `end`."""

    start: int
    end: int

    def holds(self, offset: int) -> bool:
        return self.start <= offset < self.end


class Position(msgspec.Struct, frozen=True, order=True):
    """Line and column from 1, columns in Unicode code points."""

    line: int
    column: int


class Range(msgspec.Struct, frozen=True, order=True):
    """From `start` up to, not including, `end`."""

    start: Position
    end: Position


class LineIndex:
    """The lines of a text. They end in LF, CRLF or CR, as in LSP. Bytes that are not UTF-8 count as one
    character each, so that every offset has a position."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._starts = _line_starts(text)
        if len(self._starts) > 1 and not text.endswith((b"\n", b"\r")):
            self._starts.pop()

    @property
    def length(self) -> int:
        return len(self._text)

    @property
    def line_count(self) -> int:
        return len(self._starts)

    def line_of(self, offset: int) -> int:
        """The line, from 0, that the byte at `offset` is on."""
        return bisect_right(self._starts, offset) - 1

    def position(self, offset: int) -> Position:
        line, column = self.encoded(offset, "utf-32")
        return Position(line + 1, column + 1)

    def range(self, span: Span) -> Range:
        return Range(self.position(span.start), self.position(span.end))

    def encoded(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """Line and column from 0, the column in code units of `encoding`."""
        offset = max(0, min(offset, len(self._text)))
        line = self.line_of(offset)
        return line, _units(self._text[self._starts[line] : offset], encoding)

    def offset(self, line: int, column: int, encoding: Encoding) -> int:
        """The byte offset of a line and column from 0. A column past the end of its line means that end, and
        a line past the end of the text means the end of the text, as in LSP."""
        if line < 0:
            return 0
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        if column <= 0:
            return start
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        content = (
            self._text[start:end].rstrip(b"\r\n") if line + 1 < len(self._starts) else self._text[start:end]
        )
        return start + bytes_of_units(content, column, encoding)

    def byte_column(self, line: int, column: int) -> int:
        """The byte offset of a compiler's position: line and column from 1, columns in bytes."""
        line = max(1, min(line, len(self._starts)))
        return min(self._starts[line - 1] + max(0, column - 1), len(self._text))


def _line_starts(text: bytes) -> list[int]:
    """The offsets at which lines begin, and the end of the text. Other threads run between two pieces."""
    starts = [0]
    while (begin := starts[-1]) < len(text):
        end = text.find(b"\n", begin + _AT_A_TIME) + 1 or len(text)
        # bytes.splitlines() splits at LF, CRLF and CR alone, as LSP does.
        lengths = map(len, text[begin:end].splitlines(keepends=True))
        starts += islice(accumulate(lengths, initial=begin), 1, None)
    return starts


class FewLines(LineIndex):
    """The lines of a text of which few are needed, near one another: each is counted from the last one, which
    is faster than finding all. Lines end in LF; the text has no CR."""

    __slots__ = ("_count", "_line", "_start")

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._count: int | None = None
        # The last line that was returned, and its offset.
        self._line = self._start = 0

    @property
    def line_count(self) -> int:
        if self._count is None:
            self._count = self._text.count(b"\n") + 1
        return self._count

    def line_of(self, offset: int) -> int:
        if offset < self._start:
            self._line -= self._text.count(b"\n", offset, self._start)
        else:
            self._line += self._text.count(b"\n", self._start, offset)
        self._start = self._text.rfind(b"\n", 0, offset) + 1
        return self._line

    def encoded(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        offset = max(0, min(offset, len(self._text)))
        line = self.line_of(offset)
        return line, _units(self._text[self._start : offset], encoding)

    def offset(self, line: int, column: int, encoding: Encoding) -> int:
        if line < 0:
            return 0
        while self._line > line:
            self.line_of(self._start - 1)
        while self._line < line:
            end = self._text.find(b"\n", self._start)
            if end < 0:
                return len(self._text)
            self._line, self._start = self._line + 1, end + 1
        if column <= 0:
            return self._start
        end = self._text.find(b"\n", self._start)
        content = self._text[self._start : end if end >= 0 else len(self._text)]
        return self._start + bytes_of_units(content, column, encoding)

    def byte_column(self, line: int, column: int) -> int:
        self.offset(max(0, line - 1), 0, "utf-8")  # moves there, or to the last line
        return min(self._start + max(0, column - 1), len(self._text))


class PartedLines(LineIndex):
    """The lines of a text in parts, with gaps between them that are on no line. `starts` are the offsets of
    the parts, `parts` their own lines. All but the last part end where a line ends."""

    __slots__ = ("_bases", "_parts", "_starts")

    def __init__(self, starts: Sequence[int], parts: Sequence[LineIndex]) -> None:
        self._starts = list(starts)
        self._parts = parts
        # The line that each part begins with.
        self._bases = list(accumulate((lines.line_count - 1 for lines in parts), initial=0))

    @property
    def line_count(self) -> int:
        return self._bases[-1] + 1

    def line_of(self, offset: int) -> int:
        part, inside = self._at(offset)
        return self._bases[part] + self._parts[part].line_of(inside)

    def encoded(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        part, inside = self._at(offset)
        line, column = self._parts[part].encoded(inside, encoding)
        return self._bases[part] + line, column

    def offset(self, line: int, column: int, encoding: Encoding) -> int:
        part = self._part_of(line)
        return self._starts[part] + self._parts[part].offset(line - self._bases[part], column, encoding)

    def byte_column(self, line: int, column: int) -> int:
        part = self._part_of(line - 1)
        return self._starts[part] + self._parts[part].byte_column(line - self._bases[part], column)

    def _part_of(self, line: int) -> int:
        return max(0, min(bisect_right(self._bases, line), len(self._parts)) - 1)

    def _at(self, offset: int) -> tuple[int, int]:
        part = max(0, bisect_right(self._starts, offset) - 1)
        return part, min(offset - self._starts[part], self._parts[part].length)


def _units(content: bytes, encoding: Encoding) -> int:
    if encoding == "utf-8" or content.isascii():
        return len(content)
    text = content.decode("utf-8", "surrogateescape")
    if encoding == "utf-32":
        return len(text)
    return len(text) + sum(1 for character in text if character > "\uffff")


def bytes_of_units(content: bytes, units: int, encoding: Encoding) -> int:
    """The length in bytes of the first `units` code units of `content`."""
    units = max(0, units)
    if encoding == "utf-8" or content.isascii():
        return min(units, len(content))
    text = content.decode("utf-8", "surrogateescape")
    if encoding == "utf-32":
        return len(text[:units].encode("utf-8", "surrogateescape"))
    consumed = 0
    for index, character in enumerate(text):
        consumed += 2 if character > "\uffff" else 1
        if consumed > units:
            return len(text[:index].encode("utf-8", "surrogateescape"))
    return len(content)


def common_prefix(one: bytes, other: bytes) -> int:
    """The length of the common prefix, by bisection: comparing slices is faster than a loop over bytes."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
