"""A file is lowered to the same syntax, however few trees are cached."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax import tree_cache as trees
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.document_edits import opened
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
