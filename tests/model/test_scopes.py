"""Identifiers resolve as in Go: scopes, shadowing, references."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package

SDK = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'

BAD = "func f(c chan int) {}\n"
GOOD = "func(n int) {}"


@pytest.mark.parametrize(
    "body",
    [
        f"f := {GOOD}; udf.Register(`f`, f)",
        f"var f = {GOOD}; udf.Register(`f`, f)",
        f"{{ f := {GOOD}; udf.Register(`f`, f) }}",
        f"if f := ({GOOD}); true {{ udf.Register(`f`, f) }}",
        f"if false {{}} else if f := ({GOOD}); true {{}} else {{ udf.Register(`f`, f) }}",
        f"for f := ({GOOD}); ; {{ udf.Register(`f`, f) }}",
        "for _, f := range []func(int){nil} { udf.Register(`f`, f) }",
        f"switch f := ({GOOD}); {{ default: udf.Register(`f`, f) }}",
        f"switch {{ default: f := {GOOD}; udf.Register(`f`, f) }}",
        "var v any; switch f := v.(type) { case func(int): udf.Register(`f`, f) }",
        "var c chan func(int); select { case f := <-c: udf.Register(`f`, f) }",
        "func(f func(int)) { udf.Register(`f`, f) }(nil)",
        "_ = func() (f func(int)) { udf.Register(`f`, f); return }",
        f"x := 1; f, x := {GOOD}, 2; _ = x; udf.Register(`f`, f)",
    ],
)
def test_an_inner_name_shadows(udfs: Callable[..., Package], body: str) -> None:
    (registration,) = udfs(f"{BAD}func init() {{ {body} }}").registrations
    assert registration.signature is not None
    assert registration.signature.problems == ()


@pytest.mark.parametrize(
    "body",
    [
        f"{{ f := {GOOD}; _ = f }}; udf.Register(`f`, f)",
        f"if f := ({GOOD}); f != nil {{}}; udf.Register(`f`, f)",
        f"udf.Register(`f`, f); f := {GOOD}; _ = f",
        "f := f; udf.Register(`f`, f)",
        "var f = f; udf.Register(`f`, f)",
        f"func() {{ f := {GOOD}; _ = f }}(); udf.Register(`f`, f)",
        "type T struct { f int }; _ = T{f: 1}; udf.Register(`f`, f)",
        "f: for { break f }; udf.Register(`f`, f)",
        f"f := f; {{ f := {GOOD}; _ = f }}; udf.Register(`f`, f)",
    ],
)
def test_a_name_resolves_to_the_enclosing_scope(udfs: Callable[..., Package], body: str) -> None:
    (registration,) = udfs(f"{BAD}func init() {{ {body} }}").registrations
    assert registration.signature is not None
    assert [problem.kind for problem in registration.signature.problems] == ["unsupported-parameter"]


def test_a_short_declaration_assigns_to_names_of_its_scope(udfs: Callable[..., Package]) -> None:
    (registration,) = udfs(
        f"func init() {{ var f any; f, x := {GOOD}, 1; _ = x; udf.Register(`f`, f) }}"
    ).registrations
    assert registration.dynamic == "interface"


@pytest.mark.parametrize(
    "declared", ["func (udf T) F(n udf.Value, c chan int)", "func (t T) F(udf udf.Value)"]
)
def test_parameters_shadow_in_the_body_only(udfs: Callable[..., Package], declared: str) -> None:
    source = f"type T struct{{}}\n{declared} {{}}\nvar _ = udf.Register(`f`, T{{}}.F)"
    (registration,) = udfs(source).registrations
    assert registration.signature is not None
    assert [each.aerospike for each in registration.signature.parameters][:1] == ["any value"]


def test_a_local_type_shadows(udfs: Callable[..., Package]) -> None:
    (registration,) = udfs(
        "type T chan int\nfunc init() { type T int; udf.Register(`f`, func(t T) {}) }"
    ).registrations
    assert registration.signature is not None
    assert registration.signature.problems == ()


def test_local_types_with_the_same_name_are_different(udfs: Callable[..., Package]) -> None:
    found = udfs(
        "func init() { type T int; udf.Register(`a`, func(t T) {}) }\n"
        "func init() { type T chan int; udf.Register(`b`, func(t T) {}) }"
    ).registrations
    assert [bool(each.signature and each.signature.problems) for each in found] == [False, True]


@pytest.mark.parametrize(
    "shadow", ["udf := reg{}", "var udf reg", "type udf int; var _ udf", "const udf = 1"]
)
def test_a_local_name_shadows_the_import(udfs: Callable[..., Package], shadow: str) -> None:
    source = "type reg struct{}\nfunc (reg) Register(string, any) {}\nvar _ udf.Value\n"
    assert udfs(f"{source}func init() {{ {shadow}; udf.Register(`f`, 1) }}").registrations == ()


def test_an_import_belongs_to_its_file_only(package: Callable[..., Package]) -> None:
    found = package(
        {
            "a.go": f"package m\n{SDK}func F() {{}}\nvar _ udf.Value\n",
            "b.go": 'package m\nvar _ = udf.Register("f", F)\n',
        }
    )
    assert found.registrations == ()


def references(package: Package) -> dict[str, int]:
    return {function.name: function.references for function in package.functions}


def test_references_are_counted(udfs: Callable[..., Package]) -> None:
    found = udfs(
        """
func Used() {}
func Twice() { Twice() }
func Unused(Used int) { _ = Used }
type T struct { Used int }
func init() { Used(); Twice(); f := Twice; f(); _ = T{Used: 1}; Shadowed := 1; _ = Shadowed }
func Shadowed() {}
var _ = udf.Register("u", Used)
"""
    )
    assert references(found) == {"Used": 2, "Twice": 2, "Unused": 0, "init": 0, "Shadowed": 0}


def test_references_from_other_packages_of_the_module(loader: Callable[..., Loader]) -> None:
    world = loader(
        {
            "a/a.go": f"package a\n{SDK}func F(r *udf.Record) {{}}\nfunc G(r *udf.Record) {{}}\n",
            "b/b.go": 'package b\nimport x "example.com/m/a"\nfunc init() { x.F(nil); x.F(nil) }\n',
            "c/c.go": 'package c\nimport . "example.com/m/a"\nvar _ = F\n',
            "d/d_test.go": 'package d\nimport "example.com/m/a"\nvar _ = a.G\n',
            "nested/go.mod": "module example.com/m/nested\n",
            "nested/n.go": 'package nested\nimport "example.com/m/a"\nvar _ = a.G\n',
            "vendor/v/v.go": 'package v\nimport "example.com/m/a"\nvar _ = a.G\n',
        }
    )
    package = world.package("/m/a")
    assert package is not None
    assert references(package) == {"F": 3, "G": 0}
    assert package.imported_in_module


def test_docs_have_no_comment_markers(udfs: Callable[..., Package]) -> None:
    found = udfs(
        "// F does\n//   much.\n//go:noinline\nfunc F() {}\n/* G\ntoo */\nfunc G() {}\n// H\n\nfunc H() {}"
    )
    assert [function.doc for function in found.functions] == ["F does\n  much.", "G\ntoo", ""]


def test_a_variable_is_set_again_at_the_offset_of_its_declaration_in_another_file(
    package: Callable[..., Package],
) -> None:
    main = f"package m\n\n{SDK}\nfunc init() {{ udf.Register(`add`, add) }}\n\nfunc add() {{ step = 1 }}\n"
    before, after = "package m\n\n//", "\n\nvar "
    padding = "x" * (main.index("step") - len(before) - len(after))
    found = package({"main.go": main, "step.go": f"{before}{padding}{after}step int\n"})
    (code,) = found.reached
    (assigned,) = code.of_kind(ast.AssignStmt)
    item = code.object_of(assigned.lhs[0])
    assert item is not None
    assert item.ident is not None
    assert item.ident.span == assigned.lhs[0].span
    assert code.is_set_again(item)
