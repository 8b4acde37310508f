"""Which calls are registrations, which are static, and which are reachable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import Package, Registration

ADD = "func Add(r *udf.Record) {}\n"

Make = Callable[..., Package]


def text_of(package: Package, registration: Registration) -> str:
    document = next(f.document for f in package.files if f.document.path == registration.call.path)
    return document.slice(registration.call.span)


@pytest.mark.parametrize(
    "code",
    [
        'func init() { udf.Register("a", Add) }',
        'func init() { _ = udf.Register("a", Add) }',
        'func init() { r := udf.Register("a", Add); _ = r }',
        'func init() { var r = udf.Register("a", Add); _ = r }',
        'func init() { { udf.Register("a", Add) } }',
        'func init() { (udf.Register)("a", (Add)) }',
        'var _ = udf.Register("a", Add)',
        'var x, _ = 1, udf.Register("a", Add)',
        'var _ = []udf.Registration{udf.Register("a", Add)}',
        'func init() { all() }; func all() { udf.Register("a", Add) }',
        'func init() { a() }; func a() { b() }; func b() udf.Registration { return udf.Register("a", Add) }',
        'var _ = all(); func all() int { udf.Register("a", Add); return 1 }',
        'func init() { T{}.all() }; type T struct{}; func (T) all() { udf.Register("a", Add) }',
        'var t T; func init() { t.all() }; type T struct{}; func (*T) all() { udf.Register("a", Add) }',
    ],
)
def test_static(udfs: Make, code: str) -> None:
    (registration,) = udfs(ADD + code).registrations
    assert (registration.name, registration.dynamic, registration.reachable) == ("a", None, True)
    assert registration.target is not None
    assert registration.target.name == "Add"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ('func init() { if true { udf.Register("a", Add) } }', "place"),
        ('func init() { for { udf.Register("a", Add) } }', "place"),
        ('func init() { switch { default: udf.Register("a", Add) } }', "place"),
        ('func init() { func() { udf.Register("a", Add) }() }', "place"),
        ('func init() { defer udf.Register("a", Add) }', "place"),
        ('func init() { go udf.Register("a", Add) }', "place"),
        ('func init() { use(udf.Register("a", Add)) }; func use(any) {}', "place"),
        ('func init() { if true { all() } }; func all() { udf.Register("a", Add) }', "place"),
        ('var _ = func() int { udf.Register("a", Add); return 1 }()', "place"),
        ('func init() { n := "a"; udf.Register(n, Add) }', "name"),
        ('var n = "a"; func init() { udf.Register(n, Add) }', "name"),
        ('func init() { udf.Register("a", any(Add)) }', "interface"),
        ('var f any = Add; func init() { udf.Register("a", f) }', "interface"),
        ('type E interface{}; var f E = Add; func init() { udf.Register("a", f) }', "interface"),
        ("func init() { r := udf.Register; _ = r }", "value"),
        ("var r = udf.Register", "value"),
        ('func init() { reg(Add) }; func reg[F any](f F) { udf.Register("a", f) }', "function"),
    ],
)
def test_dynamic(udfs: Make, code: str, why: str) -> None:
    (registration,) = udfs(ADD + code).registrations
    assert registration.dynamic == why
    assert registration.reachable


def test_a_function_converted_to_any_is_checked(udfs: Make) -> None:
    (registration,) = udfs('func F(c chan int) {}\nfunc init() { udf.Register("a", any(F)) }').registrations
    assert registration.signature is not None
    assert [problem.kind for problem in registration.signature.problems] == ["unsupported-parameter"]


@pytest.mark.parametrize(
    ("code", "reachable"),
    [
        ('func all() { udf.Register("a", Add) }', False),
        ('func init() { f := all; f() }; func all() { udf.Register("a", Add) }', True),
        ('type T int; func (T) init() { udf.Register("a", Add) }', False),
        ('func a() { b() }; func b() { a(); udf.Register("a", Add) }', False),
        ('var f = func() { all() }; func all() { udf.Register("a", Add) }', True),
    ],
)
def test_reachable(udfs: Make, code: str, reachable: bool) -> None:
    (registration,) = udfs(ADD + code).registrations
    assert registration.reachable is reachable


def test_another_package_of_the_module_may_call_the_registration(loader: Callable[..., Loader]) -> None:
    sdk = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
    world = loader(
        {
            "a/a.go": f'package a\n{sdk}func All() {{ udf.Register("a", F) }}\nfunc F() {{}}\n',
            "b/b.go": 'package b\nimport "example.com/m/a"\nfunc init() { a.All() }\n',
        }
    )
    package = world.package("/m/a")
    assert package is not None
    (registration,) = package.registrations
    assert (registration.reachable, registration.dynamic) == (True, None)


@pytest.mark.parametrize(
    ("spec", "call"),
    [
        ('"github.com/GeertJohan/aerospike-mod-go/udf"', "udf.Register"),
        ('sdk "github.com/GeertJohan/aerospike-mod-go/udf"', "sdk.Register"),
        ('. "github.com/GeertJohan/aerospike-mod-go/udf"', "Register"),
    ],
)
def test_import_forms(package: Make, spec: str, call: str) -> None:
    found = package({"m.go": f'package m\nimport {spec}\nfunc F() {{}}\nvar _ = {call}("f", F)\n'})
    assert [each.name for each in found.registrations] == ["f"]
    assert found.imports_sdk


def test_a_local_register_function_is_ignored(udfs: Make) -> None:
    source = (
        'type T struct{}\nfunc (T) Register(string, any) {}\nfunc init() { var udf T; udf.Register("a", 1) }'
    )
    assert udfs(source + "\nvar _ udf.Value").registrations == ()


def test_registrations_are_sorted_by_file_and_position(package: Make) -> None:
    head = 'package m\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n'
    found = package(
        {
            "b.go": head + 'func init() { udf.Register("b", F) }',
            "a.go": head + 'func F() {}\nfunc init() { udf.Register("a1", F); udf.Register("a2", F) }',
        }
    )
    assert [each.name for each in found.registrations] == ["a1", "a2", "b"]
    assert text_of(found, found.registrations[2]) == 'udf.Register("b", F)'


def test_files_that_are_not_built_register_nothing(package: Make) -> None:
    code = 'import "github.com/GeertJohan/aerospike-mod-go/udf"\nfunc F() {}\nvar _ = udf.Register("f", F)\n'
    found = package(
        {
            "m.go": "package m\n",
            "m_test.go": f"package m\n{code}",
            "m_windows.go": f"package m\n{code}",
            "ignored.go": f"//go:build ignore\n\npackage main\n{code}",
            "_m.go": f"package m\n{code}",
            "doc.go": f"package documentation\n{code}",
        }
    )
    assert [file.document.path for file in found.files] == ["/m/m.go"]
    assert found.registrations == ()


def test_both_arguments_from_one_call(udfs: Make) -> None:
    source = 'func pair() (string, func(int) bool) { return "a", nil }\nfunc init() { udf.Register(pair()) }'
    (registration,) = udfs(source).registrations
    assert registration.dynamic == "name"
    assert registration.signature is not None
    assert [parameter.text for parameter in registration.signature.parameters] == ["int"]


@pytest.mark.parametrize(
    "call", ["udf.Register()", 'udf.Register("a")', 'udf.Register("a", Add, 1)', "udf.Register("]
)
def test_calls_that_do_not_compile(udfs: Make, call: str) -> None:
    found = udfs(f"{ADD}func init() {{ {call} }}")
    assert all(each.signature is None for each in found.registrations)
