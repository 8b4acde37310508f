"""Signatures: their problems and locations, and their Aerospike types.

Problems are written as a rule's code and the text at their location.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.model.package import Package, Registration

Make = Callable[..., Package]

KINDS = {
    "unsupported-parameter": "MG201",
    "unsupported-result": "MG202",
    "result-shape": "MG203",
    "receiver-order": "MG204",
    "record-by-value": "MG206",
    "stream-result": "MG207",
}


def problems(udfs: Make, signature: str, source: str = "", imports: str = "") -> list[str]:
    """The problems of a function with this signature: "MG201 chan int"."""
    found = udfs(f'{source}\nfunc F{signature}\nvar _ = udf.Register("f", F)\n', imports)
    checked = found.registrations[0].signature
    assert checked is not None
    document = found.files[0].document
    return sorted(f"{KINDS[p.kind]} {document.slice(p.location.span)}" for p in checked.problems)


CTX = '"context"'


@pytest.mark.parametrize(
    "signature",
    [
        "()",
        "(ctx context.Context)",
        "(r *udf.Record)",
        "(ctx context.Context, r *udf.Record, n int) (string, error)",
        "(*udf.Record, int)",
        "(_ *udf.Record) error",
        "(a, b int) int",
        "(xs ...string)",
        "(xs ...[]string)",
        "(s *udf.Stream) *udf.Stream",
        "(s *udf.Stream) (*udf.Stream, error)",
        "(ctx context.Context, s *udf.Stream, n int) (out *udf.Stream, err error)",
        "(r *udf.Record) (result map[string]udf.Value, err error)",
    ],
)
def test_valid_signatures(udfs: Make, signature: str) -> None:
    assert problems(udfs, signature, "var _ context.Context", CTX) == []


@pytest.mark.parametrize(
    "type_",
    [
        *("bool", "string", "[]byte", "udf.GeoJSON", "udf.HLL", "udf.Value", "any", "interface{}"),
        *("udf.ListView", "udf.MapView", "[]udf.ListView", "map[string]udf.MapView"),
        *("int", "int8", "int64", "uint", "uint8", "uint64", "byte", "rune", "float32", "float64"),
        *("[]any", "[][]string", "[]*int", "*string", "**int", "[]udf.GeoJSON"),
        *("map[string]int", "map[int8][]bool", "map[[3]byte]int", "map[any]any", "map[udf.Value]udf.Value"),
        *("map[udf.BytesKey]int", "map[S]B", "map[[2]B]int"),
        *(
            "S",
            "*S",
            "B",
            "Bs",
            "I",
            "E",
            "P",
            "T",
            "[]T",
            "*T",
            "A",
            "struct{ A int }",
            "L[int]",
            "L[L[string]]",
        ),
    ],
)
def test_supported_types(udfs: Make, type_: str) -> None:
    source = """
type S string
type B byte
type Bs []B
type I int
type E interface{}
type P *int
type A = []T
type T struct { A int; b chan int; C chan int `udf:"-"`; D struct { E []float64 } }
type L[T any] struct { Items []T }
"""
    assert problems(udfs, f"(x {type_})", source) == []
    assert problems(udfs, f"() {type_}", source) == []


@pytest.mark.parametrize(
    "type_",
    [
        *("chan int", "func()", "complex128", "complex64", "uintptr", "[3]int", "[3]byte"),
        *("interface{ M() }", "[]chan int", "*func()", "map[string]chan int", "[][2]int"),
        *("map[bool]int", "map[float64]int", "map[udf.GeoJSON]int", "map[[3]int]int", "map[uintptr]int"),
        *("map[struct{ A int }]int", "map[*int]int", "map[interface{ M() }]int"),
        *("struct{}", "struct{ a int }", "struct{ A chan int }", "struct{ B struct{} }"),
        *("Rec", "Loop", "Mutual", "Priv", "Ch", "Inner", "Arr", "L[chan int]", "Key", "Complex"),
        *("[]udf.Record", "[]*udf.Record", "**udf.Record", "[]*udf.Stream", "R", "*R", "P", "[]error"),
        "struct{ R *udf.Record }",
    ],
)
def test_unsupported_types(udfs: Make, type_: str) -> None:
    source = """
type Rec struct { Next *Rec }
type Loop []Loop
type Mutual struct { Other *Other }
type Other struct { Back []Mutual }
type Priv struct { a int }
type Ch chan int
type Inner struct { A int; B struct { C []func() } }
type Arr [2]int
type L[T any] struct { Items []T }
type Key map[float32]int
type Complex complex64
type R udf.Record
type P *udf.Record
"""
    assert problems(udfs, f"(x {type_})", source) == [f"MG201 {type_}"]
    assert problems(udfs, f"() {type_}", source) == [f"MG202 {type_}"]
    assert problems(udfs, f"(x ...{type_})", source) == [f"MG201 {type_}"]


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("(n int, r *udf.Record)", ["MG204 r *udf.Record"]),
        ("(r *udf.Record, ctx context.Context)", ["MG204 ctx context.Context"]),
        ("(a, b context.Context)", ["MG204 b"]),
        ("(a, b *udf.Record)", ["MG204 b"]),
        ("(*udf.Record, *udf.Record)", ["MG204 *udf.Record"]),
        ("(r *udf.Record, s *udf.Stream) chan int", ["MG204 s *udf.Stream"]),
        ("(r udf.Record)", ["MG206 r udf.Record"]),
        ("(udf.Stream) *udf.Stream", ["MG206 udf.Stream"]),
        ("(n int, r udf.Record)", ["MG204 r udf.Record", "MG206 r udf.Record"]),
        ("(rs ...*udf.Record)", ["MG201 *udf.Record"]),
        ("(r *udf.Record, rs ...udf.Record)", ["MG201 udf.Record"]),
        ("(ctx ...context.Context)", ["MG201 context.Context"]),
        ("(err error)", ["MG201 error"]),
        ("(errs ...error)", ["MG201 error"]),
        ("() (int, string, error)", ["MG203 (int, string, error)"]),
        ("() (a, b, c chan int)", ["MG203 (a, b, c chan int)"]),
        ("() (int, string)", ["MG203 string"]),
        ("() (chan int, string)", ["MG202 chan int", "MG203 string"]),
        ("() (error, error)", ["MG203 error"]),
        ("() (error, int)", ["MG203 error", "MG203 int"]),
        ("() *udf.Record", ["MG202 *udf.Record"]),
        ("() (*udf.Stream, error)", ["MG202 *udf.Stream"]),
        ("() udf.Record", ["MG202 udf.Record"]),
        ("(s *udf.Stream)", ["MG207 F"]),
        ("(s *udf.Stream) error", ["MG207 error"]),
        ("(s *udf.Stream) udf.Stream", ["MG207 udf.Stream"]),
        ("(s *udf.Stream) (int, error)", ["MG207 int"]),
        ("(s *udf.Stream) (*udf.Stream, string)", ["MG203 string"]),
        ("(s *udf.Stream) (*udf.Stream, int, error)", ["MG203 (*udf.Stream, int, error)"]),
        ("(a chan int, b func()) chan int", ["MG201 chan int", "MG201 func()", "MG202 chan int"]),
    ],
)
def test_invalid_signatures(udfs: Make, signature: str, expected: list[str]) -> None:
    assert problems(udfs, signature, "var _ context.Context", CTX) == expected


@pytest.mark.parametrize(
    ("source", "signature", "expected"),
    [
        ("type Rec = udf.Record", "(r *Rec)", []),
        ("type Rec = *udf.Record", "(r Rec)", []),
        ("type Rec udf.Record", "(r *Rec)", ["MG201 *Rec"]),
        ("type Ctx = context.Context", "(c Ctx, r *udf.Record)", []),
        ("type Ctx context.Context", "(c Ctx)", ["MG201 Ctx"]),
        ("type Err = error", "() (int, Err)", []),
        ("type error interface{ Error() string }", "() (int, error)", ["MG203 error"]),
        ("type error = string", "() (int, error)", ["MG203 error"]),
        ("type int chan string", "(x int)", ["MG201 int"]),
        ("type any interface{ M() }", "(x any)", ["MG201 any"]),
        ("type string = []byte", "(x map[string]bool)", ["MG201 map[string]bool"]),
        ("type V = udf.Value", "(x V)", []),
    ],
)
def test_aliases_defined_types_and_shadowing(
    udfs: Make, source: str, signature: str, expected: list[str]
) -> None:
    assert problems(udfs, signature, source + "\nvar _ context.Context", CTX) == expected


@pytest.mark.parametrize(
    "type_",
    ["time.Duration", "[]x.T", "map[x.K]int", "struct { A x.T }", "struct { x.Base }", "*x.T", "[x.N]byte"],
)
def test_unknown_types_are_not_reported(udfs: Make, type_: str) -> None:
    if type_ == "[x.N]byte":
        type_ = "map[[x.N]byte]int"
    imports = '"time"\n"example.org/unknown/x"'
    assert problems(udfs, f"(a {type_}) {type_}", "var _ time.Duration; var _ x.T", imports) == []


def checked(udfs: Make, signature: str, source: str = "", imports: str = "") -> Registration:
    return udfs(f'{source}\nfunc F{signature}\nvar _ = udf.Register("f", F)\n', imports).registrations[0]


@pytest.mark.parametrize(
    ("signature", "replacement"),
    [
        ("(r udf.Record)", "r *udf.Record"),
        ("(udf.Record)", "*udf.Record"),
        ("(a, b udf.Record)", None),
        ("(n uintptr)", "uint64"),
        ("(xs [3]int)", "[]int"),
        ("(xs [3]chan int)", None),
        ("() [3]string", "[]string"),
        ("(s *udf.Stream) udf.Stream", "*udf.Stream"),
        ("(c chan int)", None),
    ],
)
def test_replacements(udfs: Make, signature: str, replacement: str | None) -> None:
    found = checked(udfs, signature).signature
    assert found is not None
    assert found.problems[0].replacement == replacement


@pytest.mark.parametrize(
    ("type_", "message"),
    [
        ("chan int", "parameter x has type chan int: no Aerospike value converts to a channel"),
        (
            "T",
            "parameter x has type T: its field Inner has type []struct{ C chan int }:"
            " its field C has type chan int: no Aerospike value converts to a channel",
        ),
        (
            "map[bool]int",
            "parameter x has type map[bool]int: its keys are of type bool,"
            " and map keys are strings, integers, [N]byte or any",
        ),
        ("Loop", "parameter x has type Loop: Loop contains itself, and Aerospike values are finite"),
    ],
)
def test_messages(udfs: Make, type_: str, message: str) -> None:
    found = checked(
        udfs, f"(x {type_})", "type T struct { Inner []struct{ C chan int } }; type Loop []Loop"
    ).signature
    assert found is not None
    assert found.problems[0].message.replace("struct{C", "struct{ C").replace("int}", "int }") == message


def test_a_field_s_declaration_is_related(udfs: Make) -> None:
    source = "type T struct { A, B U }\ntype U struct { C []Ch }\ntype Ch chan int"
    found = udfs(f'{source}\nfunc F(x T) {{}}\nvar _ = udf.Register("f", F)\n')
    signature = found.registrations[0].signature
    assert signature is not None
    places = [found.files[0].document.slice(place.span) for place, _ in signature.problems[0].related]
    assert places == ["A", "C", "Ch"]


def test_the_parameters_that_callers_see(udfs: Make) -> None:
    source = "type Profile struct { Name string }"
    parameters = (
        "ctx context.Context, r *udf.Record, a, b int8, p *Profile, m map[string][]float32, xs ...any"
    )
    signature = checked(udfs, f"({parameters}) (Profile, error)", source, CTX).signature
    assert signature is not None
    assert (signature.kind, signature.takes_context, signature.takes_record) == ("record", True, True)
    assert [(p.name, p.text, p.aerospike) for p in signature.parameters] == [
        ("a", "int8", "integer"),
        ("b", "int8", "integer"),
        ("p", "*Profile", "map or nil"),
        ("m", "map[string][]float32", "map of string to list of double"),
        ("xs", "any", "any value"),
    ]
    assert signature.variadic
    assert signature.result is not None
    assert (signature.result.text, signature.result.aerospike, signature.returns_error) == (
        "Profile",
        "map",
        True,
    )


def test_a_stream_udf(udfs: Make) -> None:
    signature = checked(udfs, "(s *udf.Stream, n int) (*udf.Stream, error)").signature
    assert signature is not None
    assert (signature.kind, signature.takes_record, signature.result) == ("stream", False, None)
    assert signature.returns_error


def test_a_function_literal_is_checked_in_place(udfs: Make) -> None:
    found = udfs('var _ = udf.Register("f", func(s *udf.Stream, c chan int) {})')
    signature = found.registrations[0].signature
    assert signature is not None
    places = [(p.kind, found.files[0].document.slice(p.location.span)) for p in signature.problems]
    assert places == [
        ("stream-result", "func(s *udf.Stream, c chan int)"),
        ("unsupported-parameter", "chan int"),
    ]


def test_a_function_in_another_file_is_checked_there(package: Make) -> None:
    sdk = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
    found = package(
        {
            "a.go": f'package m\n{sdk}var _ = udf.Register("f", F)\n',
            "b.go": "package m\nfunc F(x [2]int) {}\n",
        }
    )
    signature = found.registrations[0].signature
    assert signature is not None
    (problem,) = signature.problems
    assert problem.location.path == "/m/b.go"
    assert problem.replacement == "[]int"
    assert found.files[1].document.slice(problem.location.span) == "[2]int"


def test_an_instantiated_function_is_checked_with_its_type_arguments(udfs: Make) -> None:
    found = udfs('func G[T any](t T, ts ...T) {}\nvar _ = udf.Register("f", G[chan int])')
    signature = found.registrations[0].signature
    assert signature is not None
    assert [p.message.split(":")[0] for p in signature.problems] == [
        "parameter t has type chan int",
        "parameter ts has type ...chan int",
    ]


@pytest.mark.parametrize(
    ("signature", "roles"),
    [
        ("(r *udf.Record, n int)", "record! argument"),
        ("(ctx context.Context, s *udf.Stream)", "context stream!"),
        ("(ctx Ctx, r *Rec, c chan int)", "context record! argument"),
        ("(r *udf.Record, s *udf.Stream)", "record! stream"),
        ("(r *udf.Record, ctx context.Context)", "record! context"),
        ("(r udf.Record, s *udf.Stream)", "record stream"),
        ("(n int, r *udf.Record)", "argument record"),
        ("(ctx, again context.Context, r *udf.Record)", "context context record"),
        ("(r ...*udf.Record)", "argument"),
        ("(ctx ...context.Context)", "argument"),
        ("(r **udf.Record)", "argument"),
        ("(r *Mine)", "argument"),
        ("()", ""),
    ],
)
def test_roles_of_parameters(udfs: Make, signature: str, roles: str) -> None:
    """ "!" marks the parameter that makes an unregistered function resemble a UDF."""
    source = "type (Ctx = context.Context; Rec = udf.Record; Mine udf.Record)\n"
    found = udfs(f"{source}func F{signature} {{}}\n", CTX).functions[0].signature
    assert found is not None
    shown = list(found.roles)
    if found.receiver_first:
        shown[shown[0] == "context"] += "!"
    assert " ".join(shown) == roles


@pytest.mark.parametrize(
    ("signature", "messages"),
    [
        (
            "() *udf.Record",
            ["the result has type *udf.Record: a record UDF returns a value, not a record or a stream"],
        ),
        ("() chan int", ["the result has type chan int: no Aerospike value converts to a channel"]),
        ("() (int, int)", ["the second result has type int: it can only be error"]),
        ("() (int, int, error)", ["this returns 3 results: a UDF returns at most a value and an error"]),
        ("(r udf.Record)", ["parameter r is a record by value: take a pointer, *udf.Record"]),
        (
            "(n int, r *udf.Record)",
            ["parameter r is in the wrong place: the record comes before the arguments"],
        ),
        (
            "(s *udf.Stream)",
            ["a stream UDF returns a stream: add the result *udf.Stream, or (*udf.Stream, error)"],
        ),
        ("(s *udf.Stream) udf.Stream", ["a stream UDF returns *udf.Stream, not udf.Stream"]),
        ("(ctx, again context.Context)", ["parameter again is a second context: a UDF takes one"]),
    ],
)
def test_messages_about_signatures(udfs: Make, signature: str, messages: list[str]) -> None:
    source = f'var _ context.Context\nfunc F{signature}\nvar _ = udf.Register("f", F)\n'
    found = udfs(source, CTX).registrations[0].signature
    assert found is not None
    assert [each.message for each in found.problems] == messages
