"""Outlines compared with a full parse of the same files."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.program.outline import outline, package_name
from modgo_lsp.golang.program.outlined_files import PackageFacts
from modgo_lsp.golang.program.outlined_package import OutlinedPackage
from modgo_lsp.golang.queries import Table
from modgo_lsp.golang.syntax import ast, document, lower
from modgo_lsp.golang.types.objects import receiver_base

GO = shutil.which("go", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/go/bin")


def differences(text: bytes) -> list[str]:
    """How the outline of a file differs from a full parse."""
    found = outline(text)
    file = lower.lower(document.parse("f.go", text))
    wrong = [] if file.name is None or file.name.name == package_name(text) else ["package"]
    general = [decl for decl in file.decls if isinstance(decl, ast.FuncDecl) or decl.token != "import"]
    wrong += [] if len(general) == len(found.spans) else [f"{len(found.spans)} of {len(general)}"]
    for decl in general:
        index = next((n for n, (start, _) in enumerate(found.spans) if start == decl.span.start), -1)
        if index < 0 or found.spans[index][1] < decl.span.end:
            wrong.append(f"{decl.span} is missing")
        elif isinstance(decl, ast.FuncDecl):
            base = receiver_base(decl)
            known = found.names if base is None else found.methods.get(base, {})
            wrong += [] if decl.name.name in known else [decl.name.name]
        else:
            for spec in decl.specs:
                names = spec.names if isinstance(spec, ast.ValueSpec) else (spec.name,)
                wrong += [n.name for n in names if n is not None and index not in found.names.get(n.name, ())]
    wrong += [decl.span for decl in file.decls if decl not in general and decl.span.end > found.header]
    return [str(each) for each in wrong]


@pytest.mark.parametrize(
    "source",
    [
        "package p\n",
        '\ufeff// c\n\n/* package q */ package /* c */ p; import "C"; var a, b = 1, 2; type T int\n',
        "package p\nvar f = func() {}\nvar g =\n\tfunc() {}\nvar h func()\nfunc k() {}\n",
        "package p\ntype F func(int)\ntype (\n\tA struct{ x int }; B = A\n\n\tC[T any] []T\n)\n",
        "package p\nconst (\n\tA = iota // c\n\tB; C\n\t/* c */ D, E = `\n}\n`, '}'\n)\n",
        'package p\nfunc (r *T[K, V]) M() { _ = "}" }\nfunc (T) N() {}\nfunc (*(T)) O() {}\n',
        "package p\nfunc (x /* ) */ T) P() {}\n",
        "package p\nvar (\n\tx,\n\ty = 1,\n\t2\n)\nvar z = f(\n\tfunc() {},\n)\n",
        "package p\n// func no() {}\n/*\nfunc no() {}\n*/\n",
        "package p\nfunc a() { type L struct{}; var v int; func() {}() }; func b() {}\n",
        "package p\nfunc _() {}\nfunc é() {}\n",
        "package p\nvar x = 1 /* c\n*/ func f() {}\n",
        "package p\nfunc f[T interface{ ~[]E }, E any](x T) (y func()) { return nil }\n",
        'package p\nfunc a() { _, _ = \'}\', "\\"}"; _ = `}`; /* } */ if b { // }\n}}\nvar b int\n',
        "package p\nvar a = [][]string{" + '{"}"}, ' * 300 + "}\nvar b int\n",
        "package p\n" + "// c\n" * 300 + "func a() {}\n" + "/* c */ // d\n" * 300 + "func b() {}\n",
        "package p\nfunc (/* ) */ x T) P() {}\nfunc\n(T) Q() {}\nvar (\n\ta = func(x T) (y T) {}\n\tb T\n)\n",
    ],
)
def test_an_outline_matches_a_parse(source: str) -> None:
    assert differences(source.encode()) == []


@pytest.mark.parametrize(
    ("imports", "cgo"),
    [
        ('import "C"', True),
        ("import `C`", True),
        ('import "unsafe"\nimport "C"\nimport "fmt"', True),
        ('import (\n\t"fmt"\n\t"C"\n)', True),
        ('import "fmt"', False),
        ('import "example.com/C"', False),
        ("", False),
    ],
)
def test_cgo_is_an_import_of_c(imports: str, cgo: bool) -> None:
    assert outline(f'package p\n{imports}\nvar s = "C"\n'.encode()).cgo == cgo


@pytest.mark.parametrize(
    "text", [b"", b"\0", b"package", b"func (", b"type (", b"`", b"/*", b"package p\nfunc }{"]
)
def test_malformed_text_never_raises(text: bytes) -> None:
    outline(text)
    package_name(text)


@pytest.mark.parametrize(
    "body", ["{ x( }", "{ x[y }", "{ x)\n", "{ {]]\n", "{ {}]\n", "{}}", "{ ')' ) }", '{ "a\n }', "{ // \n }"]
)
def test_declarations_after_broken_code_are_found(body: str) -> None:
    assert {"a", "b"} <= outline(f"package p\n\nfunc a() {body}\n\nvar b int\n".encode()).names.keys()


def test_outlines_of_go_s_library_match_a_parse() -> None:
    root = Path(str(find_go_environment(GO).goroot), "src")
    files = sorted(path for path in root.glob("*/**/*.go") if path.is_file() and "testdata" not in path.parts)
    for path in random.Random(1).sample(files, 150):
        assert differences(path.read_bytes()) == [], path


def test_outlines_are_cached_by_text() -> None:
    class Cache:
        def __init__(self) -> None:
            self.entries: dict[str, bytes] = {}

        def get(self, key: str) -> bytes | None:
            return self.entries.get(key)

        def put(self, key: str, value: bytes) -> None:
            self.entries[key] = value

    cache = Cache()
    first = PackageFacts([("/a.go", b"package p\ntype T int\n")], True, cache)
    assert "T" in first.outlines[0].names
    (key,) = cache.entries
    again = PackageFacts([("/moved/a.go", b"package p\ntype T int\n")], True, cache)
    assert again.outlines == first.outlines
    assert list(cache.entries) == [key]
    other = PackageFacts([("/a.go", b"package p\ntype U int\n")], True, cache)
    assert "U" in other.outlines[0].names
    cache.entries[key] = b"broken"
    assert "T" in PackageFacts([("/a.go", b"package p\ntype T int\n")], True, cache).outlines[0].names


def test_a_receiver_may_be_an_alias() -> None:
    source = (
        b"package p\ntype T struct{}\ntype B = T\ntype A = B\ntype O int\n"
        b"func (*A) M() {}\nfunc (B) N() {}\nfunc (O) M() {}\nfunc (O) Own() {}\nfunc (T) Own() {}\n"
    )
    facts = PackageFacts([("/p/a.go", source)], True, None)
    unit = OutlinedPackage(Table(), "/p", "example.org/p", "p", lambda: facts, standard=False)
    assert [method.receiver for name in ("M", "N") if (method := unit.method("T", name))] == ["A", "B"]
    assert unit.method("A", "Nothing") is None
    fresh = OutlinedPackage(Table(), "/p", "example.org/p", "p", lambda: facts, standard=False)
    own = fresh.method("T", "Own")
    assert own is not None
    assert own.receiver == "T"
    assert not fresh.scope.names  # the types of other receivers have not been parsed
