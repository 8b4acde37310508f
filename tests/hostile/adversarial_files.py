"""Modules, configuration, samples and .gitignore files that may take long to read."""

# ruff: noqa: E501 (the inputs are easier to read in one line each)

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.hostile.adversarial_input import GO_MOD, SDK, Input, Text, udf


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
