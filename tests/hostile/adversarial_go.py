"""Go whose analysis may take long: constants, types, nesting and chains."""

# ruff: noqa: E501 (the inputs are easier to read in one line each)

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.adversarial_input import Input, chain, udf


def constants(scale: int) -> Iterator[Input]:
    n = 1000 * scale
    register = "var _ = udf.Register(c0, F)\n"
    yield Input(
        "doubling numbers", udf(chain(n, "const {0} = {1} + {1}".format) + f"const c{n} = 1\n" + register)
    )
    yield Input(
        "doubling text", udf(chain(n, "const {0} = {1} + {1}".format) + f"const c{n} = `a`\n" + register)
    )
    yield Input("squares", udf(chain(n, "const {0} = {1} * {1}".format) + f"const c{n} = 3\n"))
    yield Input("fractions", udf(chain(n, "const {0} = 1 / ({1} + 1.0)".format) + f"const c{n} = 1.5\n"))
    yield Input("shifts", udf(chain(n, "const {0} = 1 << {1}".format) + f"const c{n} = 1\n"))
    yield Input("circular", udf(chain(n, "const {0} = {1} + {1}".format) + f"const c{n} = c0\n" + register))
    yield Input(
        "through lengths", udf(chain(n, "const {0} = len([{1}]int{{}})".format) + f"const c{n} = 1\n")
    )
    sized = "type T{0} [{1}]int\nconst {0} = len(T{0}{{}})".format
    yield Input("through types", udf(chain(n, sized) + f"const c{n} = 1\n" + register))
    huge = (
        "const a = 1 << 1 << 20\nconst b = 1e1000000000\nconst d = 0x1p1000000000\nconst e = 1e-1000000000\n"
    )
    huge += "const g = 1" + "0" * 100_000 * scale + "\nconst h = 1." + "1" * 100_000 * scale
    huge += (
        "\nconst i = `" + "a" * 200_000 * scale + "`\nconst j = i + i + i\nconst k = '" + "a" * 10_000 + "'\n"
    )
    yield Input("huge literals", udf(huge, "rec.Set(j, 1)"))
    local = "const c0 = `0123456789abcdef`\n" + "".join(
        f"const c{i + 1} = c{i} + c{i}\n" for i in range(n // 4)
    )
    yield Input("local", udf("", local + f"rec.Set(c{n // 4}, 1)"))
    for builtin in (
        "min({}, 2)",
        "max(1, {})",
        "real(complex({}, 1))",
        "len([{}]int{{}})",
        "int64({})",
        "-{}",
        "!{}",
    ):
        expr = "1"
        for _ in range(95):
            expr = builtin.format(expr)
        yield Input(f"nested {builtin}", udf(f"const x = {expr}\nvar y = {expr}\n", f"n = int({expr})"))


def types(scale: int) -> Iterator[Input]:
    n = 600 * scale
    use = 'func G(rec *udf.Record, x c0) {}\nvar _ = udf.Register("g", G)\nvar v c0\nvar _ = udf.Register("v", v.M)\n'
    last = f"type c{n} int\n"
    shapes = {
        "struct": "type {0} struct {{ L, R {1} }}",
        "embedding": "type {0} struct {{ {1}; *other{1} }}\ntype other{0} struct {{ {1}; *other{1} }}",
        "diamonds": "type {0} struct {{ l{0}; r{0} }}\ntype l{0} struct {{ {1} }}\ntype r{0} struct {{ {1} }}",
        "interfaces": "type {0} interface {{ {1}; o{1} }}\ntype o{0} interface {{ {1}; o{1} }}",
        "aliases": "type {0} = struct {{ L, R {1} }}",
        "alias chain": "type {0} = {1}",
        "slices": "type {0} = []{1}",
        "maps": "type {0} = map[{1}]{1}",
        "functions": "type {0} = func({1}, {1}) ({1}, {1})",
        "names": "type {0} {1}",
        "arrays": "type {0} [len({1}{{}})]{1}",
        "pointers": "type {0} *{1}",
        "methods": "type {0} struct {{ {1} }}\nfunc (x {0}) M{0}() {1} {{ return x.{1} }}",
    }
    for name, line in shapes.items():
        yield Input(
            f"types: {name}",
            udf(chain(n, line.format) + last + use, "var x c0; _ = x.Missing; x.L.R.L.R = 1"),
        )
        yield Input(f"circular types: {name}", udf(chain(n, line.format) + f"type c{n} = c0\n" + use))
    pair = "type Pair[A, B any] struct { L A; R B }\n"
    generic = "type {0}[T any] struct {{ X {1}[Pair[T, T]] }}"
    yield Input(
        "generics",
        udf(
            pair
            + chain(n, generic.format)
            + f"type c{n}[T any] struct {{ X T }}\n"
            + use.replace("x c0", "x c0[int]")
        ),
    )
    generic = "type {0}[T any] = {1}[Pair[T, T]]"
    yield Input(
        "generic aliases",
        udf(
            pair
            + chain(n, generic.format)
            + f"type c{n}[T any] struct {{ X T }}\n"
            + use.replace("x c0", "x c0[int]")
        ),
    )
    calls = "func {0}[T any](x T) {{ {1}(Pair[T, T]{{x, x}}) }}"
    yield Input(
        "generic calls", udf(pair + chain(n, calls.format, "g") + f"func g{n}[T any](x T) {{}}\n", "g0(n)")
    )
    returns = "func {0}[T any](x T) Pair[T, T] {{ return Pair[T, T]{{x, x}} }}"
    nested = "n"
    for _ in range(90):
        nested = f"g0({nested})"
    yield Input("inferred calls", udf(pair + chain(1, returns.format, "g"), f"x := {nested}; _ = x"))
    yield Input(
        "growing",
        udf(
            "type T[P any] struct { X *T[[]P] }\ntype U[P any] U[Pair[P, P]]\n"
            + pair
            + "func G(rec *udf.Record, x T[int], y U[int]) {}\nvar _ = udf.Register(`g`, G)\n"
        ),
    )
    union = " | ".join(f"~[{i}]int" for i in range(3000 * scale))
    yield Input("union", udf(f"type C interface {{ {union} }}\nfunc G[T C](x T) {{}}\n", "G(n)"))
    constraint = "type {0} interface {{ ~[]int; {1}; {1} }}"
    yield Input(
        "constraints",
        udf(
            chain(n, constraint.format) + f"type c{n} interface {{}}\nfunc G[T c0](x T) T {{ return x }}\n",
            "_ = G(n)",
        ),
    )
    fields = "\n".join(f'F{i} int `udf:"f{i}"`' for i in range(4000 * scale))
    yield Input(
        "fields",
        udf(
            f"type S struct {{\n{fields}\n}}\nfunc G(rec *udf.Record, x S) {{}}\nvar _ = udf.Register(`g`, G)\n"
        ),
    )
    methods = "\n".join(f"func (S) M{i}() {{ }}" for i in range(3000 * scale))
    yield Input("method set", udf(f"type S struct{{}}\n{methods}\nvar i any = S{{}}\n"))


def nesting(scale: int) -> Iterator[Input]:
    n = 10_000 * scale
    pairs = [
        "()",
        "{}",
        "[]",
        "f(|)",
        "func() {|}()",
        "[]any{|}",
        "G[|]",
        "func(|)",
        "if n > 1 {|}",
        "for {|}",
        "switch {case n > 1:|}",
        "select {case <-c:|}",
        "go func() {|}()",
        "map[int]|",
        "struct{ A |}",
        "chan |",
        "*|",
        "!|",
        "<-|",
        "interface{ M(|) }",
        "x.(|)",
        "x[|:]",
        "L: |",
        "&T{A: |}",
        "defer func() {|}()",
    ]
    for pair in pairs:
        before, _, after = (
            (pair[0], "", pair[1]) if "|" not in pair and len(pair) == 2 else pair.partition("|")
        )
        deep = before * n + "n" + after * n
        yield Input(f"nested statements {pair}", udf("func f(n int) int { return n }\n", deep))
        deep = before * (n // 4) + "n" + after * (n // 4)
        yield Input(
            f"nested value {pair}",
            udf(
                f"var deep = {deep}\nvar _ = udf.Register(`d`, {deep})\ntype D {deep}\nconst K = {deep}\nfunc H(x {deep}) ({deep})\n"
            ),
        )
        yield Input(f"unclosed {pair}", udf("", before * n))
        yield Input(f"half closed {pair}", udf("", before * n + after * (n // 2)))


def chains(scale: int) -> Iterator[Input]:
    n = 5000 * scale
    for name, body in {
        "selectors": "_ = x" + ".b" * n,
        "calls": "_ = f" + "(1)" * n,
        "method calls": "_ = rec" + ".Get(`a`)" * n,
        "indices": "_ = x" + "[0]" * n,
        "assertions": "_ = x" + ".(T)" * n,
        "sums": "n = n" + " + n" * n,
        "texts": "rec.Set(`a`" + " + `a`" * n + ", 1)",
        "conditions": "if n > 1" + " && n > 1 || n < 2" * n + " { n++ }",
        "comparisons": "_ = n" + " == n" * n,
        "else if": "if n > 0 { n++ }" + " else if n > 1 { rec.Set(`a`, 1) }" * n,
        "cases": "switch n {\n" + "".join(f"case {i}: rec.Set(`a`, {i})\n" for i in range(n)) + "}",
        "case values": "switch n { case " + ", ".join(map(str, range(n))) + ": n++ }",
        "labels": "".join(f"L{i}: for {{ goto L{(i * 7) % n} }}\n" for i in range(n // 5)),
        "gotos": "".join(f"L{i}:\nif n > {i} {{ goto L{(i * 7) % (n // 5)} }}\n" for i in range(n // 5)),
        "variables": "x0 := n\n"
        + "".join(f"x{i + 1} := x{i} + x{i}\n" for i in range(n // 2))
        + f"n = x{n // 2}",
        "functions held": "f0 := func() {}\n"
        + "".join(f"f{i + 1} := f{i}\n" for i in range(n // 2))
        + f"f{n // 2}()",
        "closures": "".join(f"g{i} := func() {{ n++; rec.Set(`a`, n) }}\ng{i}()\n" for i in range(n // 5)),
        "goroutines": "go func() { n++ }()\n" * (n // 2),
        "branches": "if n > 0 { rec.Set(`a`, 1) }\n" * n,
        "returns": "if n > 0 { rec.Set(`a`, 1); if rec.Update() != nil { return 1 } }\n" * (n // 2),
        "defers": "defer func() { rec.Set(`a`, 1) }()\n" * (n // 2),
        "locks": "mu.Lock(); state = n; if n > 3 { mu.Unlock(); return 1 }; mu.Unlock()\n" * (n // 5),
        "loops": "for i := range n { for { if i > 3 { break }; rec.Set(`a`, i) } }\n" * (n // 5),
        "shadows": "".join("{ n := n; _ = n\n" for _ in range(95)) + "}" * 95,
        "selects": "select {\n" + "case <-c: n++\n" * n + "}",
        "bins": "".join(f"rec.Set(`bin{i}`, rec.Bin(`bin{i}`).(int))\n" for i in range(n // 2)),
        "same name": "n := n\n" * n,
        "arguments": "f(" + ", ".join("n" for _ in range(n)) + ")",
        "assignments": ", ".join(f"a{i}" for i in range(n)) + " := " + ", ".join("n" for _ in range(n)),
        "composite": "_ = []int{" + ", ".join(f"{i}: n" for i in range(n)) + "}",
        "slices": "_ = [...]int{1 << 40: 1}; _ = [1 << 62]int{}",
    }.items():
        extra = "var mu sync.Mutex\nvar state int\nvar c chan int\nfunc f(...int) int { return 1 }\n"
        yield Input(f"chain of {name}", udf(extra, body, 'import "sync"'))
    functions = "".join(
        f"func g{i}(rec *udf.Record) {{ g{i + 1}(rec); g{(i * 7) % n}(rec) }}\n" for i in range(n // 2)
    )
    yield Input("call path", udf(functions + f"func g{n // 2}(rec *udf.Record) {{ println() }}\n", "g0(rec)"))
    held = (
        "".join(f"var v{i} = v{i + 1}\n" for i in range(n // 2))
        + f"var v{n // 2} = F\nvar _ = udf.Register(`v`, v0)\n"
    )
    yield Input("variables that hold", udf(held))
    calls = "".join(f"func init() {{ udf.Register(`n{i}`, F) }}\n" for i in range(n // 5))
    yield Input("registrations", udf(calls))
    same = "udf.Register(`same`, F)\n" * (n // 5)
    yield Input("duplicates", udf(f"func init() {{\n{same}}}\n"))
    unknown = "".join(f"func init() {{ udf.Register(`u{i}`, Gunction{i}) }}\n" for i in range(n // 10))
    near = "".join(f"func Funktion{i}() {{}}\n" for i in range(n // 10))
    yield Input("nearest names", udf(unknown + near))
