"""Registered expressions: the function they denote, or why they denote none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.model.package import Package, Registration

Make = Callable[..., Registration]


def parameters(registration: Registration) -> list[str] | None:
    signature = registration.signature
    return None if signature is None else [parameter.text for parameter in signature.parameters]


@pytest.mark.parametrize(
    ("expression", "source", "texts"),
    [
        ("F", "func F(a, b int, c ...string) {}", ["int", "int", "string"]),
        ("(F)", "func F(n int) {}", ["int"]),
        ("func(n int) {}", "", ["int"]),
        ("f", "var f = func(n int) {}", ["int"]),
        ("f", "var f func(n int)", ["int"]),
        ("f", "var f = g; func g(n int) {}", ["int"]),
        ("t.M", "type T struct{}; func (T) M(n int) {}; var t T", ["int"]),
        ("t.M", "type T struct{}; func (*T) M(n int) {}; var t = &T{}", ["int"]),
        ("T.M", "type T struct{ A int }; func (T) M(n int) {}", ["T", "int"]),
        ("(*T).M", "type T struct{ A int }; func (*T) M(n int) {}", ["*T", "int"]),
        ("t.M", "type T struct{ E }; type E struct{}; func (E) M(n int) {}; var t T", ["int"]),
        ("t.M", "type T struct{ *E }; type E struct{}; func (*E) M(n int) {}; var t T", ["int"]),
        ("t.M", "type T struct{}; type A = T; type B = A; func (*B) M(n int) {}; var t T", ["int"]),
        ("t.M", "type T struct{ *A }; type A = E; type E int; func (A) M(n int) {}; var t T", ["int"]),
        ("i.M", "type I interface { M(n int) }; var i I", ["int"]),
        ("i.M", "type I interface { J }; type J interface { M(n int) }; var i I", ["int"]),
        ("Handler(f)", "type Handler func(n int); func f(n int) {}", ["int"]),
        ("(func(int))(f)", "func f(n int) {}", ["int"]),
        ("make1()", "func make1() func(int) { return nil }", ["int"]),
        ("fs[0]", "var fs []func(int)", ["int"]),
        ('fs["a"]', "var fs = map[string]func(int){}", ["int"]),
        ("s.f", "var s struct { f func(int) }", ["int"]),
        ("*p", "var p *func(int)", ["int"]),
        ("<-c", "var c chan func(int)", ["int"]),
        ("v.(func(int))", "var v any", ["int"]),
        ("G[int]", "func G[T any](t T) {}", ["int"]),
        ("G[string, []int]", "func G[A, B any](a A, b B) {}", ["string", "[]int"]),
        ("G[[]int]", "func G[S ~[]E, E any](s S, e E) {}", ["[]int", "int"]),
        ("b.M", "type B[T any] struct{}; func (B[E]) M(e E, es []E) {}; var b B[int]", ["int", "[]int"]),
        ("B[int].M", "type B[T any] struct{ A T }; func (B[E]) M(e E) {}", ["B[int]", "int"]),
        ("wrap(3)", "func wrap[T any](t T) func(T) { return nil }", ["int"]),
        ("wrap(g)", "func wrap[T any](f func(T)) func([]T) { return nil }; func g(string) {}", ["[]string"]),
        ("f", "var f, _ = two(); func two() (func(int), error) { return nil, nil }", ["int"]),
        ("f", "type A = func(int); var f A", ["int"]),
        ("New().M", "type T struct{}; func New() *T { return nil }; func (*T) M(n int) {}", ["int"]),
        ("fs[0].f", "var fs = []struct{ f func(int) }{{f: nil}}", ["int"]),
        ("[...]func(int){{}: nil}[0]", "", ["int"]),
        ("[...]func(int){k: nil}[0]", "var k int", ["int"]),
        ("of(v)", "func of[T Missing](v T) func(T) { return nil }; var v int8", ["int8"]),
        ("of(v)", "func of[T N](v T) func(T) { return nil }; type N int; var v N", ["N"]),
        ("of[F]()", "func of[T F]() T { return nil }; type F func(int)", ["int"]),
    ],
)
def test_functions(register: Make, expression: str, source: str, texts: list[str]) -> None:
    registration = register(expression, source)
    assert parameters(registration) == texts
    assert registration.dynamic is None
    assert registration.not_a_function is None
    assert registration.function_type is not None


@pytest.mark.parametrize(
    ("link", "end", "expression"),
    [
        ("var V{} = V{}", "var V{} = func(int) {{}}", "V0"),
        ("var V{} = (V{})", "var V{} = other.V0", "V0"),
        ("type V{} = V{}", "type V{} = func(int)", "V0(nil)"),
    ],
)
def test_long_chains(register: Make, link: str, end: str, expression: str) -> None:
    def chain(end: str) -> str:
        return "".join(link.format(i, i + 1) + "\n" for i in range(1000)) + end.format(1000)

    other = "package other\n" + chain("var V{} = func(int) {{}}")
    assert parameters(register(expression, chain(end), '"example.com/m/other"', other__o=other)) == ["int"]


@pytest.mark.parametrize(
    ("expression", "source", "text"),
    [
        ("max(0, n)", "var n int8", "int8"),
        ("min(n, 1.5, 2)", "var n float32", "float32"),
        ("min(n, m)", "type N int; var n, m N", "N"),
        ("max(1, 'a')", "", "int32"),
        ("max(1, 2.5)", "", "float64"),
        ("complex(f, 1)", "var f float32", "complex64"),
        ("complex(1, 2)", "", "complex128"),
        ("real(c)", "var c complex64", "float32"),
        ("imag(complex(f, f))", "var f float64", "float64"),
        ("real(1i)", "", "float64"),
        ("unsafe.Sizeof(0)", "", "uintptr"),
        ("unsafe.Add(nil, 1)", "", "unsafe.Pointer"),
        ("unsafe.String(p, 1)", "var p *byte", "string"),
        ("unsafe.StringData(`a`)", "", "*uint8"),
        ("unsafe.Slice(p, 1)", "type N int; var p *N", "[]N"),
        ("unsafe.SliceData(l)", "type L []int8; var l L", "*int8"),
    ],
)
def test_builtins(register: Make, expression: str, source: str, text: str) -> None:
    generic = "func of[T any](v T) func(T) { return nil }\n"
    assert parameters(register(f"of({expression})", generic + source, '"unsafe"')) == [text]


@pytest.mark.parametrize("name", ['max("a", "c", "b")', 'min("c", "d")', 'string("c"[0:])[:1] + ""'])
def test_constants_of_builtins(udfs: Callable[..., Package], name: str) -> None:
    found = udfs(f"var _ = udf.Register({name}, func() {{}})").registrations[0]
    assert found.name == (None if "[" in name else "c")


@pytest.mark.parametrize(
    "statement",
    [
        "f := func(n int) {}",
        "var f = func(n int) {}",
        "f, x := func(n int) {}, 1; _ = x",
        "var fs []func(int); for _, f := range fs { udf.Register(`f`, f) }; f := fs[0]",
        "var fs [1]func(int); for _, f := range &fs { udf.Register(`f`, f) }; f := fs[:][0]",
        "var v any; f, ok := v.(func(int)); _ = ok",
        "c := make(chan func(int)); f := <-c",
    ],
)
def test_local_variables(udfs: Callable[..., Package], statement: str) -> None:
    found = udfs(f"func init() {{ {statement}; udf.Register(`f`, f) }}")
    assert all(parameters(registration) == ["int"] for registration in found.registrations)


def test_range_variables(udfs: Callable[..., Package]) -> None:
    found = udfs(
        "func init() { for name, f := range map[string]func(int){} { udf.Register(name, f) } }"
    ).registrations[0]
    assert parameters(found) == ["int"]
    assert found.dynamic == "name"


def test_a_type_switch(udfs: Callable[..., Package]) -> None:
    found = udfs(
        "var v any\nfunc init() { switch f := v.(type) { case func(int): udf.Register(`f`, f)\n"
        "default: udf.Register(`g`, f) } }"
    ).registrations
    assert parameters(found[0]) == ["int"]
    assert found[1].dynamic == "interface"


@pytest.mark.parametrize(
    ("expression", "source", "text"),
    [
        ("5", "", "an int constant"),
        ('"x"', "", "a string constant"),
        ("nil", "", "nil"),
        ("v", "var v []int", "of type []int"),
        ("&F", "func F() {}", "of type *func()"),
        ("T{}", "type T struct{}", "of type T"),
        ("T", "type T func()", "a type"),
        ("i", "var i interface{ M() }", "of type interface{ M() }"),
        ("err", "var err error", "of type error"),
        ("F()", "func F() int { return 1 }", "of type int"),
        ("F()", "func F() {}", "no value"),
        ("len", "", "a builtin"),
        ("udf", "", "a package"),
        ("1 < 2", "", "a bool constant"),
        # A byte of a constant string is not a constant.
        ("digits[n]", 'const digits = "0123"; var n int', "of type uint8"),
        ("digits[1]", 'type D string; const digits D = "0123"', "of type uint8"),
        ('"0123"[len("a"):]', "", "of type string"),
    ],
)
def test_expressions_that_are_not_functions(register: Make, expression: str, source: str, text: str) -> None:
    registration = register(expression, source)
    assert registration.not_a_function == text
    assert registration.signature is None


@pytest.mark.parametrize(
    ("expression", "source", "missing"),
    [
        ("Nope", "", "Nope"),
        ("nope.F", "", "nope"),
        ("t.Nope", "type T struct{}; var t T", "Nope"),
        ("T.Nope", "type T struct{}", "Nope"),
        ("udf.Nope", "", "udf.Nope"),
        ("Nope()", "", "Nope"),
        ("Nope[int]", "", "Nope"),
        ("other.f", "", "other.f"),
        ("Nope[1:]", "", "Nope"),
        ("t.Nope", "type T struct{ *T }; var t T", "Nope"),
        ("t.Nope", "type A struct{ B }; type B struct{ *A }; var t A", "Nope"),
        ("t.M", "type T struct{}; type A = []T; func (A) M(n int) {}; var t T", "M"),
        ("t.M", "type T struct{}; func ([]T) M(n int) {}; var t T", "M"),
    ],
)
def test_undeclared_names(register: Make, expression: str, source: str, missing: str) -> None:
    others = {"other__o": "package other\nfunc f() {}\n"} if "other" in expression else {}
    registration = register(expression, source, '"example.com/m/other"' if others else "", **others)
    assert registration.unresolved_function is not None
    name, place = registration.unresolved_function
    assert name == missing
    assert place.span.end - place.span.start == len(missing.rpartition(".")[2])


@pytest.mark.parametrize(
    ("expression", "source", "imports"),
    [
        ("strings.ToUpper", "", '"strings"'),
        ("x.F", "", '"example.org/unknown/x"'),
        ("y.F", "", '"example.org/unknown/go-x"'),
        ("v.Method", "var v = x.New()", '"example.org/unknown/x"'),
        ("t.M", "type T struct { x.Base }; var t T", '"example.org/unknown/x"'),
        ("Dotted", "", '. "example.org/unknown/x"'),
        ("C.f", "", '"C"'),
        # None of these compiles: other errors than that this is no function.
        ("n()", "var n int", ""),
        ("v.f", "var v Nope", ""),
        ("max(v, 1)", "var v Nope", ""),
        ("complex(s, s)", "var s string", ""),
        ("of(1, 2)", "func of[T any](v T) func(T) { return nil }", ""),
    ],
)
def test_unknown_expressions_are_not_reported(
    register: Make, expression: str, source: str, imports: str
) -> None:
    registration = register(expression, source, imports)
    assert registration.unresolved_function is None
    assert registration.not_a_function is None
    assert registration.signature is None
    assert registration.dynamic is None


@pytest.mark.parametrize("expression", ["G", "(G)", "b.M"])
def test_generic_functions(register: Make, expression: str) -> None:
    source = "func G[T any](t T) {}\ntype B struct{}\nfunc (B) M[T any](t T) {}\nvar b B"
    registration = register(expression, source)
    assert registration.generic
    assert registration.signature is None


def test_the_function_of_another_package(register: Make) -> None:
    other = "package other\n// F is one.\nfunc F(n int, c chan int) {}\n"
    registration = register("other.F", "", '"example.com/m/other"', other__o=other)
    assert registration.target is not None
    assert (registration.target.name, registration.target.doc) == ("F", "F is one.")
    assert registration.signature is not None
    (problem,) = registration.signature.problems
    assert problem.location == registration.function_argument
    assert [place.path for place, _ in problem.related] == ["/m/other/o.go"]


def test_a_variable_s_declaration_is_related(register: Make) -> None:
    registration = register("f", "var f func(c chan int)")
    assert registration.signature is not None
    (problem,) = registration.signature.problems
    assert problem.location == registration.function_argument
    assert [message for _, message in problem.related] == ["f is declared here"]


@pytest.mark.parametrize(
    ("source", "replacement"),
    [("func F(rec udf.Record) {}", "rec *udf.Record"), ("var F func(rec udf.Record)", None)],
)
def test_only_a_type_that_is_there_is_replaced(register: Make, source: str, replacement: str | None) -> None:
    signature = register("F", source).signature
    assert signature is not None
    assert [each.replacement for each in signature.problems] == [replacement]
