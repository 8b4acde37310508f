"""Lowering: the content of the nodes, and that it never raises."""

from __future__ import annotations

import random

import pytest

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.directives import directives
from modgo_lsp.golang.syntax.document import Document, Part, parse
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.syntax.syntax_errors import first_error

EVERYTHING = b"""// Package p.
package p

import (
	"fmt"
	u "example.com/u"
	. "dot"
	_ "blank"
)

type (
	A[T any, U interface{ ~int | M; F(x int) }] = []T
	B          struct { a, b int `t`; *C; d.E[int]; _ int }
	F          func(int, ...string) (n int, err error)
	G          chan<- map[string][3]int
)

const c, d = iota, 'x'

var v, w = 1, "s"

// F does
// it.
func (r *T[K, _]) F(x struct{}, opt ...int) (chan int, error) {
L:
	for i, x := range 10 {
		continue L
	}
	for i := 0; i < 1; i++ {
	}
	for x > 1 {
	}
	for {
		break
	}
	switch x := y.(type) {
	case int, []string:
		a()
	default:
	}
	switch x := f(); x {
	case 1, 2:
		fallthrough
	default:
	}
	select {
	case v, ok := <-ch:
	case ch <- 1:
	default:
	}
	if x := f(); x > 1 {
	} else if y {
	} else {
	}
	var p *int = &x
	*p, q = 3, a[i:j:k]
	go f()
	defer f(x...)
	x = []int{1, 2: 3, f(4)}
	z := G[int, string](1) + <-ch
	h := func(a ...int) { nested() }
	(*T).M(x.(T), [...]int{1}, struct{ a int }{1})
	x++
	goto L
	{
		type X int
	}
	return nil, nil
}
"""


def file_of(text: bytes | str) -> ast.File:
    return lower(parse("/x.go", text.encode() if isinstance(text, str) else text))


def function(text: str) -> ast.FuncDecl:
    decl = file_of("package p\n" + text).decls[-1]
    assert isinstance(decl, ast.FuncDecl)
    return decl


def expression(text: str) -> ast.Expr:
    decl = file_of(f"package p\nvar _ = {text}\n").decls[0]
    assert isinstance(decl, ast.GenDecl)
    spec = decl.specs[0]
    assert isinstance(spec, ast.ValueSpec)
    return spec.values[0]


def shown(node: object) -> object:
    """A node as nested tuples, without spans."""
    if isinstance(node, ast.Ident):
        return node.name
    if isinstance(node, ast.BasicLit):
        return node.value
    if isinstance(node, ast.Deferred):
        return [shown(inner) for inner in node.nodes]
    if isinstance(node, ast.Node):
        fields = [getattr(node, name) for name in node.__struct_fields__ if name != "span"]
        return (type(node).__name__, *(shown(field) for field in fields))
    return [shown(item) for item in node] if isinstance(node, tuple) else node


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a.b(c...)", ("CallExpr", ("SelectorExpr", "a", "b"), ["c"], True)),
        ("-a*b + c", ("BinaryExpr", ("BinaryExpr", ("UnaryExpr", "-", "a"), "*", "b"), "+", "c")),
        ("f[int, *T](x)", ("CallExpr", ("IndexExpr", "f", ["int", ("StarExpr", "T")]), ["x"], False)),
        ("a[1:]", ("SliceExpr", "a", ["1", None, None])),
        ("(<-chan int)(nil)", ("CallExpr", ("ParenExpr", ("ChanType", "receive", "int")), ["nil"], False)),
        ("x.(T)", ("TypeAssertExpr", "x", "T")),
        (
            '[]T{{a: 1}, "k": 2}',
            (
                "CompositeLit",
                ("ArrayType", None, "T"),
                [("CompositeLit", None, [("KeyValueExpr", "a", "1")]), ("KeyValueExpr", '"k"', "2")],
            ),
        ),
        ("[...]int{}", ("CompositeLit", ("ArrayType", ("Ellipsis", None), "int"), [])),
        (
            "map[string][2]int(nil)",
            ("CallExpr", ("MapType", "string", ("ArrayType", "2", "int")), ["nil"], False),
        ),
    ],
)
def test_expressions(source: str, expected: object) -> None:
    assert shown(expression(source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a := 1; b {} else if c {}", "IfStmt"),
        ("for range x {}", "RangeStmt"),
        ("for ;; {}", "ForStmt"),
        ("L: a()", "LabeledStmt"),
        ("a, b = b, a", "AssignStmt"),
        ("var x int", "DeclStmt"),
        ("ch <- 1", "SendStmt"),
        ("switch x.(type) {}", "TypeSwitchStmt"),
    ],
)
def test_statements(source: str, expected: str) -> None:
    body = function(f"func f() {{ {source} }}").body
    assert body is not None
    assert [type(statement).__name__ for statement in body.statements] == [expected]


def test_every_kind_of_syntax_is_lowered() -> None:
    kinds = {type(node).__name__ for node in ast.walk(file_of(EVERYTHING))}
    assert not {"BadExpr", "BadStmt"} & kinds
    declared = {kind.__name__ for kind in ast.Node.__subclasses__()}
    assert declared - kinds == {"BadExpr", "BadStmt", "EmptyStmt"}


def test_spans_are_those_of_the_source() -> None:
    document = parse("/x.go", EVERYTHING)
    for node in ast.walk(lower(document)):
        if isinstance(node, ast.Ident):
            assert document.slice(node.span) == node.name
    method = lower(document).decls[-1]
    assert isinstance(method, ast.FuncDecl)
    assert method.doc is not None
    assert document.slice(method.doc) == "// F does\n// it."
    assert document.slice(method.type.span).startswith("(x struct{}")


def test_imports_keep_their_names_and_paths() -> None:
    imports = file_of(EVERYTHING).imports
    assert [(spec.name.name if spec.name else None, spec.path) for spec in imports] == [
        (None, "fmt"),
        ("u", "example.com/u"),
        (".", "dot"),
        ("_", "blank"),
    ]


def test_a_large_table_is_complete() -> None:
    values = ", /* and */\n".join(str(number) for number in range(6000))
    file = lower(parse("/a.go", f"package p\n\nvar table = []int{{\n{values},\n}}\n".encode()))
    (decl,) = file.decls
    assert isinstance(decl, ast.GenDecl)
    (spec,) = decl.specs
    assert isinstance(spec, ast.ValueSpec)
    (table,) = spec.values
    assert isinstance(table, ast.CompositeLit)
    literals = [each.value for each in table.elements if isinstance(each, ast.BasicLit)]
    assert literals == [str(number) for number in range(6000)]


def test_a_comment_before_a_blank_line_is_no_doc() -> None:
    assert function("// far\n\nfunc f() {}").doc is None
    assert function("var x int // trails\nfunc f() {}").doc is None


def test_a_body_is_lowered_once() -> None:
    decl = function("func f() { a(); b() }")
    assert decl.body is not None
    first = decl.body.statements
    assert len(first) == 2
    assert decl.body.statements is first


def test_declarations_around_an_error_are_found() -> None:
    text = "package p\nfunc a() {}\nfunc b( {\nfunc c() {}\n"
    names = [decl.name.name for decl in file_of(text).decls if isinstance(decl, ast.FuncDecl)]
    assert "a" in names


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xef\xbb\xbfpackage p\r\nvar x = 1\r\n",
        b"package p\0\nvar x = 1",
        b"package \xff\xfe\nfunc \xff() {}",
        b"\xff\xfep\0a\0c\0k\0",
        b"// nothing but a comment",
        b"package p\nfunc",
        b"package p\ntype T",
    ],
)
def test_odd_files(text: bytes) -> None:
    examine(parse("/x.go", text))


DEEP = 10_000


@pytest.mark.parametrize(
    "code",
    [
        "var x = " + "(" * DEEP + "1" + ")" * DEEP,
        "var x = " + "-" * DEEP + "1",
        "var x = " + "f(" * DEEP + ")" * DEEP,
        "var x = a" + ".b" * DEEP,
        "var x = 1" + "+ 1" * DEEP,
        "var x " + "[]" * DEEP + "int",
        "var x " + "func(" * DEEP + ")" * DEEP,
        "var x = []T" + "{" * DEEP + "}" * DEEP,
        "func f() " + "{" * DEEP + "}" * DEEP,
        "func f() { " + "if x {" * DEEP + "}" * DEEP + "}",
        "func f() { if x {}" + " else if x {}" * DEEP + "}",
        "var x = " + "func() { _ = " * DEEP + "1" + "}" * DEEP,
    ],
    ids=lambda code: code[:20],
)
def test_nesting_ten_thousand_deep_ends_in_a_bad_node(code: str) -> None:
    document = parse("/x.go", f"package p\n{code}\n".encode())
    examine(document)


def examine(document: Document) -> None:
    """Calls every function of syntax/ on a document."""
    for node in ast.walk(lower(document)):
        assert 0 <= node.span.start <= node.span.end <= len(document.text)
    error = first_error(document)
    assert error is None or 0 <= error[0].start <= error[0].end <= len(document.text)
    for directive in directives(document):
        assert document.text[directive.span.start :].startswith(b"//")


@pytest.mark.parametrize("seed", range(150))
def test_mutated_go_never_raises(seed: int) -> None:
    examine(parse("/x.go", mutated(EVERYTHING, seed)))


def mutated(text: bytes, seed: int) -> bytes:
    """`text` with pieces deleted, duplicated, moved and overwritten."""
    source = random.Random(seed)
    for _ in range(source.randrange(1, 12)):
        start = source.randrange(len(text) + 1)
        end = min(len(text), start + source.choice([1, 1, 2, 5, 40]))
        piece = text[start:end]
        noise = bytes(source.choices(range(256), k=source.randrange(4)))
        new = source.choice(
            [b"", piece * 2, noise, b"{", b"}", b"(", b")", b'"', b"`", b"/*", b"\n", b"//go:"]
        )
        text = text[:start] + new + text[end:]
    return text


def shape(node: object) -> object:
    """A syntax tree as plain data."""
    if isinstance(node, ast.Deferred):
        return [shape(inner) for inner in node.nodes]
    if isinstance(node, tuple):
        return [shape(item) for item in node]
    if isinstance(node, ast.Node):
        return [type(node).__name__, *(shape(getattr(node, field)) for field in node.__struct_fields__)]
    return node


FUNCTIONS = b"""package p

// A is one.
func A(a int) { b(a) }

func (t T) M() int {
	return 1
}

var x = 1

func C() {}
"""


@pytest.mark.parametrize("start", range(0, len(FUNCTIONS), 3))
@pytest.mark.parametrize("new", [b"", b" ", b"x", b"}", b"\n\nfunc D() {}\n", b"/*", b"`"])
def test_reused_syntax_equals_fresh_syntax(start: int, new: bytes) -> None:
    before = opened("/x.go", FUNCTIONS)
    lower(before)
    for end in (start, start + 1):
        span = Span(before.from_source(start), before.from_source(end))
        after = edit(before, [(span, new)])
        fresh = Document("/x.go", [Part(part.text, part.first) for part in after.parts], after.starts)
        assert shape(lower(after)) == shape(lower(fresh))
