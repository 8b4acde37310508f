"""Build constraints compared with a truth table and with the files that `go list` selects.

Tries every operating system and architecture as a file name suffix and as a tag.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from modgo_lsp.golang.modules.build_constraints import (
    KNOWN_ARCH,
    KNOWN_OS,
    BuildContext,
    evaluate,
    is_chosen,
)

TERMS = ("a", "b", "c")


def expressions() -> Iterator[str]:
    """All expressions of up to three terms: every operator, negation and grouping."""
    signed = [[f"{sign}{term}" for sign in ("", "!", "!!")] for term in TERMS]
    operators = ("&&", "||")
    yield from signed[0]
    for a, b, first in itertools.product(signed[0], signed[1], operators):
        yield f"{a} {first} {b}"
        yield f"!({a}{first}{b})"
        for c, second in itertools.product(signed[2][:2], operators):
            yield f"{a} {first} {b} {second} {c}"
            yield f"({a} {first} {b}) {second} {c}"
            yield f"{a} {first} !({b} {second} {c})"
            yield f"({a} {first} {b} {second} {c})"


@pytest.mark.parametrize("values", list(itertools.product((False, True), repeat=3)), ids=str)
def test_truth_table(values: tuple[bool, ...]) -> None:
    names = dict(zip(TERMS, values, strict=True))
    tags = tuple(term for term, value in names.items() if value)
    for expression in expressions():
        as_python = expression.replace("&&", " and ").replace("||", " or ").replace("!", " not ")
        expected = bool(eval(as_python.strip(), {}, names))
        assert evaluate(expression, BuildContext(tags=tags)) is expected, expression


def files() -> dict[str, str]:
    """Go files by name: every operating system and architecture as a suffix and as a tag."""
    texts: dict[str, str] = {}
    for name in sorted(KNOWN_OS | KNOWN_ARCH | {"unix", "cgo", "gc", "gccgo", "ignore", "mytag"}):
        texts[f"suffix_{name}.go"] = "package p\n"
        texts[f"{name}.go"] = "package p\n"
        texts[f"middle_{name}_x.go"] = "package p\n"
        texts[f"dotted_{name}.x.go"] = "package p\n"
        texts[f"tag{name}.go"] = f"//go:build {name}\n\npackage p\n"
        texts[f"no{name}.go"] = f"//go:build !{name}\n\npackage p\n"
        texts[f"old{name}.go"] = f"// +build {name}\n\npackage p\n"
    for system in ("linux", "windows", "darwin", "android"):
        for arch in ("amd64", "arm64", "wasm"):
            texts[f"both_{system}_{arch}.go"] = "package p\n"
            texts[f"turned_{arch}_{system}.go"] = "package p\n"
    for arch, feature in itertools.product(sorted(KNOWN_ARCH), FEATURES):
        texts[f"feature{arch}{feature}.go"] = f"//go:build {arch}.{feature}\n\npackage p\n"
    for position, header in enumerate(HEADERS):
        texts[f"header{position:03}.go"] = header + "package p\n"
    return texts


FEATURES = (
    "sse2",
    "v1",
    "v2",
    "5",
    "6",
    "7",
    "8",
    "v8.0",
    "v8.1",
    "hardfloat",
    "softfloat",
    "power8",
    "power9",
    "rva20u64",
)
WORDS = ("linux", "windows")
# A constraint at each position in a header, after each kind of comment and line.
HEADERS = [
    before + line.format(word=word) + after
    for before in ("", "// text\n", "// text\n\n", "/* a */\n", "/*\na\n*/\n\n", "\n\n", "/* a */ // b\n")
    for line in (
        "//go:build {word}\n",
        "// +build {word}\n",
        "//+build {word}\n",
        "/* //go:build {word} */\n",
    )
    for after in ("", "\n", "// more\n", "// more\n\n", "/* a */\n\n", "\t\n")
    for word in WORDS
] + [
    "// +build linux,!windows darwin\n\n",
    "// +build windows,linux darwin\n\n",
    "// +build !linux\n// +build linux\n\n",
    "// +build linux\n\n// +build windows\n\n",
    "//go:buildx windows\n",
    "//go:build\twindows\n",
    "// +buildx windows\n\n",
    "// +build\twindows\n\n",
    "/* a */ /* b\n */ // +build windows\n\n",
    "/* a */ //go:build windows\n",
]

CONTEXTS = [
    ("linux", "amd64", True, ()),
    ("linux", "arm64", False, ("mytag",)),
    ("windows", "386", False, ()),
    ("android", "arm64", True, ()),
    ("ios", "arm64", True, ()),
    ("illumos", "amd64", False, ("ignore",)),
    *[
        (name, "amd64", False, ())
        for name in ("freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "plan9")
    ],
    *[
        ("linux", arch, False, ())
        for arch in ("arm", "mips", "mipsle", "mips64", "mips64le", "ppc64", "ppc64le")
    ],
    *[("linux", arch, False, ()) for arch in ("riscv64", "s390x", "loong64")],
    ("aix", "ppc64", False, ()),
    ("darwin", "arm64", True, ()),
    ("js", "wasm", False, ()),
    ("wasip1", "wasm", False, ()),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    for name, text in {"go.mod": "module m\n\ngo 1.24\n", "a.go": "package p\n", **files()}.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda each: "-".join(map(str, each[:2])))
def test_go_list(package: Path, context: tuple[str, str, bool, tuple[str, ...]]) -> None:
    goos, goarch, cgo, tags = context
    environment = {**os.environ, "GOOS": goos, "GOARCH": goarch, "CGO_ENABLED": str(int(cgo)), "GOFLAGS": ""}
    listed = subprocess.run(
        ["go", "list", "-e", "-json=GoFiles", "-tags", ",".join(tags), "."],
        cwd=package,
        env=environment,
        check=True,
        capture_output=True,
    )
    target = BuildContext(goos, goarch, cgo=cgo, tags=tags)
    texts = {path.name: path.read_bytes() for path in package.glob("*.go")}
    chosen = sorted(name for name, text in texts.items() if is_chosen(name, text, target))
    assert chosen == sorted(json.loads(listed.stdout)["GoFiles"])
