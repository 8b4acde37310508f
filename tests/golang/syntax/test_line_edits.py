"""Edits applied at once give the same text as edits applied one by one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.golang.syntax import line_edits
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.line_edits import EditedText, difference
from modgo_lsp.golang.syntax.positions import Encoding, Span

PIECES = st.lists(
    st.sampled_from(["a", "é", "𝄞", "\n", "\r", "\r\n", "func f() {\n", "}\n", "`", "/*", "*/", "\ufeff"]),
    max_size=8,
).map("".join)
PLACES = st.tuples(st.integers(-1, 9), st.integers(-1, 9))


@pytest.fixture(scope="module", params=[1, 4096], autouse=True)
def size(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_edits, "_PIECE", request.param)
        yield


@given(PIECES, st.lists(st.tuples(PLACES, PLACES, PIECES)), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_by_lines_and_by_parts(text: str, edits: list[tuple], encoding: Encoding) -> None:  # type: ignore[type-arg]
    lines, document = EditedText(text.encode()), opened("/p.go", text.encode())
    for start, end, new in edits:
        first = document.lines.offset(*start, encoding)
        span = Span(first, max(first, document.lines.offset(*end, encoding)))
        if encoding == "utf-8" and not _is_whole(document.text, span):
            continue
        document = edit(document, [(span, new.encode())])
        lines.replace(start, end, new.encode(), encoding)
        assert lines.text == document.source
        assert lines.size == len(document.source)


def _is_whole(text: bytes, span: Span) -> bool:
    """Whether the span splits no character."""
    return all(text[each : each + 1] < b"\x80" or text[each] >= 0xC0 for each in (span.start, span.end))


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_the_difference_transforms_one_text_into_the_other(before: bytes, after: bytes) -> None:
    start, end, new = difference(before, after)
    assert before[:start] + new + before[end:] == after
    assert start <= end
