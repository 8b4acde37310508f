"""A file is lowered to the same syntax, however few trees are cached."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax import tree_cache as trees
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.document_edits import opened
from modgo_lsp.golang.syntax.grammar import kind
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.syntax.positions import Span

SOURCE = b"""package p

import "x"

type T[K any] struct {
\ta, b int `tag`
\tf    func(x int) (y, z []K)
}

type I interface {
\tM(a ...int) error
}

var v = []int{1, 2, f(func() { g() })}

func F[K any](a int, b ...string) (c int, err error) {
\tif a > 1 {
\t\treturn g(func(){}), map[string]T{"a": {a: 1}}
\t}
\treturn T{a: 1}
}

func G() *int { return nil }

func H(a func(int) struct{ x []interface{ M() } }) {}
"""


@pytest.mark.parametrize("source", [SOURCE, SOURCE + b"\nfunc K( { x := \n}\n", b"func", b""])
@pytest.mark.parametrize("make", [parse, opened])
def test_a_released_tree_is_parsed_again(
    source: bytes, make: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(make)
    expected = _written(lower(make("/p.go", source)))
    monkeypatch.setattr(trees._HELD, "largest", 0)
    document = make("/p.go", source)
    assert _written(lower(document)) == expected
    assert sum(part.parsed.has_tree for part in document.parts) == 1


def test_of_a_large_file_each_declaration_is_parsed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    source = SOURCE + SOURCE.partition(b'"x"\n')[2] * 8
    expected = _written(lower(parse("/p.go", source)))
    document = parse("/p.go", source)
    (part,), file = document.parts, lower(document)
    part.parsed.release_tree()
    parsed: list[bytes] = []
    parse_tree = trees.parse_tree
    monkeypatch.setattr(trees, "parse_tree", lambda code, _: [parsed.append(code), parse_tree(code)][1])
    assert _written(file) == expected
    assert not part.parsed.has_tree
    assert 0 < len(parsed) <= len(file.decls)


def test_a_freed_part_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    held = trees._Trees()
    monkeypatch.setattr("modgo_lsp.golang.syntax.tree_cache._HELD", held)
    for _ in range(100):
        assert lower(parse("/p.go", SOURCE)).decls
    assert held.size <= len(SOURCE)


def _written(node: object) -> str:
    """A syntax tree, lazily lowered parts included."""
    if isinstance(node, ast.Deferred):
        return f"[{', '.join(map(_written, node.nodes))}]"
    if isinstance(node, ast.Node):
        fields = (f"{name}={_written(getattr(node, name))}" for name in node.__struct_fields__)
        return f"{type(node).__name__}({', '.join(fields)})"
    if isinstance(node, tuple) and not isinstance(node, Span):
        return f"({', '.join(map(_written, node))})"
    return repr(node)


def test_a_text_whose_parsing_is_stopped_is_one_error_of_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    code = b"package p\n" + b"var a = 1\n" * 10_000
    assert not trees.parse_tree(code).root_node.has_error
    monkeypatch.setattr(trees, "_FEWEST_STEPS", 1)
    monkeypatch.setattr(trees, "_BYTES_A_STEP", len(code))
    root = trees.parse_tree(code).root_node
    assert root.has_error
    assert (root.start_byte, root.end_byte) == (0, len(code))


def test_each_node_is_found_by_its_kind_and_place() -> None:
    """Of a list with one element, both have the same place."""
    code = trees.Code(SOURCE)
    pending = [code.tree.root_node]
    while pending:
        node = pending.pop()
        found = code.node(node.start_byte, node.end_byte, node.kind_id)
        assert found is not None
        assert (found.start_byte, found.end_byte, found.kind_id) == (*node.byte_range, node.kind_id)
        pending += node.children
    start = SOURCE.index(b"return nil") + len(b"return ")
    assert code.node(start, start + 3, kind("expression_list")) is not None
    assert code.node(start, start + 3, kind("call_expression")) is None


MANY = b"/* " * 501


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"a /* b\nc */ d " + MANY + b"*/ e", b"a     \n     d " + b" " * 1505 + b" e"),
        (b"a " + MANY + b"\nb", b"a /*" + b" " * 1503),
        (b"a `" + MANY + b"\nb /* c", b"a `" + b" " * 1510),
        (b'a "' + MANY + b"\nb", b'a "' + b" " * 1503 + b"\nb"),
        (b"a \"/*\" '/' `/**/` // */ /*\nb /**/ c", b"a \"  \" '/' `  */` // */   \nb      c"),
    ],
    ids=["closed", "without end", "in a raw string without end", "in a string without end", "literals"],
)
def test_the_text_of_many_comments_is_blanked(code: bytes, expected: bytes) -> None:
    assert trees._without_comments(code) == expected
