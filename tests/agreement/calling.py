"""Random UDF modules whose functions call each other by every kind of call in Go."""

from __future__ import annotations

import random
from pathlib import Path

from tests.agreement.modules import ROOT, write
from tests.agreement.source import SDK

_HEAD = """package {name}

import (
	"sync"
{imports}
	"{sdk}"
)

type T struct{{ n int; fn func() }}
type E struct{{ *T; B[int] }}
type B[P any] struct{{ v P }}
type I interface{{ m0(); P0() }}
type H func()
type other struct{{}}

var flag = len("a") > 1
var t T
var e E
var b B[string]
var i I = &t
var table = map[string]func(){{"a": leaf0, "b": func() {{ leaf1() }}}}
var hook = func() {{ leaf2() }}
var named = leaf3
var changed = leaf4
var taken = leaf5
var Public = func() {{ leaf6() }}
var once sync.Once
var place = &taken
{uses}

func leaf0() {{}}
func leaf1() {{}}
func leaf2() {{}}
func leaf3() {{}}
func leaf4() {{}}
func leaf5() {{}}
func leaf6() {{}}
func change() {{ changed = f6 }}
func apply(f func()) {{ f() }}
func both[A any](a A, f func(A)) A {{ f(a); return a }}
func give() func() {{ return f7 }}
func giveMethod() func() {{ return t.m1 }}
func (other) m0() {{ f8() }}
func (other) P0() {{ f9() }}
"""

# Statements. F is a function of the package, X any function, @ a new name.
_STATEMENTS = [
    *["X()"] * 6,
    "t.m0()",
    "(&t).P0()",
    "e.m1()",
    "e.P1()",
    "e.T.m0()",
    "e.Get()",
    "b.Get()",
    "new(B[bool]).Put()",
    "T.m1(t)",
    "(*T).P1(&t)",
    "(*E).m1(&e)",
    "B[int].Get(e.B)",
    "I.m0(i)",
    "i.P0()",
    "I(other{}).m0()",
    "other{}.P0()",
    "gen(1)",
    "gen[string](`a`)",
    "both(1, func(int) { X() })",
    "_ = both(`a`, takes)",
    "go X()",
    "defer X()",
    "go func() { X() }()",
    "defer func() { recover(); X() }()",
    "func() { X() }()",
    "func() { func() { X() }() }()",
    "@ := X; @()",
    "@ := t.m1; @()",
    "@ := T.m0; @(t)",
    "@ := e.P1; go @()",
    "@ := gen[int]; @(1)",
    "@ := X; @ = F; @()",
    "@ := X; if flag { @ = F }; @()",
    "@ := X; func() { @ = F }(); @()",
    "@ := X; @p := &@; *@p = F; @()",
    "@ := func() { X() }; @()",
    "@ := func() { X() }; @ = F; @()",
    "@ := func() { X() }; _ = @",
    "var @ func() = X; @()",
    "var @ func(); @ = X; @()",
    "var @, @2 = X, F; @(); @2()",
    "@, @2 := X, F; @(); _ = @2",
    "@ := X; @2 := @; @2()",
    "@ := H(X); @()",
    "H(X)()",
    "(X)()",
    "(func())(X)()",
    "hook()",
    "named()",
    "changed()",
    "taken()",
    "Public()",
    "table[`a`]()",
    "give()()",
    "giveMethod()()",
    "apply(X)",
    "apply(t.m0)",
    "apply(func() { X() })",
    "once.Do(X)",
    "once.Do(func() { X() })",
    "T{fn: X}.fn()",
    "@ := T{fn: X}; @.fn()",
    "for _, @ := range []func(){X, F} { @() }",
    "for range 2 { X() }",
    "if flag { X() } else { F() }",
    "switch { case flag: X(); fallthrough; default: F() }",
    "switch @ := any(X).(type) { case func(): @() }",
    "select { default: X() }",
    "@ := make(chan func(), 1); @ <- X; (<-@)()",
    "@ := X; { @ := F; @() }; _ = @",
    "_ = udf.Map(nil, mapped)",
    "_ = udf.Filter(nil, func(int) bool { X(); return true })",
    "_ = udf.Reduce[int](nil, reduced)",
    "@ := mapped; _ = udf.Map(nil, @)",
    "_ = udf.Aggregate(nil, 0, func(a int, r int) int { X(); return a + r })",
]

_TAIL = """
func (q T) m0() {{ {0} }}
func (q *T) P0() {{ {1} }}
func (q T) m1() {{ {2} }}
func (q *T) P1() {{ {3} }}
func (q B[P]) Get() {{ {4} }}
func (q *B[P]) Put() {{ {5} }}
func gen[P any](p P) {{ {6} }}
func takes(s string) {{ {7} }}
func mapped(n int) int {{ {8}; return n }}
func reduced(a, c int) int {{ {9}; return a }}
"""

_REGISTRATIONS = [
    "func u@(r *udf.Record) { X() }\nfunc init() { udf.Register(`u@`, u@) }",
    "func u@(s *udf.Stream) *udf.Stream { X(); return udf.Map(s, mapped) }\nvar _ = udf.Register(`u@`, u@)",
    "var _ = udf.Register(`u@`, func() { X(); F() })",
    "func init() { udf.Register(`u@`, X) }",
    "var _ = udf.Register(`u@`, t.m1)",
    "var _ = udf.Register(`u@`, (*T).P1)",
    "var _ = udf.Register(`u@`, e.Get)",
    "var _ = udf.Register(`u@`, gen[int])",
    "var _ = udf.Register(`u@`, named)",
    "var _ = udf.Register(`u@`, changed)",
    "var _ = udf.Register(`u@`, hook)",
    "var _ = udf.Register(`u@`, any(X))",
    "var _ = udf.Register(`u@`, H(F))",
    "var _ = udf.Register(`u@`, give())",
    "func init() { f := X; udf.Register(`u@`, f) }",
    "func init() { f := X; if flag { f = F }; udf.Register(`u@`, func() { f() }) }",
    "func init() { f := func() { X() }; udf.Register(`u@`, f) }",
]

_FUNCTIONS = 14


def write_calling(folder: Path, seed: int, size: int) -> Path:
    """Writes a Go module of `size` packages, each of which may call earlier ones. Returns its folder."""
    rng = random.Random(seed)
    module = folder / "app"
    mod = f"module example.com/gen\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n\nreplace {SDK} => {ROOT}/udf\n"
    write(module / "go.mod", mod)
    for number in range(size):
        before = rng.sample(range(number), min(number, rng.choice([0, 1, 2])))
        write(module / f"p{number}" / "p.go", _package(rng, number, before))
    return module


def _package(rng: random.Random, number: int, before: list[int]) -> str:
    count = 0

    def filled(text: str) -> str:
        nonlocal count
        count += 1
        own = [f"f{n}" for n in range(_FUNCTIONS)]
        others = [f"p{other}.F{n}" for other in before for n in range(3)]
        while "X" in text:
            text = text.replace("X", rng.choice(own + others), 1)
        return text.replace("@", f"v{count}")

    def body() -> str:
        chosen = rng.choices(_STATEMENTS, k=rng.randrange(5))
        return "; ".join(filled(each) for each in chosen)

    imports = "\n".join(f'\t"example.com/gen/p{other}"' for other in before)
    uses = "\n".join(f"var _ = p{other}.F0" for other in before)
    text = _HEAD.format(name=f"p{number}", imports=imports, sdk=SDK, uses=uses)
    text += f"\nfunc F() {{ {body()} }}\n"
    for index in range(_FUNCTIONS):
        text += f"func f{index}() {{ {body()} }}\n"
    for index in range(3):
        text += f"func F{index}() {{ {body()} }}\n"
    text += _TAIL.format(*(body() for _ in range(10)))
    for each in rng.choices(_REGISTRATIONS, k=rng.choice([1, 2, 3])):
        text += filled(each) + "\n"
    return text
