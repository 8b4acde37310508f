"""The nearest name is difflib's, whatever is passed over before difflib is asked."""

from __future__ import annotations

from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.spelling import nearest

# Few letters, so that some names are close; with some whose case folds to other lengths.
_NAMES = st.text("abAB_1ßé", max_size=8)


def _plainly(word: str, candidates: list[str]) -> str | None:
    folded = {each.casefold(): each for each in sorted({*candidates} - {word}, reverse=True)}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


@given(_NAMES, st.lists(_NAMES, max_size=12))
def test_it_is_what_difflib_says_of_all(word: str, candidates: list[str]) -> None:
    assert nearest(word, candidates) == _plainly(word, candidates)


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("Ad", ["Add", "AddAll", "Remove"], "Add"),
        ("abc", ["abcxyzw"], "abcxyzw"),  # 6 of 10 letters: just close enough
        ("abc", ["abcxyzwv"], None),
        ("add", ["ADD", "Add"], "ADD"),
        ("Add", ["Add"], None),
        ("x", [], None),
    ],
)
def test_what_is_close(word: str, candidates: list[str], expected: str | None) -> None:
    assert nearest(word, candidates) == expected
