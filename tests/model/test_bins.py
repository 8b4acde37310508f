"""Which bins a UDF is known to read, and when that is uncertain."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from modgo_lsp.model.package import BinsRead, Package, Registration
from modgo_lsp.model.sdk import NOT_READING, READING
from modgo_lsp.resources import resource

Register = Callable[..., Registration]


def reading(body: str) -> str:
    return f"func(r *udf.Record, name string, n int64) {{ {body} }}"


@pytest.mark.parametrize(
    ("body", "bins"),
    [
        ('r.Bin("a")', "a"),
        ('a, _ := r.Int("a"); r.Set("b", a); _ = r.Update()', "a"),
        ('r.String("b"); r.Int("a"); r.Bin("b")', "b a"),
        ('r.Bool("a"); r.Float("b"); r.Bytes("c"); r.List("d"); r.Map("e"); r.GeoJSON("f")', "a b c d e f"),
        ('if n > 1 { r.Bin("a") } else { for range n { switch { case true: r.Bin("b") } } }', "a b"),
        ('_, err := udf.Get[int](r, "a"); _ = err', "a"),
        ('_, _ = (udf.Get[map[string]int])((r), "a")', "a"),
        ('(r).Bin(("a"))', "a"),
        ('const b = "b"; r.Bin("a" + b)', "ab"),
        ("r.Bin(pkgName)", "pkg"),
        ("r.Bin(string(named))", "named"),
        ('func() { r.Bin("a") }()', "a"),
        ('defer func() { _ = r.Update() }(); r.Bin("a")', "a"),
        ('store := r.Create; if r.Exists() { store = r.Update }; r.Int("a"); _ = store()', "a"),
        ('r.Bin("a"); r.Set(name, n); r.Unset(name)', "a"),
        ('r.Bin("a"); _ = r.Key(); _ = r.TTL(); _ = r.Digest(); _ = r.Size(); _ = r.SetName()', "a"),
        ('if r == nil { return }; r.Bin("a")', "a"),
        ('r.Bin("ä")', "ä"),
        ('if r == kept { return }; r.Bin("a")', "a"),
        ('v := "a"; r.Bin(v)', "a"),
        ('v := "a"; w := v; r.Bin(w)', "a"),
        ('for _, v := range []string{"a", "b"} { r.Bin(v) }', "a b"),
        ('x := r; var y *udf.Record = x; y.Bin("a")', "a"),
        ('_ = r; var x *udf.Record; x = r; x.Bin("a")', "a"),
        ('r = other(); r.Bin("a")', "a"),
        ('r, x := other(), 1; _ = x; r.Bin("a")', "a"),
        ('r.Bin("a"); x := struct{ r int }{r: 1}; _ = x.r', "a"),
        ("", ""),
        ('r.Set("a", 1)', ""),
        # Calls that resemble udf.Get.
        ('r.Bin("a"); x.y.Get(1, "n"); x.y.Get(x, "n"); fs[0](1, "n"); (fs[0])(1, "n")', "a"),
        ('r.Bin("a"); func(any, string) {}(1, "n"); made()(1, "n"); x.fs["n"](1, "n")', "a"),
        ('r.Bin("a"); x.g().y.Get(1, "n"); get[int](1, "n"); x.y.Get(x.y.Get, "n")', "a"),
    ],
)
def test_bins_with_constant_names(register: Register, body: str, bins: str) -> None:
    source = (
        'const pkgName = "pkg"\nvar kept *udf.Record\ntype word string\nconst named word = "named"\n'
        "func use(any) {}\nfunc other() *udf.Record { return nil }\n"
        "type getter struct{}\nfunc (getter) Get(any, string) {}\nfunc get[T any](any, string) {}\n"
        "type tree struct { y getter; fs map[string]func(any, string) }\n"
        "var x tree\nfunc (t tree) g() tree { return t }\n"
        "var fs []func(any, string)\nfunc made() func(any, string) { return nil }\n"
    )
    assert register(reading(body), source).bins == BinsRead(tuple(bins.split()))


@pytest.mark.parametrize(
    ("body", "bins"),
    [
        ("r.Bin(name)", BinsRead((), (0,))),
        ('r.Int("a"); r.Set(name, n); r.Int((name)); r.Int(name)', BinsRead(("a",), (0,))),
        ("_, _ = udf.Get[int](r, name)", BinsRead((), (0,))),
        ("func() { r.Bin(name) }()", BinsRead((), (0,))),
        ("{ name := other; _ = name }; r.Bin(name)", BinsRead((), (0,))),
        ("{ name := other; r.Bin(name) }", None),
        ('r.Bin(name); name = "b"', None),
        ('r.Bin(name); name, x := "b", 1; _ = x', None),
        ('r.Bin(name); name += "b"', None),
        ('func() { name = "b" }(); r.Bin(name)', None),
        ("r.Bin(name); for _, name = range []string{} { }", None),
        ("r.Bin(name); _ = &name", None),
        ("r.Bin(string(name))", None),
    ],
)
def test_bins_named_by_arguments(register: Register, body: str, bins: BinsRead | None) -> None:
    assert register(reading(body), 'var other = "o"\n').bins == bins


@pytest.mark.parametrize(
    ("parameters", "body", "bins"),
    [
        ("n int, r *udf.Record, a, b string", "r.Bin(b)", BinsRead((), (2,))),  # MG204, and no harm
        ("ctx context.Context, r *udf.Record, n int, bin string", "r.Bin(bin)", BinsRead((), (1,))),
        ("r *udf.Record, bins ...string", "r.Bin(bins[0])", None),
        ("r *udf.Record, _, bin string", "r.Bin(bin)", BinsRead((), (1,))),
        ("r *udf.Record, bin word", "r.Bin(string(bin))", None),
        ("r *udf.Record, bin text", "r.Bin(bin)", BinsRead((), (0,))),
        ("bin string", "", BinsRead()),
        ("bin unknown.T", "", None),
    ],
)
def test_positions_are_among_the_arguments(
    register: Register, parameters: str, body: str, bins: BinsRead | None
) -> None:
    source = "type word string\ntype text = string\n"
    imports = '"context"\n' if "context" in parameters else ""
    assert register(f"func({parameters}) {{ {body} }}", source, imports).bins == bins


@pytest.mark.parametrize(
    "body",
    [
        'r.Bin("a" + name)',
        "for name := range r.Bins() { _ = name }",
        "use(r)",
        'v := "a"; v = name; r.Bin(v)',
        "var v string; r.Bin(v)",
        'for _, v := range []string{"a", name + "b"} { r.Bin(v) }',
        'for _, v := range [3]string{"a"} { r.Bin(v) }',
        'for v := range map[string]int{"a": 1} { r.Bin(v) }',
        "x := any(r); _ = x",
        "var x any = r; _ = x",
        "var x any; x = r; _ = x",
        "x, n := any(nil), 1; x, n = r, 2; _, _ = x, n",
        "x := struct{ *udf.Record }{r}; x.Bin(name)",
        "p := &r; (*p).Bin(name)",
        "_ = *r",
        "_ = []*udf.Record{r}",
        "_ = holder{r}",
        "_ = holder{r: r}",
        "_ = map[*udf.Record]int{r: 1}",
        "kept = r",
        "c := make(chan *udf.Record, 1); c <- r",
        "f := r.Bin; f(name)",
        "f := r.Int; f(name)",
        "get := udf.Get[int]; _, _ = get(r, name)",
        "_ = any(r)",
        "_ = func() *udf.Record { return r }",
        "switch r { case kept: }",
        "r.Undeclared(name)",
        'r.Bin("")',
        'r.Bin("sixteen bytes long")',
        'r.Bin("a\\x00")',
        'r.Bin("\\xff")',
        'r.Bin("b", "c")',
        "r.Bin()",
        f"_ = {'[]any{' * 2000}r{'}' * 2000}",  # too deep to be analysed
    ],
)
def test_uncertain_bins_are_none(register: Register, body: str) -> None:
    source = (
        "var kept *udf.Record\ntype holder struct{ r *udf.Record }\nfunc use(any) {}\n"
        "func other() *udf.Record { return nil }\n"
    )
    assert register(reading('_, _ = r.Int("a"); ' + body), source).bins is None


@pytest.mark.parametrize(
    ("expression", "source", "bins"),
    [
        ("Add", 'func Add(r *udf.Record) { r.Bin("a") }', "a"),
        ("T{}.add", 'type T struct{}\nfunc (T) add(r *udf.Record) { r.Bin("a") }', "a"),
        ("T.add", 'type T int\nfunc (T) add(r *udf.Record) { r.Bin("a") }', ""),  # T is no record
        ("(*T).add", 'type T int\nfunc (*T) add() { var r *udf.Record; r.Bin("a") }', ""),
        ("E{}.add", 'type E struct{ T }\ntype T int\nfunc (T) add(r *udf.Record) { r.Bin("a") }', "a"),
        ("Add[int]", 'func Add[T any](r *udf.Record, t T) { r.Bin("a") }', "a"),
        ("Add", "type R = udf.Record\nfunc Add(x int) {}", ""),
        ("Add", 'type R = udf.Record\nfunc Add(r *R) { r.Bin("a") }', "a"),
        ("Add", 'import "context"\nfunc Add(ctx context.Context, r *udf.Record) { r.Bin("a") }', "a"),
        ("Add", 'func Add(r *udf.Record, rest ...string) { r.Bin("a") }', "a"),
        ("Add", "func Add(rest ...any) {}", ""),
        ("any(Add)", 'func Add(r *udf.Record) { r.Bin("a") }', "a"),
        ("Add", 'var Add = func(r *udf.Record) { r.Bin("a") }', None),
        ("pick()", 'func pick() func(*udf.Record) { return func(r *udf.Record) { r.Bin("a") } }', None),
        ("x.add", "type I interface{ add(r *udf.Record) }\nvar x I", None),
        ("Add", "func Add(r *udf.Record)", None),
        ("Add", "func Add(*udf.Record) {}", ""),
        ("Add", "func Add(_ *udf.Record) {}", ""),
        (
            "Add",
            'func Add(s *udf.Stream) *udf.Stream { for r := range s.Records() { r.Bin("a") }; return s }',
            "a",
        ),
        ("other.Add", "", "b"),
    ],
)
def test_which_functions(register: Register, expression: str, source: str, bins: str | None) -> None:
    other = (
        "package other\n"
        'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
        'const name = "b"\nfunc Add(r *udf.Record) { r.Bin(name) }\n'
    )
    imports = '"example.com/m/other"\n' if expression.startswith("other") else ""
    if source.startswith("import"):
        spec, _, source = source.partition("\n")
        imports = spec.removeprefix("import ")
    registration = register(expression, source, imports, other__o=other)
    if expression == "T.add":  # T.add(T, *udf.Record) is not a UDF's signature, but it reads its own record
        bins = "a"
    assert registration.bins == (None if bins is None else BinsRead(tuple(bins.split())))


@pytest.mark.parametrize(
    ("import_", "get"),
    [
        ('u "github.com/GeertJohan/aerospike-mod-go/udf"', "u.Get[int]"),
        ('. "github.com/GeertJohan/aerospike-mod-go/udf"', "Get[int]"),
    ],
)
def test_every_form_of_import_of_the_sdk(package: Callable[..., Package], import_: str, get: str) -> None:
    name = get.partition("Get")[0]
    text = (
        f"package m\nimport {import_}\n"
        f'func Add(r *{name}Record) int {{ n, _ := {get}(r, "a"); return n }}\n'
        f'var _ = {name}Register("add", Add)\n'
    )
    (registration,) = package({"m.go": text}).registrations
    assert registration.bins == BinsRead(("a",))


def test_a_local_function_called_get_is_not_the_sdk_s(register: Register) -> None:
    source = 'func Get[T any](r *udf.Record, bin string) (t T) { r.Bin("c"); return }\n'
    assert register(reading('r.Bin("a"); _ = Get[int](r, "b")'), source).bins == BinsRead(("a", "c"))


def test_every_method_of_the_record_is_known() -> None:
    declared = set()
    for path in resource("udf").glob("*.go"):
        declared |= set(re.findall(r"^func \(\w+ \*Record\) ([A-Z]\w*)\(", path.read_text(), re.MULTILINE))
    assert declared == {*READING, *NOT_READING, "Bins"}  # Bins may read any bin
    assert len(READING) + len(NOT_READING) + 1 == len(declared)
