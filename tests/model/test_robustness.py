"""Any files give a package, never an exception."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from modgo_lsp.model.package import Package

SOURCE = b"""package m

import (
	"context"
	"example.com/m/other"
	. "example.com/m/dotted"
	"github.com/GeertJohan/aerospike-mod-go/udf"
)

const name, next = "a" + other.Suffix, iota << 2

type Profile struct {
	Name string `udf:"name,omitempty"`
	Tags []Tag
	*Base
}
type Base struct{ Items map[string]*Profile }
type Tag = struct{ A, B [next]byte }
type List[T any, U ~[]T] struct{ Items U }

func (l *List[T, U]) Add(r *udf.Record, t T) (U, error) { return append(l.Items, t), nil }

func Add(ctx context.Context, r *udf.Record, n int64, p Profile, xs ...string) (int64, error) {
	count, ok := r.Int(name)
	switch v := r.Bin("x").(type) {
	case int64, string:
		_ = v
	case []udf.Value:
		for i, x := range v { _, _ = i, x }
	}
	if f := func(a int) int { return a + int(count) }; ok && f(1) > 2 { return 0, nil }
	return count, r.Update()
}

var l List[int, []int]
var fs = map[string]func(int) int{"a": func(i int) int { return i }, name: nil}

func init() {
	udf.Register(name, Add)
	udf.Register("l", l.Add)
	f := fs["a"]
	udf.Register("f", f)
	{ udf.Register(Dotted("g"), func(s *udf.Stream, m map[Tag]Tag) *udf.Stream { return s }) }
	all()
}

func all() { for range 3 { udf.Register("x", (*List[int, []int]).Add) } }
"""

OTHERS = {
    "other/o.go": "package other\nconst Suffix = `_x`\n",
    "dotted/d.go": "package dotted\nfunc Dotted(s string) string { return s }\n",
}


def test_the_unmutated_source_is_valid(package: Callable[..., Package]) -> None:
    found = package({"m.go": SOURCE, **OTHERS})
    assert [file.problem for file in found.files] == [None]
    assert [each.name for each in found.registrations] == ["a_x", "l", "f", None, "x"]
    assert all(each.signature is not None for each in found.registrations)


@pytest.mark.parametrize("seed", range(200))
def test_mutated_packages(package: Callable[..., Package], seed: int) -> None:
    chance = random.Random(seed)
    words = SOURCE.split()
    text = SOURCE
    for _ in range(chance.randrange(1, 10)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 1, 2, 8, 60]))
        noise = chance.choice(
            [b"", text[start:end] * 2, b" " + chance.choice(words) + b" ", bytes([chance.randrange(256)])]
        )
        text = text[:start] + noise + text[end:]
    examine(package({"m.go": text, **OTHERS}))


def examine(package: Package) -> None:
    lengths = {file.document.path: len(file.document.text) for file in package.files}
    for registration in package.registrations:
        for place in (registration.call, registration.name_argument, registration.function_argument):
            assert 0 <= place.span.start <= place.span.end <= lengths[place.path]
        for problem in registration.signature.problems if registration.signature else ():
            assert problem.message
            assert problem.location.path in lengths


DEEP = 10_000
LONG = 3_000


@pytest.mark.parametrize(
    "source",
    [
        'var _ = udf.Register("f", ' + "(" * DEEP + "F" + ")" * DEEP + ")",
        "func G(x " + "[]" * DEEP + 'int) {}\nvar _ = udf.Register("f", G)',
        "func G(x " + "struct { A " * DEEP + "int" + "}" * DEEP + ') {}\nvar _ = udf.Register("f", G)',
        'var _ = udf.Register("f", F' + "()" * DEEP + ")",
        'var _ = udf.Register("f", a' + ".b" * DEEP + ")",
        "func init() {" + "{" * DEEP + 'udf.Register("f", F)' + "}" * DEEP + "}",
        "func init() { if x {}" + " else if x {}" * DEEP + ' else { udf.Register("f", F) } }',
        "".join(f"type A{i} = []A{i + 1}\n" for i in range(LONG))
        + 'func G(x A0) {}\nvar _ = udf.Register("f", G)',
        "".join(f"type A{i} A{i + 1}\n" for i in range(LONG))
        + 'func G(x A0) {}\nvar _ = udf.Register("f", G)',
        "".join(f"type A{i} struct {{ X A{i + 1} }}\n" for i in range(LONG))
        + 'func G(x A0) {}\nvar _ = udf.Register("f", G)',
        "".join(f"type A{i} struct {{ A{i + 1} }}\n" for i in range(LONG))
        + 'var x A0\nvar _ = udf.Register("f", x.M)',
        "".join(f"type A{i} interface {{ A{i + 1} }}\n" for i in range(LONG))
        + 'var x A0\nvar _ = udf.Register("f", x.M)',
        "".join(f"var v{i} = v{i + 1}\n" for i in range(LONG)) + 'var _ = udf.Register("f", v0)',
        "".join(f"const c{i} = c{i + 1}\n" for i in range(LONG)) + "var _ = udf.Register(c0, F)",
        "".join(f"func f{i}() {{ f{i + 1}() }}\n" for i in range(LONG)) + "func init() { f0() }\n"
        f'func f{LONG}() {{ udf.Register("f", F) }}',
        "type T[P any] struct { X *T[[]P] }\nfunc G(x T[int]) {}\n" + 'var _ = udf.Register("f", G)',
        "type A A\ntype B = B\ntype C struct { C }\ntype D [len(D{})]int\nfunc G(a A, b B, c C, d D) {}\n"
        'var _ = udf.Register("f", G)',
        "type I interface { I }\nvar i I\n" + 'var _ = udf.Register("f", i.M)\nvar _ = udf.Register("g", i)',
        'var a, b = b, a\nvar _ = udf.Register("f", a)',
        "const " + ", ".join(f"c{i}" for i in range(LONG)) + " = iota\n",
        "type D struct { " + "; ".join(f"F{i} int" for i in range(LONG)) + " }\nfunc G(x D) {}\n"
        'var _ = udf.Register("f", G)',
        "const long = `a`" + " + `a`" * LONG + "\nvar _ = udf.Register(long, F)",
        "const longer = 1" + " + 1" * 300_000 + "\n",
        "func init() { x := " + "func() { y := " * 200 + "1" + "}" * 200 + '; udf.Register("f", x) }',
    ],
    ids=lambda source: source[:24],
)
def test_deep_long_and_cyclic_code(udfs: Callable[..., Package], source: str) -> None:
    examine(udfs(f"func F() {{}}\n{source}\n"))


def test_doubling_types_end(udfs: Callable[..., Package]) -> None:
    """Each type occurs twice in the next, so expanding them all would never end."""
    chain = "".join(f"type A{i} struct {{ L, R A{i + 1} }}\n" for i in range(40))
    examine(udfs(f'{chain}type A40 int\nfunc G(x A0) {{}}\nvar _ = udf.Register("f", G)'))


@pytest.mark.parametrize(
    "text", [b"", b"\0", b"\xff\xfe", b"package", b"\xef\xbb\xbf", b"import", b"package m\0"]
)
def test_files_without_declarations(package: Callable[..., Package], text: bytes) -> None:
    examine(package({"m.go": text, "a.go": SOURCE, **OTHERS}))


def test_doubling_type_arguments_end(udfs: Callable[..., Package]) -> None:
    chain = "".join(f"type A{i}[T any] struct {{ X A{i + 1}[Pair[T, T]] }}\n" for i in range(50))
    source = f"type Pair[A, B any] struct {{ L A; R B }}\n{chain}type A50[T any] struct {{ X T }}\n"
    examine(udfs(f'{source}func G(x A0[int]) {{}}\nvar _ = udf.Register("f", G)'))
