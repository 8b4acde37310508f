"""Inputs that are made to take long: each is a small folder of files whose shape, not size, is hostile.

`inputs(scale)` gives all of them: at scale 1 each has some hundred kilobytes at most. test_inputs.py runs lint and
the language server on each in a process of its own, with bounds on time and memory.
"""

# ruff: noqa: E501 (the inputs are easier to read in one line each)

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple, Union

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
GO_MOD = f"module example.com/m\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n"

Text = Union[str, bytes]


class Input(NamedTuple):
    """A folder: its files by relative path. A server opens the Go files of its top."""

    name: str
    files: dict[str, Text]


def udf(source: str, body: str = "", imports: str = "") -> dict[str, Text]:
    """A module with a UDF, `source` beside it and `body` in it."""
    head = f'package m\n\nimport "{SDK}"\n{imports}\n'
    text = f'{head}\nvar _ = udf.Register("f", F)\n\nfunc F(rec *udf.Record, n int) int {{\n{body}\nreturn n\n}}\n'
    return {"go.mod": GO_MOD, "a.go": text + source}


def chain(count: int, line: Callable[[str, str], str], name: str = "c") -> str:
    """Declarations of which each needs the next."""
    return "".join(line(f"{name}{i}", f"{name}{i + 1}") + "\n" for i in range(count))


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


def texts(scale: int) -> Iterator[Input]:
    n = 20_000 * scale
    yield Input("comments", udf("// comment\n" * n + "/* c */ " * n))
    yield Input("unclosed comment", udf("/*" * n))
    yield Input("unclosed text", udf("var x = `" + "'\"" * n))
    yield Input("quotes", udf('"\n' * n))
    yield Input("suppressions", udf("//modgo:ignore MG301 why\nvar _ = 1\n" * (n // 10)))
    yield Input("wrong suppressions", udf("//modgo:ignore MG999\n// modgo:ignore\n" * (n // 20)))
    codes = ",".join(f"MG{i}" for i in range(n // 4))
    yield Input("long suppression", udf(f"//modgo:ignore {codes} why\nvar x = 1\n"))
    yield Input("directives", udf("//go:linkname a b\n//go:build linux\n" * (n // 4)))
    blank = " " * n * 10
    yield Input("blanks in a directive", udf(f"//go:linkname x{blank}y{blank}z\nvar x = 1\n"))
    build = "//go:build " + "(" * 5000 + "linux" + ")" * 5000 + "\n\n"
    yield Input(
        "build constraint", {"go.mod": GO_MOD, "a.go": build + "package m\n", "b.go": udf("")["a.go"]}
    )
    build = "//go:build " + "!" * n + "linux || " + " && ".join(["a"] * n) + "\n\n"
    yield Input(
        "long build constraint", {"go.mod": GO_MOD, "a.go": build + "package m\n", "b.go": udf("")["a.go"]}
    )
    plus = "// +build " + " ".join(f"!a{i},b" for i in range(n)) + "\n\npackage m\n"
    yield Input("plus build", {"go.mod": GO_MOD, "a.go": plus, "b.go": udf("")["a.go"]})
    yield Input("one line", udf("var x = []int{" + "1," * n + "}"))
    yield Input("blank lines", udf("\n" * n * 10))
    yield Input("carriage returns", udf("\r" * n + "\r\n" * n))
    yield Input("braces", udf("{}" * n))
    yield Input("closing", udf(")}]" * n))
    yield Input("package clauses", udf("package m\n" * n))
    yield Input(
        "imports", udf("", "", "".join(f'import a{i} "example.com/m/p{i}"\n' for i in range(n // 10)))
    )
    yield Input("imports behind", udf('import "os"\n' * (n // 10)))
    yield Input("dots", udf("", "", "".join(f'import . "example.com/p{i}"\n' for i in range(n // 20))))
    yield Input("funcs", udf("func " * n))
    yield Input("half declarations", udf("func (\n" * (n // 4)))
    yield Input("long name", udf(f"func {'a' * n * 10}() {{}}\nvar _ = udf.Register(`{'b' * n * 10}`, F)\n"))
    yield Input("wide characters", udf("var é" + "é" * n + " = `" + "\U0001f600" * n + "`\n"))
    yield Input("nothing", {"go.mod": GO_MOD, "a.go": b"\0" * n * 10})
    yield Input(
        "noise", {"go.mod": GO_MOD, "a.go": random.Random(1).randbytes(n * 5), "b.go": udf("")["a.go"]}
    )
    yield Input(
        "tags",
        udf(
            "type S struct { A int `"
            + 'udf:"a" ' * n
            + "` }\nfunc G(rec *udf.Record, x S) {}\nvar _ = udf.Register(`g`, G)\n"
        ),
    )
    yield Input(
        "a large file",
        {"go.mod": GO_MOD, "a.go": udf("")["a.go"], "b.go": "package m\n" + "// large\n" * 800_000},
    )


def modules(scale: int) -> Iterator[Input]:
    n = 300 * scale
    source = udf("")["a.go"]
    many: dict[str, Text] = {
        f"f{i}.go": f"package m\n\nfunc f{i}() int {{ return f{i + 1}() }}\n" for i in range(n * 2)
    }
    yield Input("many files", {"go.mod": GO_MOD, "a.go": source, **many})
    ring: dict[str, Text] = {}
    for i in range(n):
        imports = f'import "{SDK}"\nimport "example.com/m/p{(i + 1) % n}"\nimport q "example.com/m/p{(i * 7) % n}"\n'
        body = f"var _ = udf.Register(`u{i}`, F)\nfunc F(rec *udf.Record) {{ p{(i + 1) % n}.F(rec); q.F(rec) }}\n"
        ring[f"p{i}/p.go"] = f"package p{i}\n\n{imports}\n{body}"
    yield Input("import cycle", {"go.mod": GO_MOD, **ring})
    wide = "".join(f'import _ "example.com/m/p{i}"\n' for i in range(n))
    packages: dict[str, Text] = {f"p{i}/p.go": f"package p{i}\n" for i in range(n)}
    yield Input("wide imports", {"go.mod": GO_MOD, **packages, "a.go": udf("", "", wide)["a.go"]})
    lattice: dict[str, Text] = {}
    for i in range(60):
        imports = "".join(f'import "example.com/m/l{j}"\n' for j in range(i + 1, 60))
        consts = "".join(f" + l{j}.C" for j in range(i + 1, 60))
        lattice[f"l{i}/l.go"] = f"package l{i}\n\n{imports}\nconst C = 1{consts}\n"
    yield Input(
        "lattice of constants",
        {
            "go.mod": GO_MOD,
            **lattice,
            "a.go": udf(
                "var _ = udf.Register(string(rune(l0.C)), F)\n", "n = l0.C", 'import "example.com/m/l0"'
            )["a.go"],
        },
    )
    require = "".join(f"\texample.com/r{i} v1.0.{i}\n" for i in range(n * 20))
    yield Input("go.mod: requires", {"go.mod": GO_MOD + f"require (\n{require})\n", "a.go": source})
    yield Input(
        "go.mod: replaces",
        {
            "go.mod": GO_MOD + "".join(f"replace example.com/r{i} => ./r{i}\n" for i in range(n * 20)),
            "a.go": source,
        },
    )
    yield Input(
        "go.mod: one line", {"go.mod": "module " + "a/" * 100_000 + "\n" + "(" * 100_000, "a.go": source}
    )
    quotes = 'require "' + '\\"' * 40_000 + "\n"
    yield Input("go.mod: quotes", {"go.mod": GO_MOD + quotes, "a.go": source})
    for name, comments in (("lines", "//" * n), ("blocks", "/**/" * n), ("directives", "//go:build (" * n)):
        other = {"go.mod": GO_MOD + "replace example.com/x => ./x\nrequire example.com/x v1.0.0\n"}
        imported = {"x/go.mod": "module example.com/x\n", "x/x.go": comments}
        importing = udf("var y = x.Y\n", "", 'import "example.com/x"')["a.go"]
        yield Input(f"no package clause: {name}", {**other, **imported, "a.go": importing})
    yield Input("go.mod: noise", {"go.mod": random.Random(2).randbytes(200_000), "a.go": source})
    yield Input(
        "go.mod: circle",
        {
            "go.mod": GO_MOD
            + "replace example.com/m => ./\nreplace example.com/x => ../m\nrequire example.com/x v1.0.0\n",
            "a.go": udf("", "", 'import "example.com/x"')["a.go"],
        },
    )
    uses = "".join(f"use ./w{i}\n" for i in range(n * 10))
    yield Input(
        "go.work",
        {
            "go.work": "go 1.24\nuse .\n" + uses,
            "go.mod": GO_MOD,
            "a.go": udf("", "", 'import "example.com/x"')["a.go"],
        },
    )
    listed = "".join(f"# example.com/v{i} v1.0.0\n## explicit\nexample.com/v{i}/a\n" for i in range(n * 20))
    yield Input(
        "vendor",
        {
            "go.mod": GO_MOD,
            "vendor/modules.txt": listed,
            "a.go": udf("", "", 'import "example.com/v1/a"')["a.go"],
        },
    )
    yield Input("deep folders", {"go.mod": GO_MOD, "/".join(["d"] * 400) + "/a.go": source})


def settings(scale: int) -> Iterator[Input]:
    n = 20_000 * scale
    base = udf("")
    for name, text in {
        "dotted key": "x" + ".x" * n * 5 + " = 1\n",
        "dotted keys": ".".join(["x"] * 60) + ".{} = 1\n",
        "dotted table": "[x" + ".x" * n + "]\n",
        "arrays": "select = " + "[" * n + "]" * n,
        "tables in one another": "a = " + "{a = " * n + "1" + "}" * n,
        "many keys": "".join(f"k{i} = 1\n" for i in range(n * 2)),
        "many tables": "".join(f"[t{i}]\na = 1\n" for i in range(n)),
        "many patterns": "[per-file-ignores]\n" + "".join(f'"*a{i}*.go" = ["MG999"]\n' for i in range(n)),
        "hostile patterns": "[per-file-ignores]\n"
        + "".join(f'"**/{i}a*a*a*a*a*a*a*a*a*a*a*b" = ["MG1"]\n' for i in range(n // 20)),
        "severities": "[severity]\n" + "".join(f'MG{i} = "error"\n' for i in range(n)),
        "long number": "fail-on = " + "9" * n * 10,
        "long key": "k" * n * 10 + " = 1\n",
        "long text": 'select = ["' + "M" * n * 10 + '"]\n',
        "unclosed": 'select = ["""' + "a\n" * n,
        "quotes": '"' * n,
        "escapes": 'select = ["' + "\\" * n,
        "large": "# comment\n" * n * 10,
        "codes": "select = [" + ", ".join(f'"MG{i}"' for i in range(n)) + "]\n",
        "baseline of itself": 'baseline = "modgo.toml"\n',
        "size": 'max-file-size = "' + "9" * 5000 + ' MB"\n',
    }.items():
        if name == "dotted keys":
            text = "".join(text.format(i) for i in range(n // 10))
        yield Input(f"TOML: {name}", {**base, "modgo.toml": text})
        yield Input(f"pyproject: {name}", {**base, "pyproject.toml": f"[tool.modgo]\n{text}"})
    nested = "[" * n
    for name, text in {
        "arrays": nested,
        "objects": '{"a":' * n,
        "number": "9" * n * 10,
        "text": '"' + "\\u0041" * n,
        "keys": "{" + ",".join(f'"k{i}":1' for i in range(n)) + "}",
    }.items():
        yield Input(f"baseline: {name}", {**base, "modgo.toml": 'baseline = "b.json"\n', "b.json": text})
        yield Input(f"record: {name}", {**base, "testdata/udf/f.record.json": text})
        yield Input(f"JSON cases: {name}", {**base, "testdata/udf/f.cases.json": text})
    aliases = "a0: &a0 [x, x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}, *a{i}, *a{i}]\n" for i in range(50))
    for name, text in {
        "aliases": aliases,
        "arrays": nested,
        "maps": "{a: " * n,
        "indents": "".join(" " * i + "a:\n" for i in range(600)),
        "anchors": "".join(f"- &a{i} x\n" for i in range(n)),
        "keys": "".join(f"k{i}: 1\n" for i in range(n)),
        "cases": "- function: F\n  record: f\n" * (n // 2),
        "text": "function: '" + "a" * n * 10,
        "dashes": "- " * n,
        "questions": "? " * n,
        "tags": "!!python/object/apply:os.system " * n,
    }.items():
        yield Input(f"YAML: {name}", {**base, "testdata/udf/f.cases.yaml": text})


def ignores(scale: int) -> Iterator[Input]:
    n = 20_000 * scale
    go = udf("")
    base = {**go, **{f"{'a' * 60}{i}/{'a' * 60}.go": "package a\n" for i in range(20)}}
    deep = {"/".join(["a"] * 60) + "/a.go": "package a\n"}
    for name, text in {
        "stars": "**/a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n" * 200,
        "folders": "/".join(["**", "a"] * 12) + "/b\n" + "/".join(["**"] * 40) + "/b\n",
        "many": "".join(f"x{i}*.go\n" for i in range(n)),
        "many names": "".join(f"x{i}.go\n" for i in range(n)),
        "long": "a" * n * 20 + "\n" + "*a" * n,
        "sets": "[" * n + "\n" + "[a-z]" * 2000 + "\n" + "[!" + "a-" * n + "]\n",
        "questions": "?" * n + "\n",
        "escapes": "\\" * n + "\n",
        "negations": "!a*\na*\n" * n,
        "spaces": " " * n + "\n" + "a" + "\\ " * n + "\n",
        "large": "#\n" * n * 40,
    }.items():
        yield Input(f"ignore: {name}", {**base, **deep, ".gitignore": text})
    every = {f"d{i}/.gitignore": "".join(f"x{j}*y*z\n" for j in range(500)) for i in range(100)}
    yield Input(
        "ignore: everywhere", {**base, **every, **{f"d{i}/d/a.go": "package d\n" for i in range(100)}}
    )


_WORDS = (
    *(
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "func ",
        "type ",
        "const ",
        "var ",
        "if ",
        "else ",
        "for ",
        "switch ",
        "case ",
        "go ",
    ),
    *(
        "n",
        "rec",
        ".",
        ",",
        ";",
        "\n",
        ":=",
        "=",
        "+",
        "*",
        "&",
        "<-",
        "!",
        "`",
        '"',
        "'",
        "/*",
        "*/",
        "//",
        "1",
        "1e9",
    ),
    *(
        "udf.Register(`a`, ",
        "map[",
        "chan ",
        "struct {",
        "interface {",
        "~",
        "|",
        "...",
        "A[",
        "import ",
        "package ",
        "\t",
    ),
)


def mixtures(scale: int, seed: int = 0) -> Iterator[Input]:
    """Words of Go in any order, some of them very often."""
    for number in range(seed, seed + 20):
        chance = random.Random(number)
        text = ""
        while len(text) < 40_000 * scale:
            words = "".join(chance.choices(_WORDS, k=chance.randrange(1, 6)))
            text += words * chance.choice((1, 1, 1, 5, 300, 3000))
        yield Input(f"mixture {number}", udf(f"func G() {{ {text} }}" if number % 2 else text))


def inputs(scale: int = 1, seed: int = 0) -> Iterator[Input]:
    for kind in (constants, types, nesting, chains, texts, modules, settings, ignores):
        yield from kind(scale)
    yield from mixtures(scale, seed)
