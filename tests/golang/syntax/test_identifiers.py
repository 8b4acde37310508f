"""Identifiers are found in texts of any size."""

from __future__ import annotations

import re
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from modgo_lsp.golang.queries import Table
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.identifiers import occurrences, places
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.types import packages
from modgo_lsp.golang.types.packages import GoFile, GoPackage

_WORDS = st.text("ab", min_size=1, max_size=6).map(str.encode)


@given(st.text("ab ", max_size=60).map(str.encode), st.sets(_WORDS, min_size=1, max_size=10))
def test_all_whole_words_are_found(text: bytes, words: set[bytes]) -> None:
    expected = sorted(match.start() for match in re.finditer(rb"[ab]+", text) if match[0] in words)
    with patch("modgo_lsp.golang.syntax.identifiers._AT_A_TIME", 4):
        assert sorted(occurrences(text, words)) == expected
    assert sorted(offset for word in words for offset in places(text).get(word, ())) == expected


def test_a_frequently_searched_text_is_indexed() -> None:
    """A single search after each edit does not build the index."""
    document = parse("/p/p.go", b"package p\n\nfunc F() {}\n\nvar _ = F\n")
    file = GoFile(GoPackage(Table(), "/p", "p", "p", None), 0, document, lower(document))
    with patch.object(packages, "places", wraps=places) as noted:
        for _ in range(40):
            document = parse("/p/p.go", document.source + b"\n")
            file.document, file.syntax = document, lower(document)
            assert list(file.mentions("F")) == [16, 32]
        assert not noted.called
        assert [list(file.mentions("F")) for _ in range(40)] == [[16, 32]] * 40
        assert noted.call_count == 1
