"""A built finding moves with its lines, and goes when they change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.ide.rebase import rebased
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.syntax.positions import Span

TEXT = "one\ntwo three\nfour\n"


def at(text: str, word: str) -> Finding:
    start = text.encode().index(word.encode())
    return Finding("MG401", "error", "x", Location("/m.go", Span(start, start + len(word.encode()))))


@pytest.mark.parametrize(
    "new",
    [
        TEXT,
        "zero\n" + TEXT,
        TEXT + "five\n",
        "two three\nfour\n",
        "ONE\ntwo three\nFOUR AND MORE\n",
        "two three\n",
        "one\nand\ntwo three\nfour\n",
        "näo\ntwo three\nfour\n",
    ],
)
def test_it_moves_with_its_line(new):
    moved = rebased(at(TEXT, "three"), TEXT.encode(), new.encode())
    assert moved == at(new, "three")


@pytest.mark.parametrize(
    "new",
    [
        "one\ntwo  three\nfour\n",
        "one\nfour\n",
        "one\ntwo threefour\n",
        "onetwo three\nfour\n",
        "one\ntwo three //\nfour\n",
        "",
    ],
)
def test_it_goes_when_its_line_changes(new):
    assert rebased(at(TEXT, "three"), TEXT.encode(), new.encode()) is None


@given(st.text("ab\n", max_size=12), st.text("ab\n", max_size=12), st.integers(0, 12))
def test_it_never_stands_on_another_line(old, new, place):
    old, new = f"{old}\nX\n{old}", f"{new}\nX\n{new}" if place % 2 else new
    moved = rebased(at(old, "X"), old.encode(), new.encode())
    if moved is not None:
        span = moved.location.span
        assert f"\n{new}\n"[span.start : span.end + 2] == "\nX\n"
