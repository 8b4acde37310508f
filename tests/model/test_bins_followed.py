"""Which functions the analysis of bins follows, and what it must not follow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.model.load import Loader
from modgo_lsp.model.package import BinsRead, Package, Registration

Register = Callable[..., Registration]


def udf_of(body: str) -> str:
    return f"func(r *udf.Record, name string, n int64) {{ {body} }}"


RECORD_SOURCE = """
type reader struct { prefix string; each func(*udf.Record) }
func (reader) read(r *udf.Record, bin string) { r.Int(bin) }
func (reader) both(bin string, r *udf.Record) { r.Int("m"); r.Int(bin) }
func (reader) take(r *udf.Record) bool { r.Int("t"); return true }
type number int
func (number) Read(r *udf.Record) { r.Int("n") }
type embeds struct { number }
type interfaced interface { Read(*udf.Record) }
var some interfaced = number(1)
type record = udf.Record

func readA(r *udf.Record) { r.Int("a") }
func read(r *udf.Record, bin string) int64 { n, _ := r.Int(bin); return n }
func twice(r *udf.Record, one, two string) { read(r, two); read(r, one) }
func named(_ *udf.Record, r *record, bin string) { r.Bin(bin) }
func constant(r *udf.Record) { const b = "c"; read(r, b + "d") }
func changing(r *udf.Record, bin string) { bin += "x"; read(r, bin) }
func down(r *udf.Record, n int64, bin string) { if n > 0 { down(r, n-1, bin) }; r.Bin(bin) }
func swap(r *udf.Record, n int64, x, y string) { if n > 0 { swap(r, n-1, y, x) }; r.Bin(x) }
func even(r *udf.Record, bin string) { r.Bin("even"); odd(r, bin) }
func odd(r *udf.Record, bin string) { r.Bin(bin); even(r, "o") }
func growing(r *udf.Record, bin string) { r.Bin(bin); growing(r, bin + "x") }
func get[T any](r *udf.Record, bin string) (t T) { t, _ = udf.Get[T](r, bin); return }
func generic[T any](x T) {}
func rest(r *udf.Record, bins ...string) { for _, bin := range bins { r.Bin(bin) } }
func records(rs ...*udf.Record) {}
func anything(x any) {}
func apply(r *udf.Record, f func(*udf.Record)) { f(r) }
func applyAny(r *udf.Record, f func(any)) { f(r) }
func applySome(r *udf.Record, f func(*udf.Record)) { f = some.Read; f(r) }
func applySet(r *udf.Record, f func(*udf.Record)) { set(&f); f(r) }
func set(f *func(*udf.Record)) {}
func applyRange(r *udf.Record, f func(*udf.Record)) { for _, f = range fs { f(r) } }
func bound(bin string) func(*udf.Record) { return func(r *udf.Record) { r.Bin(bin) } }
func hidden() func(*udf.Record) { return fs[0] }
func result() (f func(*udf.Record)) { f = fs[0]; return }
func named2() (f func(*udf.Record)) { f = readA; return }
func over(r *udf.Record, bins []string) { for _, bin := range bins { r.Bin(bin) } }
func later(r *udf.Record) func() { return func() { r.Bin("l") } }
func back(r *udf.Record) *udf.Record { return r }
func none(r *udf.Record)
func with(f func()) { f() }
func yielding(f func(*udf.Record)) { f(nil) }
type onRecord func(*udf.Record)
var makers []func() func(*udf.Record)
var fs []func(*udf.Record)
var own = func(r *udf.Record) { r.Bin("own") }
var Exported = func(r *udf.Record) {}
var twoOf = readA
func init() { twoOf = constant }
func other() *udf.Record { return nil }
"""


@pytest.mark.parametrize(
    ("body", "names", "arguments"),
    [
        ("readA(r)", "a", ()),
        ("defer readA(r); go constant(r)", "a cd", ()),
        ('read(r, "x")', "x", ()),
        ("read(r, name)", "", (0,)),
        ('twice(r, "x", name)', "x", (0,)),
        ('twice(r, name, "x"); read(r, "y")', "x y", (0,)),
        ("named(nil, r, name); named(r, nil, name)", "", (0,)),
        ("down(r, n, name)", "", (0,)),
        ('swap(r, n, "x", name)', "x", (0,)),
        ('swap(r, n, name, "x")', "x", (0,)),
        ('even(r, "unused")', "even unused o", ()),
        ("even(r, name)", "even o", (0,)),
        ('_ = get[int](r, "x"); _ = get[[]string](r, name)', "x", (0,)),
        ('var v reader; v.read(r, "x"); (&v).both(name, r)', "x m", (0,)),
        ("number(1).Read(r); embeds{}.Read(r); new(embeds).Read(r)", "n", ()),
        ('f := read; f(r, "x")', "x", ()),
        ("f := readA; f(r)", "a", ()),
        ("own(r)", "own", ()),
        ("if r != nil { x := r; readA(x) }", "a", ()),
        ("(readA)((r))", "a", ()),
        # Closures.
        ('get := func(bin string) { r.Bin(bin) }; get("x"); get(name)', "x", (0,)),
        ('get := func(r *udf.Record, bin string) { r.Bin(bin) }; get(r, "x")', "x", ()),
        ('func(r *udf.Record, bin string) { r.Bin(bin) }(r, "x")', "x", ()),
        ('with(func() { r.Bin("x"); read(r, name) })', "x", (0,)),
        ("x := r; with(func() { readA(x) })", "a", ()),
        ("later(r)()", "l", ()),
        # Functions that take records.
        ('apply(r, readA); apply(r, func(r *udf.Record) { r.Bin("x") })', "a x", ()),
        ("apply(r, reader{}.take2)", "t", ()),
        ('apply(r, bound("x")); apply(r, bound(name))', "x", (0,)),
        ("f := readA; f = own; apply(r, f); apply(r, nil)", "a own", ()),
        ("var f func(*udf.Record); f = readA; f(r)", "a", ()),
        ("apply(r, onRecord(readA))", "a", ()),
        ("named2()(r)", "a", ()),
        ('yielding(func(r *udf.Record) { r.Bin("x") })', "x", ()),
        ("fs = append(fs, readA)", "", ()),
        # The record is not passed.
        ('r.Bin("x"); generic(1); anything(n); readA(nil)', "x", ()),
        # One of another call may be.
        ('r.Bin("x"); readA(other())', "x", ()),
    ],
)
def test_followed(register: Register, body: str, names: str, arguments: tuple[int, ...]) -> None:
    source = RECORD_SOURCE + 'func (reader) take2(r *udf.Record) { r.Int("t") }\n'
    found = register(udf_of(body), source).bins
    assert found is not None
    assert (sorted(found.names), found.arguments) == (sorted(names.split()), arguments)


@pytest.mark.parametrize(
    "body",
    [
        "changing(r, name)",
        'read(r, "x" + name)',
        'growing(r, "x")',
        "generic(r)",
        "generic[*udf.Record](r)",
        'rest(r, "x")',
        "records(r)",
        "anything(r)",
        "_ = back(r)",
        "none(r)",
        "over(r, []string{name})",
        "some.Read(r)",
        "number.Read(1, r)",
        "(*udf.Record).Int(r, name)",
        "f := (*udf.Record).Int; f(r, name)",
        "for _, f := range fs { f(r) }",
        "fs[0](r)",
        "f := fs[0]; f(r)",
        "f, ok := some.(func(*udf.Record)); f(r); _ = ok",
        "reader{}.each(r)",
        "f := reader{}.each; f(r)",
        "Exported(r)",
        "twoOf(r)",
        "applyAny(r, anything)",
        "applySome(r, readA)",
        "applySet(r, readA)",
        "applyRange(r, readA)",
        "apply(r, fs[0])",
        "apply(r, some.Read)",
        "apply(r, hidden())",
        "apply(r, makers[0]())",
        "apply(r)",
        "apply(r, result())",
        "apply(r, reader{}.each)",
        "apply(r, Exported)",
        "f := readA; f = fs[0]; f(r)",
        "f := readA; g := &f; *g = fs[0]; f(r)",
        "with(func() { anything(r) })",
        "func(x any) {}(r)",
        "f := func(x any) {}; f(r)",
        "yielding(func(x *udf.Record) { anything(x) })",
        "func(f func(*udf.Record)) { f(r) }(readA)",
        "get := func(bin string) { r.Bin(bin) }; get(name); with2(get)",
        "get := func(bin string) { bin = name + name; r.Bin(bin) }; get(name)",
        "get := func(bins ...string) { r.Bin(bins[0]) }; get(name)",
        "var get func(string); get = func(bin string) { r.Bin(bin) }; get(name)",
        "unknown(r)",
        "unknown.Function(r)",
    ],
)
def test_not_followed(register: Register, body: str) -> None:
    source = RECORD_SOURCE + "func with2(func(string)) {}\n"
    assert register(udf_of(body), source).bins is None


def test_other_packages_of_the_module_are_followed(register: Register) -> None:
    other = (
        'package other\nimport "github.com/GeertJohan/aerospike-mod-go/udf"\n'
        "type T struct{}\nfunc (*T) Read(r *udf.Record, bin string) { read(r, bin, name) }\n"
        'const name = "o"\nfunc read(r *udf.Record, a, b string) { r.Bin(a); r.Bin(b) }\n'
    )
    body = udf_of("var t other.T; t.Read(r, name)")
    assert register(body, "", '"example.com/m/other"\n', other__o=other).bins == BinsRead(("o",), (0,))


def test_another_module_is_not_followed(register: Register) -> None:
    body = udf_of("elsewhere.Read(r)")
    assert register(body, "", '"example.com/elsewhere"\n').bins is None


STREAM_SOURCE = """
func isBig(r *udf.Record) bool { n, _ := r.Int("big"); return n > 1 }
func amount(r *udf.Record) int64 { n, _ := r.Int("amount"); return n }
func over(bin string, least int64) func(*udf.Record) bool {
	return func(r *udf.Record) bool { n, _ := r.Int(bin); return n > least }
}
func big(s *udf.Stream, n int64) *udf.Stream { return udf.Filter(s, isBig) }
func failing(s *udf.Stream) (*udf.Stream, error) { return udf.Filter(s, isBig), nil }
func loop(s *udf.Stream, bin string) (sum int64) {
	for r := range s.Records() { n, _ := r.Int(bin); sum += n }
	return
}
func filter[T any](s *udf.Stream, keep func(T) bool) *udf.Stream { return udf.Filter(s, keep) }
func plus(a, b int64) int64 { return a + b }
func id(n int64) int64 { return n }
func anything(x any) bool { return true }
func same[T any](x T) T { return x }
func asAny(s *udf.Stream) any { return s }
func each(s *udf.Stream) iter.Seq[*udf.Record] { return s.Records() }
type rule struct { bin string; keep func(*udf.Record) bool }
func (rule) Keep(r *udf.Record) bool { r.Int("rule"); return true }
type keeper interface { Keep(*udf.Record) bool }
var some keeper
var kept *udf.Stream
"""


STREAM_SOURCE += """
var r *udf.Record
var kept2 *udf.Record
func maker[T any]() func(T) int64 { return func(x T) int64 { anything(x); return 1 } }
"""


def stream_udf(body: str) -> str:
    return f"func(s *udf.Stream, name string, n int64) *udf.Stream {{ {body} }}"


@pytest.mark.parametrize(
    ("body", "names", "arguments"),
    [
        ("return s", "", ()),
        ("return udf.Reduce(udf.Map(s, amount), plus)", "amount", ()),
        ("return udf.Map(udf.Filter(s, isBig), amount)", "amount big", ()),
        ('return udf.Map(s, func(r *udf.Record) int64 { n, _ := r.Int("a"); return n })', "a", ()),
        ("return udf.Map(s, func(r *udf.Record) int64 { n, _ := r.Int(name); return n })", "", (0,)),
        ('return udf.Filter(s, over("a", n))', "a", ()),
        ("return udf.Filter(s, over(name, n))", "", (0,)),
        ("big := udf.Filter(s, isBig); return udf.Map(big, amount)", "big amount", ()),
        ("s = udf.Filter(s, isBig); s = udf.Map(s, amount); return udf.Map(s, id)", "big amount", ()),
        ("return udf.Map(big(s, n), amount)", "amount big", ()),
        ("b, err := failing(s); if err != nil { return nil }; return b", "big", ()),
        ("var t int64 = loop(s, name); return udf.StreamOf(slices.Values([]int64{t}))", "", (0,)),
        ("for r := range s.Records() { amount(r) }; return nil", "amount", ()),
        ("var r *udf.Record; for r = range s.Records() { amount(r) }; return nil", "amount", ()),
        (
            "return udf.Aggregate(s, map[string]int64{}, "
            'func(m map[string]int64, r *udf.Record) map[string]int64 { r.Int("g"); return m })',
            "g",
            (),
        ),
        (
            "return udf.StreamOf(func(yield func(int64) bool) "
            "{ for r := range s.Records() { if !yield(amount(r)) { return } } })",
            "amount",
            (),
        ),
        ("return udf.Filter(s, rule{}.Keep)", "rule", ()),
        ("return udf.Filter[*udf.Record](s, isBig)", "big", ()),
        ("if s == nil { return s }; return udf.Filter(s, isBig)", "big", ()),
        # Code that does not compile, or does nothing, reads no bin.
        ("s; return udf.Filter(s, isBig)", "big", ()),
        ("failing(s); return s", "big", ()),
    ],
)
def test_streams(register: Register, body: str, names: str, arguments: tuple[int, ...]) -> None:
    found = register(stream_udf(body), STREAM_SOURCE, '"iter"\n"slices"\n').bins
    assert found is not None
    assert (sorted(found.names), found.arguments) == (sorted(names.split()), arguments)


@pytest.mark.parametrize(
    "body",
    [
        "return udf.Filter(s, some.Keep)",
        "return udf.Filter(s, rule{}.keep)",
        "return udf.Filter(s, anything)",
        "return udf.Filter(s, n)",
        "return udf.Filter(s, func() bool { return true })",
        "anything(failing(s)); return s",
        "return udf.Map(s, func(x any) int64 { return 1 })",
        "return udf.Map(s, func(x interface{ TTL() }) int64 { return 1 })",
        "return udf.Map(s, same[*udf.Record])",
        "return udf.Map(s, same[any])",
        "return filter(s, isBig)",
        "return filter(s, anything)",
        "_ = asAny(s); return s",
        "kept = s; return s",
        "return udf.Map(s, maker[*udf.Record]())",
        "return udf.Map(s, maker[any]())",
        "for r = range s.Records() { amount(r) }; return s",
        "for kept2 = range s.Records() { }; return s",
        "for r := range s.Records() { x := any(r); _ = x }; return s",
        "for r := range each(s) { amount(r) }; return s",
        "next, stop := iter.Pull(s.Records()); stop(); next(); return s",
        "records := s.Records(); for r := range records { amount(r) }; return s",
        "records := s.Records; for r := range records() { amount(r) }; return s",
        "x := []*udf.Stream{s}; return x[0]",
        "return udf.Map(s, func(r *udf.Record) *udf.Record { return r })",
        "return udf.Map(s, func(r *udf.Record) any { return r })",
        "for r := range s.Records() { for name := range r.Bins() { _ = name } }; return s",
        "for r := range s.Records() { r.Bin(name + name) }; return s",
        "anything(udf.Filter(s, isBig)); return s",
        "x := any(udf.Filter(s, isBig)); _ = x; return s",
        "var x any; x, _ = failing(s); _ = x; return s",
        "return udf.Unknown(s)",
    ],
)
def test_uncertain_streams(register: Register, body: str) -> None:
    assert register(stream_udf(body), STREAM_SOURCE, '"iter"\n"slices"\n').bins is None


def test_a_chain_of_functions_without_end_is_bounded(package: Callable[..., Package]) -> None:
    sdk = "github.com/GeertJohan/aerospike-mod-go/udf"
    for count, expected in ((400, BinsRead(("a",))), (600, None)):
        links = "".join(f"func f{i}(r *udf.Record) {{ f{i + 1}(r) }}\n" for i in range(count))
        text = (
            f'package m\nimport "{sdk}"\n{links}func f{count}(r *udf.Record) {{ r.Bin("a") }}\n'
            'var _ = udf.Register("f", f0)\n'
        )
        (registration,) = package({"m.go": text}).registrations
        assert registration.bins == expected


def test_the_counters_send_one_bin() -> None:
    folder = Path(__file__).parents[2] / "examples" / "counters"
    package = Loader(DiskFiles()).package(str(folder))
    assert package is not None
    found = {registration.name: registration.bins for registration in package.registrations}
    assert found["add"] == BinsRead((), (0,))
    assert found["take"] == BinsRead(("capacity", "rate", "tokens", "filled_at"))
