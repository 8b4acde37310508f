"""Every kind of line index finds the same lines."""

from __future__ import annotations

from itertools import accumulate
from typing import get_args
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.golang.syntax.positions import Encoding, FewLines, LineIndex, PartedLines

TEXTS = st.lists(
    st.sampled_from([b"\n", b"\n\n", b"a", "ö".encode(), "𝄞".encode(), b"\xff"]), max_size=12
).map(b"".join)
NUMBERS = st.integers(-2, 20)
QUESTIONS = st.tuples(st.sampled_from(["encoded", "offset", "line_of", "byte_column"]), NUMBERS, NUMBERS)


@given(TEXTS, st.lists(QUESTIONS, max_size=8), st.sampled_from(get_args(Encoding)))
def test_a_partial_index_finds_the_lines_of_the_full_index(
    text: bytes, questions: list[tuple[str, int, int]], encoding: Encoding
) -> None:
    few, every = FewLines(text), LineIndex(text)
    assert (few.line_count, few.length) == (every.line_count, every.length)
    for asked, one, other in questions:
        if asked == "encoded":
            assert few.encoded(one, encoding) == every.encoded(one, encoding)
        elif asked == "offset":
            assert few.offset(one, other, encoding) == every.offset(one, other, encoding)
        elif asked == "byte_column":
            assert few.byte_column(one, other) == every.byte_column(one, other)
        elif 0 <= one <= len(text):
            assert few.line_of(one) == every.line_of(one)


@given(
    st.lists(TEXTS.map(lambda text: text + b"\n"), max_size=3),
    TEXTS,
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.lists(QUESTIONS, max_size=8),
    st.sampled_from(get_args(Encoding)),
)
def test_gaps_between_parts_are_on_no_line(
    parts: list[bytes],
    last: bytes,
    gaps: list[int],
    questions: list[tuple[str, int, int]],
    encoding: Encoding,
) -> None:
    parts = [*parts, last]
    every = LineIndex(b"".join(parts))
    # Where each part begins in the text, and with the gaps.
    begins = list(accumulate(map(len, parts), initial=0))[:-1]
    starts = [begin + sum(gaps[: part + 1]) for part, begin in enumerate(begins)]
    parted = PartedLines(starts, [LineIndex(part) for part in parts])
    assert parted.line_count == every.line_count

    def part_of(offset: int) -> int:
        return max(index for index, begin in enumerate(begins) if begin <= max(0, offset))

    def shifted(offset: int) -> int:
        part = part_of(offset)
        return offset - begins[part] + starts[part]

    for asked, one, other in questions:
        if asked == "encoded":
            assert parted.encoded(shifted(one), encoding) == every.encoded(one, encoding)
        elif asked == "offset":
            assert parted.offset(one, other, encoding) == shifted(every.offset(one, other, encoding))
        elif asked == "byte_column":
            # Beyond its line, a column ends at the latest where its part does.
            part = part_of(every.byte_column(one, 1))
            inside = min(every.byte_column(one, other) - begins[part], len(parts[part]))
            assert parted.byte_column(one, other) == starts[part] + inside
        elif 0 <= one <= every.length:
            assert parted.line_of(shifted(one)) == every.line_of(one)


@given(st.text("a\r\n\x0b\x0c", max_size=40).map(str.encode))
def test_lines_found_by_part_are_those_of_the_text(text: bytes) -> None:
    lines = text.splitlines(keepends=True) or [b""]
    with patch("modgo_lsp.golang.syntax.positions._AT_A_TIME", 5):
        found = LineIndex(text)
    if text.endswith((b"\r", b"\n")):
        lines.append(b"")
    assert found.line_count == len(lines)
    starts = list(accumulate(map(len, lines[:-1]), initial=0))
    assert [found.offset(line, 0, "utf-8") for line in range(len(lines))] == starts
