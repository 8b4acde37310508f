"""Edits of a text by lines and columns, without parsing: for several edits that come at once, of which only
the last text counts, and for texts that are too large to parse.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from modgo_lsp.golang.syntax.positions import Encoding, bytes_of_units, common_prefix

# The size of a piece in bytes, about. An edit reads one or two pieces.
_PIECE = 4096


class EditedText:
    """A text that can be edited. Its `pieces` end where a line does, and an edit replaces only those that it
    touches. Positions are LSP's (LineIndex). `size` is in bytes."""

    def __init__(self, text: bytes) -> None:
        self.size = len(text)
        self.pieces = _pieces(text)
        # The number of line ends in each piece.
        self._ends = [_ends(piece) for piece in self.pieces]

    @property
    def text(self) -> bytes:
        return b"".join(self.pieces)

    def replace(self, start: tuple[int, int], end: tuple[int, int], new: bytes, encoding: Encoding) -> None:
        """Replaces what is between two positions, line and column from 0, by `new`."""
        starts = [0, *accumulate(self._ends)]
        end = max(start, end)
        first, last = self._piece(starts, start[0]), self._piece(starts, end[0])
        begin = _offset(self.pieces[first], start[0] - starts[first], start[1], encoding)
        stop = _offset(self.pieces[last], end[0] - starts[last], end[1], encoding)
        block = (
            self.pieces[first][:begin] + new + self.pieces[last][stop if first < last else max(begin, stop) :]
        )
        self.size += len(block) - sum(map(len, self.pieces[first : last + 1]))
        made = _pieces(block) if block or len(self.pieces) == last - first + 1 else []
        self.pieces[first : last + 1] = made
        self._ends[first : last + 1] = [_ends(piece) for piece in made]

    def _piece(self, starts: Sequence[int], line: int) -> int:
        """The piece that a line begins in. `starts` are the first lines of the pieces."""
        return min(bisect_right(starts, max(0, line), hi=len(self.pieces)), len(self.pieces)) - 1


def _pieces(text: bytes) -> list[bytes]:
    found: list[bytes] = []
    begin = 0
    while not found or begin < len(text):
        end = text.find(b"\n", begin + _PIECE) + 1 or len(text)
        found.append(text[begin:end])
        begin = end
    return found


def _ends(piece: bytes) -> int:
    return len(piece.splitlines()) - (not piece.endswith((b"\n", b"\r")) and piece != b"")


def _offset(piece: bytes, line: int, column: int, encoding: Encoding) -> int:
    """The byte offset of a position in a piece."""
    if line < 0:
        return 0
    lines = piece.splitlines(keepends=True)
    before = sum(map(len, lines[:line]))
    if line >= len(lines) or column <= 0:
        return before
    return before + bytes_of_units(lines[line].rstrip(b"\r\n"), column, encoding)


def difference(before: bytes, after: bytes) -> tuple[int, int, bytes]:
    """Start and end in `before` of the bytes that `after` replaces, and their replacement."""
    start = common_prefix(before, after)
    most = min(len(before), len(after)) - start
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if before[len(before) - middle : len(before) - low] == after[len(after) - middle : len(after) - low]:
            low = middle
        else:
            high = middle - 1
    return start, len(before) - low, after[start : len(after) - low]
