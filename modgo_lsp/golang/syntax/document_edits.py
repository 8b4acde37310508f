"""Edits of a document. The parts that an edit doesn't touch keep their offsets, their trees and all that was
derived from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise

from modgo_lsp.golang.syntax.declaration_splits import Splits, find_splits
from modgo_lsp.golang.syntax.document import Document, Part, parts_of
from modgo_lsp.golang.syntax.positions import Span

# The lines with which a part begins for certain. An edit behind them doesn't change where it begins.
_HEAD = re.compile(rb"(?:[ \t]*//[^\n]*\n)*(?:func|type|var|const|import)(?![0-9A-Za-z_\x80-\xff])[^\n]*\n")


def opened(path: str, text: bytes) -> Document:
    """The document of a text that will be edited: it has gaps behind its parts."""
    parts = parts_of(text)
    return Document(path, parts, _placed(parts, [None] * len(parts), 0, len(parts)))


def edit(document: Document, changes: Iterable[tuple[Span, bytes]]) -> Document:
    """`document` with `changes` applied one after the other, as LSP sends them: each span is of the text that
    the changes before it made. Spans that go past the end of the text end there.

    Only the parts that are touched are parsed again. Their trees depend on their new text alone, not on the
    edits that led to it, so that the editor shows what the command line reports.
    """
    for span, new in changes:
        document = _edited(document, span, new)
    return document


def _edited(document: Document, span: Span, new: bytes) -> Document:
    parts, starts = document.parts, document.starts
    first, start = document.at(span.start)
    last, end = document.at(max(span.start, span.end))
    # An edit of its first lines may join this part to the one before.
    head = _HEAD.match(parts[first].text)
    begin = first if head is not None and head.end() <= start else max(0, first - 1)
    # The new text may close a comment or string that was not closed.
    begin = next((index for index, part in enumerate(parts[:begin]) if part.unclosed), begin)
    before = b"".join(part.text for part in parts[begin:first])
    changed = before + parts[first].text[:start] + new + parts[last].text[end:]
    made, taken = _split_again(changed, parts[last + 1 :], begin == 0)
    stop = last + 1 + taken
    old: dict[bytes, list[tuple[Part, int]]] = {}
    for part, place in zip(parts[begin:stop], starts[begin:stop], strict=True):
        old.setdefault(part.text, []).append((part, place))
    preferred: list[int | None] = []
    for index, part in enumerate(made):
        same = old.get(part.text)
        if same and (same[0][0].first, same[0][0].unclosed) == (part.first, part.unclosed):
            made[index], place = same.pop(0)
            preferred.append(place)
        else:
            stays = index == 0 or len(made) == stop - begin
            preferred.append(starts[begin + index] if stays else None)
    if first == last and len(made) == stop - begin:
        part, was = made[first - begin], parts[first]
        if part is not was and part.text == was.text[:start] + new + was.text[end:]:
            part.parse_from(was, start, end, start + len(new))
    placed = [*parts[:begin], *made, *parts[stop:]]
    places = [*starts[:begin], *preferred, *starts[stop:]]
    return Document(document.path, placed, _placed(placed, places, begin, begin + len(made)))


def _split_again(text: bytes, following: Sequence[Part], first: bool) -> tuple[list[Part], int]:
    """The parts of `text`, and how many of the `following` parts they take in: up to the first that still
    begins with a split. `first` is whether the file begins with `text`."""
    taken, ahead = 0, 1
    head = _HEAD.match(following[0].text) if following else None
    if head is not None:
        # Mostly the first lines of the next part are enough to see that it still begins there.
        found = find_splits(text + head[0])
        if len(text) in found.offsets and len(text) <= found.unclosed:
            return _made(text, found, len(text), first), 0
    while True:
        bounds = [len(text)]
        read = text
        for part in following[taken : taken + ahead]:
            read += part.text
            bounds.append(len(read))
        found = find_splits(read)
        known = {each for each in found.offsets if each <= found.unclosed}
        for index, bound in enumerate(bounds):
            # The end of the text read so far is a split only where it is the end of the file.
            if bound in known or taken + index == len(following):
                return _made(read, found, bound, first), taken + index
        text, taken, ahead = read, taken + len(bounds) - 1, ahead * 2


def _made(text: bytes, found: Splits, end: int, first: bool) -> list[Part]:
    """The parts of a text up to `end`, which is a split or its end."""
    bounds = [0, *(each for each in found.offsets if each < end), end]
    return [Part(text[a:b], first and a == 0, a <= found.unclosed < b) for a, b in pairwise(bounds)]


def _placed(parts: Sequence[Part], preferred: Sequence[int | None], begin: int, stop: int) -> list[int]:
    """The offsets of the parts: those in `preferred`, unless the parts before reach that far. A part that has
    to move leaves a gap for the next edits; new parts share the gap that there is. The parts before `begin`
    and from `stop` on keep their offsets if they can."""
    starts = [place for place in preferred[:begin] if place is not None]
    end = starts[-1] + len(parts[begin - 1].text) if starts else 0
    following = _following(preferred, begin, stop)
    ends = list(accumulate((len(part.text) for part in parts[begin:stop]), initial=0))
    for index in range(begin, len(parts)):
        place = preferred[index]
        if index == 0:
            start = 0
        elif place is not None and place >= end:
            if index >= stop:
                starts += [each for each in preferred[index:] if each is not None]
                return starts
            start = place
        else:
            start = end + _gap(parts[index - 1])
            if place is None and (next_ := following[index - begin]) is not None:
                # An offset in the middle of the gap before the next part that keeps its own.
                free = next_[1] - end - (ends[next_[0] - begin] - ends[index - begin])
                if free >= 0:
                    start = end + free // (next_[0] - index + 1)
        starts.append(start)
        end = start + len(parts[index].text)
    return starts


def _following(preferred: Sequence[int | None], begin: int, stop: int) -> list[tuple[int, int] | None]:
    """For each part from `begin` to `stop`, the index and offset of the next one that keeps its offset,
    itself included."""
    found: list[tuple[int, int] | None] = []
    behind = preferred[stop] if stop < len(preferred) else None
    next_ = None if behind is None else (stop, behind)
    for index in range(stop - 1, begin - 1, -1):
        place = preferred[index]
        next_ = next_ if place is None else (index, place)
        found.append(next_)
    found.reverse()
    return found


def _gap(part: Part) -> int:
    return 256 + len(part.text) // 4
