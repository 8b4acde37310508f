"""Inputs that are made to take long: small folders of files with a hostile structure.

`inputs(scale)` gives all of them: at scale 1 each has a few hundred kilobytes at most.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.hostile.adversarial_files import ignores, modules, settings
from tests.hostile.adversarial_go import chains, constants, nesting, types
from tests.hostile.adversarial_input import GO_MOD, Input, udf


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
    """Go's tokens in random order, some repeated very often."""
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
