"""Snapshots: an edited document is the document of the edited text."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modgo_lsp.syntax.document import Document, edit, parse
from modgo_lsp.syntax.positions import Span

SOURCE = b"""\xef\xbb\xbfpackage counters\r
\r
import "github.com/GeertJohan/aerospike-mod-go/udf"

// Add adds. \xe2\x82\xac
func Add(r *udf.Record, n int64) (int64, error) {
\tcount, _ := r.Int("count")
\tif count > 10 && n < 3 {
\t\treturn 0, nil
\t}
\ttext := `raw
string`
\t_ = map[string][]int{"a": {1, 2}, text: nil}
\treturn count + n, r.Update()
}
"""

PIECES = [
    *(b"", b" ", b"\n", b"\r\n", b"}", b"{", b"(", b")", b'"', b"`", b"/*", b"*/", b"//", b";", b","),
    *(b"\0", b"\xff", b"\xe2\x82\xac", b"func g() {}\n", b"x := 1\n", b"a.b", b"if x {", b"var y int\n"),
]

changes = st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(PIECES))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.lists(changes, min_size=1, max_size=3), max_size=4))
def test_editing_gives_the_tree_of_a_fresh_parse(batches: list[list[tuple[float, int, bytes]]]) -> None:
    document = parse("/x.go", SOURCE)
    for batch in batches:
        text, spans = document.text, []
        for place, length, new in batch:
            start = int(place * len(text))
            end = min(len(text), start + length)
            spans.append((Span(start, end), new))
            text = text[:start] + new + text[end:]
        document = edit(document, spans)
        assert document.text == text
        assert list(nodes(document)) == list(nodes(parse("/x.go", text)))


def nodes(document: Document) -> Iterator[tuple[str, object, object]]:
    """Every node of the tree, with its bytes, rows and columns."""
    pending = [document.tree.root_node]
    while pending:
        node = pending.pop()
        yield node.type, node.byte_range, (node.start_point, node.end_point, node.is_missing)
        pending.extend(node.children)


def test_changes_are_made_one_after_the_other() -> None:
    document = edit(parse("/x.go", b"package a"), [(Span(8, 9), b"bc"), (Span(9, 10), b"d")])
    assert document.text == b"package bd"


def test_the_edited_document_stays_as_it_was() -> None:
    before = parse("/x.go", b"package a")
    tree = str(before.tree.root_node)
    edit(before, [(Span(0, 9), b"func f() {}")])
    assert (before.text, str(before.tree.root_node)) == (b"package a", tree)


def test_spans_past_the_end_mean_the_end() -> None:
    assert edit(parse("/x.go", b"package a"), [(Span(50, 90), b"b")]).text == b"package ab"


@pytest.mark.parametrize("seed", range(40))
def test_any_bytes_make_a_document(seed: int) -> None:
    source = random.Random(seed)
    text = bytes(source.choices(range(256), k=source.randrange(300)))
    assert parse("/x.go", text).text == text


def test_code_is_shown_even_where_it_is_not_utf8() -> None:
    assert parse("/x.go", b"package \xff").slice(Span(8, 9)) == "\ufffd"
