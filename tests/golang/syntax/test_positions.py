"""Every kind of line index finds the same lines."""

from __future__ import annotations

from itertools import accumulate
from typing import get_args
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.golang.syntax.positions import Encoding, FewLines, LineIndex

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
