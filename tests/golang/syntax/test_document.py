"""An edited document equals the document of the edited text."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import tree_sitter
from hypothesis import given, settings
from hypothesis import strategies as st

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document, Part, parse
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.syntax.syntax_errors import first_error

ROOT = Path(__file__).resolve().parents[3]
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


@pytest.mark.slow
@settings(max_examples=400)
@given(st.lists(st.lists(changes, min_size=1, max_size=3), max_size=6))
def test_edits_give_the_syntax_of_a_full_parse(batches: list[list[tuple[float, int, bytes]]]) -> None:
    document, text = opened("/x.go", SOURCE), SOURCE
    for batch in batches:
        spans = []
        for place, length, new in batch:
            start = int(place * len(text))
            end = min(len(text), start + length)
            text = text[:start] + new + text[end:]
            spans.append((start, end, new))
        for start, end, new in spans:
            document = edit(document, [(Span(document.from_source(start), document.from_source(end)), new)])
        assert document.source == text
        assert syntax(document) == syntax(parse("/x.go", text))


def syntax(document: Document) -> object:
    """Every node with its position, and the ranges that do not parse."""
    error = first_error(document)

    def place(span: Span) -> object:
        return document.lines.range(span)

    def described(node: ast.Node | ast.Body) -> object:
        texts = [
            value
            for name in getattr(node, "__struct_fields__", ())
            if isinstance(value := getattr(node, name), str)
        ]
        return (
            type(node).__name__,
            place(node.span),
            texts,
            [described(child) for child in ast.children(node)],
        )

    docs = [place(decl.doc) for decl in lower(document).decls if isinstance(decl, ast.FuncDecl) and decl.doc]
    return [described(decl) for decl in lower(document).decls], docs, error and (place(error[0]), error[1])


def test_code_after_an_edit_is_reused() -> None:
    text = SOURCE + b"\nfunc next() { x(1) }\n"
    before = opened("/x.go", text)
    at = before.text.index(b"count > 10")
    after = edit(before, [(Span(at, at), b"more > 2 && ")])
    assert after.source == text.replace(b"count > 10", b"more > 2 && count > 10")
    old, new = lower(before).decls, lower(after).decls
    assert [one is other for one, other in zip(old, new, strict=True)] == [True, False, True]


def test_an_error_stays_in_its_declaration() -> None:
    text = b"package p\n\nfunc a() {\n\tif x {\n}\n\n// b is fine.\nfunc b() int { return 1 }\n"
    _, b = lower(parse("/x.go", text)).decls
    assert isinstance(b, ast.FuncDecl)
    assert (b.name.name, len(b.body.statements)) == ("b", 1)
    assert b.doc is not None


def test_gaps_are_not_part_of_the_file() -> None:
    document = opened("/x.go", SOURCE)
    assert document.source == SOURCE != document.text
    plain = parse("/x.go", SOURCE)
    assert document.lines.line_count == plain.lines.line_count
    for offset in range(len(SOURCE)):
        inside = document.from_source(offset)
        assert document.to_source(inside) == offset
        place = document.lines.encoded(inside, "utf-16")
        assert place == plain.lines.encoded(offset, "utf-16")
        assert document.lines.offset(*place, "utf-16") == document.from_source(
            plain.lines.offset(*place, "utf-16")
        )


def test_edits_are_applied_in_order() -> None:
    document = edit(parse("/x.go", b"package a"), [(Span(8, 9), b"bc"), (Span(9, 10), b"d")])
    assert document.source == b"package bd"


def test_an_edit_leaves_the_document_unchanged() -> None:
    before = parse("/x.go", b"package a")
    edit(before, [(Span(0, 9), b"func f() {}")])
    assert before.source == b"package a"
    assert not before.has_error


def test_spans_past_the_end_are_clamped() -> None:
    assert edit(parse("/x.go", b"package a"), [(Span(50, 90), b"b")]).source == b"package ab"


_TOKEN = re.compile(rb'\w+|"(?:[^"\\\n]|\\.)*"|\s+|.', re.DOTALL)


@pytest.mark.parametrize("seed", range(3))
def test_an_incremental_parse_equals_a_full_parse(seed: int) -> None:
    """Edits real code token by token, and compares every node with its lines and columns."""
    choose = random.Random(seed)
    sources = [path.read_bytes() for path in sorted((ROOT / "udf").glob("*.go"))]
    tokens = [token for source in sources for token in _TOKEN.findall(source)]
    whole = 0
    for source in choose.sample(sources, 3):
        document = opened("/x.go", source)
        for _ in range(60):
            offset = choose.choice([match.start() for match in _TOKEN.finditer(document.source)])
            old = choose.choice(["", "", _TOKEN.match(document.source, offset)])
            start = document.from_source(offset)
            end = document.from_source(offset + len(old[0])) if old else start
            changed = edit(document, [(Span(start, end), choose.choice(tokens))])
            news = [part for part in changed.parts if part not in document.parts]
            for part in news:
                assert _nodes(part.tree) == _nodes(Part(part.text, part.first).tree)
            if not any(part.tree.root_node.has_error for part in news):
                whole, document = whole + 1, changed
    assert whole > 60


def _nodes(tree: tree_sitter.Tree) -> list[object]:
    found: list[object] = []
    pending = [tree.root_node]
    while pending:
        node = pending.pop()
        found.append((node.kind_id, node.start_byte, node.end_byte, node.start_point, node.is_missing))
        pending += node.children
    return found
