"""Types as Go source and in Aerospike's terms."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.golang.types.types import Type
from modgo_lsp.model.package import Package
from modgo_lsp.model.type_text import go_source, type_text

SOURCE = """
type T struct { A int }
type L[E any] struct { Items []E }
type local = struct { a int }
"""


def type_of(udfs: Callable[..., Package], text: str) -> Type:
    imports = '"time"\n"example.com/m/other"'
    found = udfs(
        f"{SOURCE}var _ time.Time; var _ other.T\nfunc F(x {text}) {{}}\nvar _ = udf.Register(`f`, F)",
        imports,
        other__o="package other\ntype T int\ntype U[A any] []A\n",
    )
    signature = found.registrations[0].signature
    assert signature is not None
    return signature.parameters[0].type


def name(path: str) -> str:
    return {"time": "", "example.com/m/other": "o"}.get(path, path.rpartition("/")[2])


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("int", "int"),
        ("byte", "uint8"),
        ("any", "any"),
        ("interface{}", "any"),
        ("udf.Value", "any"),
        ("*udf.GeoJSON", "*udf.GeoJSON"),
        ("T", "T"),
        ("[]*L[T]", "[]*L[T]"),
        ("other.U[other.T]", "o.U[o.T]"),
        ("map[string][4]T", "map[string][4]T"),
        ("time.Duration", "Duration"),
        ("func(a int, b ...string) (T, error)", "func(int, ...string) (T, error)"),
        ("func() error", "func() error"),
        ("chan (<-chan int)", "chan (<-chan int)"),
        ("chan<- int", "chan<- int"),
        ("struct { A int `udf:\"a\"`; T }", 'struct{A int "udf:\\"a\\""; T}'),
        ("interface { M(int) error }", "interface{ M(int) error }"),
        ("struct { a int }", None),
        ("local", None),
        ("Missing", None),
    ],
)  # fmt: skip
def test_go_source(udfs: Callable[..., Package], text: str, source: str | None) -> None:
    assert go_source(type_of(udfs, text), "example.com/m", name) == source


def test_types_that_other_packages_cannot_name(udfs: Callable[..., Package]) -> None:
    found = udfs(
        "type hidden int\nfunc init() { type T int; udf.Register(`a`, func(t T) {}) }\n"
        "func F(h hidden) {}\nvar _ = udf.Register(`b`, F)"
    )
    local, hidden = (each.signature.parameters[0].type for each in found.registrations if each.signature)
    assert go_source(local, "example.com/m", name) is None
    assert go_source(hidden, "example.com/m", name) == "hidden"
    assert go_source(hidden, "example.com/other", name) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bool", "boolean"),
        ("uint16", "integer"),
        ("float32", "double"),
        ("string", "string"),
        ("[]byte", "bytes"),
        ("udf.GeoJSON", "GeoJSON"),
        ("udf.HLL", "HLL"),
        ("udf.ListView", "list"),
        ("udf.MapView", "map"),
        ("map[string]udf.ListView", "map of string to list"),
        ("any", "any value"),
        ("[]any", "list"),
        ("[]string", "list of string"),
        ("map[any]any", "map"),
        ("map[string]any", "map of string to any value"),
        ("map[[2]byte]int", "map of bytes to integer"),
        ("map[udf.BytesKey]int", "map of bytes to integer"),
        ("*T", "map or nil"),
        ("chan int", "unsupported"),
        ("[2]int", "unsupported"),
        ("time.Duration", "unknown"),
        ("[]" * 8 + "int", "list of " * 8 + "integer"),
        ("[]" * 9 + "int", "list of " * 8 + "list"),
    ],
)
def test_aerospike_names(udfs: Callable[..., Package], text: str, words: str) -> None:
    imports = '"time"'
    found = udfs(f"{SOURCE}var _ time.Time\nfunc F(x {text}) {{}}\nvar _ = udf.Register(`f`, F)", imports)
    signature = found.registrations[0].signature
    assert signature is not None
    assert signature.parameters[0].aerospike == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[]*time.Duration", "[]*time.Duration"),
        ("other.U[other.T]", "other.U[other.T]"),
        ("map[string]T", "map[string]T"),
        ("local", "struct{…}"),
        ("*struct { a int }", "*struct{…}"),
        ("[]struct { a int }", "[]struct{…}"),
        ("interface { m() }", "interface{…}"),
        ("func(struct { a int })", "func(…)"),
    ],
)
def test_types_as_readers_see_them(udfs: Callable[..., Package], text: str, shown: str) -> None:
    assert type_text(type_of(udfs, text), "example.com/m") == shown


def test_a_type_of_a_function_is_shown_by_its_name(udfs: Callable[..., Package]) -> None:
    found = udfs("func init() { type T int; udf.Register(`a`, func(t T, ts []T) {}) }")
    signature = found.registrations[0].signature
    assert signature is not None
    assert [type_text(each.type, "example.com/m") for each in signature.parameters] == ["T", "[]T"]
