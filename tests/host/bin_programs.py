"""Random Go modules whose UDFs read bins in every way: through functions of two packages, methods, closures,
function values, aliases, recursion, and through what no analysis follows."""

from __future__ import annotations

import random

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
BINS = tuple("abcdefgh")

# What the functions of both packages use. `left` bounds the work of a call, since functions call each other.
_COMMON = """
var left int
var empty string

func spend() bool { left--; return left > 0 }

type holder struct { r *udf.Record; read func(*udf.Record) }
type reader interface { Read(r *udf.Record, bin string) }
type byName struct{ prefix string }

func (byName) Read(r *udf.Record, bin string) { r.Int(bin) }
func (byName) Other(bin string, r *udf.Record) { r.Int(bin); r.Float("h") }

var kept *udf.Record
var some reader = byName{}
var table = map[string]func(*udf.Record){"x": func(r *udf.Record) { r.Int("g") }}

func must[T any](v T, err error) T { if err != nil { panic(err) }; return v }
func keep(r *udf.Record) { kept = r }
func readKept(bin string) { kept.Int(bin) }
func next(bin string) string { return string('a' + (bin[0]-'a'+1)%8) }
func ofAny(x any, bin string) { if r, ok := x.(*udf.Record); ok { r.Int(bin) } }
func (h holder) use(bin string) { h.r.Int(bin) }
func back(r *udf.Record) *udf.Record { return r }
func apply(r *udf.Record, f func(*udf.Record)) { f(r) }
func applyTo[T any](x T, f func(T)) { f(x) }
func get[T any](r *udf.Record, bin string) T { return must(udf.Get[T](r, bin)) }
func setTo(f *func(*udf.Record)) { *f = table["x"] }
func maker(bin string) func(*udf.Record) { return func(r *udf.Record) { r.Int(bin) } }
func makerOf[T any](bin string) func(T) { return func(x T) { ofAny(x, bin) } }
func fromTable() func(*udf.Record) { return table["x"] }
func rest(r *udf.Record, bins ...string) { for _, bin := range bins { r.Int(bin) } }
func with(f func()) { f() }
func one(*udf.Record) int64 { return 1 }
func each(s *udf.Stream, f func(*udf.Record)) { for r := range s.Records() { f(r) } }
func filter(s *udf.Stream, f func(*udf.Record)) *udf.Stream {
	return udf.Filter(s, func(r *udf.Record) bool { f(r); return true })
}
func applyEach[T any](s *udf.Stream, f func(T)) *udf.Stream {
	return udf.Map(s, func(x T) int64 { f(x); return 1 })
}
"""

# Signatures of the random functions: the parameters, and a call.
_SHAPES = (
    ("r *udf.Record", "NAME(r)"),
    ("r *udf.Record, bin string", "NAME(r, BIN)"),
    ("bin string, r *udf.Record, n int", "NAME(BIN, r, 1)"),
    ("r *udf.Record, one, bin string", 'NAME(r, BIN, "c")'),
    ("_, r *udf.Record, bin string", "NAME(nil, r, BIN)"),
)

_READS = (
    "r.Int(BIN)",
    "_, _ = r.String(BIN)",
    "_ = (r).Bin(BIN)",
    "_ = must(udf.Get[any](r, BIN))",
    "_ = get[any](r, BIN)",
    "byName{}.Read(r, BIN)",
    "(&byName{}).Other(BIN, r)",
    "{ x := r; x.Int(BIN) }",
    "{ var x *udf.Record; x = r; _ = x.Bin(BIN) }",
    "{ b := BIN; r.Int(b) }",
    "maker(BIN)(r)",
    "apply(r, maker(BIN))",
    "apply(r, func(q *udf.Record) { q.Int(BIN) })",
    '{ f := func(b string) { r.Int(b) }; f(BIN); f("d") }',
    "{ f := func(q *udf.Record, b string) { q.Int(b) }; f(r, BIN) }",
    "func(b string) { r.Int(b) }(BIN)",
    'for _, b := range []string{"e", BIN} { r.Int(b) }',
    "{ f := byName{}.Read; f(r, BIN) }",
    "with(func() { r.Int(BIN) })",
)

_NOT_FOLLOWED = (
    "ofAny(r, BIN)",
    "keep(r); readKept(BIN)",
    "holder{r: r}.use(BIN)",
    "{ h := &holder{}; h.r = r; h.use(BIN) }",
    "back(r).Int(BIN)",
    "some.Read(r, BIN)",
    'table["x"](r)',
    "apply(r, fromTable())",
    "apply(r, holder{read: maker(BIN)}.read)",
    '{ f := maker(BIN); f = table["x"]; f(r) }',
    "{ f := maker(BIN); setTo(&f); f(r) }",
    "applyTo[any](r, func(x any) { ofAny(x, BIN) })",
    "apply(r, makerOf[*udf.Record](BIN))",
    "rest(r, BIN)",
    "{ f := r.Int; f(BIN) }",
    "byName.Read(byName{}, r, BIN)",
    "(*udf.Record).Int(r, BIN)",
    "{ rs := []*udf.Record{r}; rs[0].Int(BIN) }",
    "{ c := make(chan *udf.Record, 1); c <- r; (<-c).Int(BIN) }",
    "{ q := &r; (*q).Int(BIN) }",
    "{ q := *r; q.Int(BIN) }",
    "for name, v := range r.Bins() { _, _ = name, v }",
    "{ var x any = r; x.(*udf.Record).Int(BIN) }",
    "switch x := any(r).(type) { case *udf.Record: x.Int(BIN) }",
    "{ f := func(b string) { r.Int(b) }; g := f; g(BIN) }",
    "{ b := BIN; b = next(b); r.Int(b) }",
    "{ b := BIN; p := &b; *p = next(b); r.Int(b) }",
)

_AROUND = (
    "if left%2 == 0 { INNER }",
    "for range 2 { INNER }",
    "func() { INNER }()",
    "{ b := BIN; _ = b; INNER }",
    "with(func() { INNER })",
    "func(r *udf.Record) { INNER }(r)",
    "{ f := func(bin string) { INNER }; f(BIN) }",
    "{ f := func(r *udf.Record, bin string) { INNER }; f(r, BIN) }",
    "{ r := r; INNER }",
    "apply(r, func(r *udf.Record) { INNER })",
)


_STREAMS = (
    "return udf.Map(s, func(r *udf.Record) int64 { INNER; return 1 })",
    "for r := range s.Records() { INNER }; return nil",
    "x := s; each(x, func(r *udf.Record) { INNER }); return nil",
    "each(s, maker(BIN)); return nil",
    "return udf.Aggregate(s, int64(0), func(n int64, r *udf.Record) int64 { INNER; return n + 1 })",
    "s = filter(s, func(r *udf.Record) { INNER }); s = filter(s, maker(BIN)); return udf.Map(s, one)",
    "return udf.Map(filter(s, func(r *udf.Record) { INNER }), func(r *udf.Record) int64 { return 1 })",
    "return udf.StreamOf(func(yield func(int64) bool) "
    "{ for r := range s.Records() { INNER; if !yield(1) { return } } })",
    "return applyEach(s, func(r *udf.Record) { INNER })",
    "return udf.Map(s, func(x any) int64 { r := x.(*udf.Record); INNER; return 1 })",
    "return applyEach(s, func(x any) { ofAny(x, BIN) })",
)


class _Writer:
    """Writes the functions of one package. `sure` is the share of statements that the analysis follows."""

    def __init__(self, chance: random.Random, calls: list[str]) -> None:
        self.chance = chance
        self.calls = calls
        self.sure = 1.0

    def body(self, depth: int, has_bin: bool) -> str:
        """Statements that use `r`, and `bin` if there is one."""
        return "; ".join(self.statement(depth, has_bin) for _ in range(self.chance.randint(1, 3)))

    def name(self, has_bin: bool) -> str:
        """An expression for the name of a bin."""
        name = "bin" if has_bin and self.chance.random() < 0.6 else f'"{self.chance.choice(BINS)}"'
        if self.chance.random() > self.sure:
            return self.chance.choice((f"next({name})", f"({name})[:1] + empty", f"{name} + empty"))
        return name

    def statement(self, depth: int, has_bin: bool) -> str:
        chance = self.chance
        name = self.name(has_bin)
        if chance.random() > self.sure:
            return chance.choice(_NOT_FOLLOWED).replace("BIN", name)
        if depth == 0 or chance.random() < 0.3:
            return chance.choice(_READS).replace("BIN", name)
        if chance.random() < 0.5 and self.calls:
            return chance.choice(("", "defer ")) + chance.choice(self.calls).replace("BIN", name)
        around = chance.choice(_AROUND)
        inner = self.body(depth - 1, has_bin or "bin string" in around)
        return around.replace("BIN", name).replace("INNER", inner)

    def function(self, name: str) -> str:
        """The declaration of a function, which may call itself and those before it."""
        chance = self.chance
        parameters, call = chance.choice(_SHAPES)
        receiver = chance.choice(("", "", "(byName) "))
        self.calls.append(call.replace("NAME", f"byName{{}}.{name}" if receiver else name))
        self.sure = chance.choice((1.0, 1.0, 0.9))
        inner = self.body(2, "bin" in parameters)
        changes = "; bin = next(bin)" if "bin" in parameters and chance.random() < 0.1 else ""
        if len(self.calls) > 12:
            self.calls.pop(chance.randrange(len(self.calls)))
        return f"func {receiver}{name}({parameters}) {{ if !spend() {{ return }}; {inner}{changes} }}\n"


def program(seed: int, count: int) -> dict[str, str]:
    """The files of a module with `count` record UDFs f0, f1, … and as many stream UDFs s0, s1, …, which take
    the name of a bin."""
    chance = random.Random(seed)
    inner, outer = _Writer(chance, []), _Writer(chance, [])
    inner_text = "".join(inner.function(f"I{index}") for index in range(count))
    outer.calls = [
        call.replace("byName{}", "inner.ByName()") if "byName" in call else f"inner.{call}"
        for call in inner.calls
    ]
    outer_text = "".join(outer.function(f"h{index}") for index in range(count))
    for index in range(count):
        outer.sure = chance.choice((1.0, 1.0, 0.9))
        outer_text += f"func f{index}(r *udf.Record, bin string) {{ reset(); {outer.body(2, True)} }}\n"
        stream = (
            chance.choice(_STREAMS).replace("INNER", outer.body(2, True)).replace("BIN", outer.name(True))
        )
        outer_text += f"func s{index}(s *udf.Stream, bin string) *udf.Stream {{ reset(); {stream} }}\n"
        for name in (f"f{index}", f"s{index}"):
            outer_text += f'func init() {{ udf.Register("{name}", {name}) }}\n'
    head = f'import "{SDK}"\n{_COMMON}'
    return {
        "m.go": f'package m\nimport "example.com/m/inner"\n{head}'
        f"func reset() {{ left = 40; inner.Reset() }}\n{outer_text}",
        "inner/inner.go": f"package inner\n{head}"
        "func Reset() { left = 40 }\nfunc ByName() byName { return byName{} }\n"
        f"{inner_text}",
    }
