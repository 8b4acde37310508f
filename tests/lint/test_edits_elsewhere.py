"""After an edit of one file, the findings in another are those of a fresh run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from modgo_lsp.golang.disk_cache import DiskCache
from modgo_lsp.golang.files import OverlayFiles
from modgo_lsp.golang.syntax.document import Document, parse
from modgo_lsp.golang.syntax.document_edits import edit, opened
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.load import Loader
from tests.edits import GO_MOD
from tests.lint.test_histories import findings

_SDK = b'import "github.com/GeertJohan/aerospike-mod-go/udf"\n'
_BEFORE = b"package p\n\n// before\n\n"


def _udf(code: bytes, imports: bytes = b"") -> bytes:
    return b"package p\n" + _SDK + imports + b"\nfunc init() { " + code


# One file, another one, and an edit of that: the old and the new text.
_CASES = {
    "a method comes": (
        _udf(b'udf.Register("add", t.Add) }\nvar t T\ntype T struct{}\n'),
        b"package p\n\nfunc (T) Sub(r *udf.Record) int { return 1 }\n",
        (b"Sub", b"Add"),
    ),
    "a method of an embedded type comes": (
        _udf(b'udf.Register("add", t.Add) }\nvar t T\ntype T struct{ inner }\n'),
        b"package p\n\ntype inner struct{}\n\nfunc (inner) Sub(n int) int { return 1 }\n",
        (b"Sub", b"Add"),
    ),
    "a method's receiver gets another name": (
        _udf(b'udf.Register("add", t.Add) }\nvar t T\ntype T struct{}\ntype Other = T\n'),
        b"package p\n\nfunc (None) Add(n int) int { return 1 }\n",
        (b"None", b"Other"),
    ),
    "a type moves": (
        _udf(b'udf.Register("add", Add) }\n\nfunc Add(rec *udf.Record, x Bad) int { return 1 }\n'),
        _BEFORE + b"type Bad struct{ F chan int }\n",
        (b"before", b"further\n// before"),
    ),
    "a type changes": (
        _udf(
            b'udf.Register("add", Add); udf.Register("more", More) }\n\n'
            b"func Add(rec *udf.Record, x Bad) int { return 1 }\n\nfunc More(rec *udf.Record, x Bad) {}\n"
        ),
        b"package p\n\ntype Bad struct{ F Inner }\n\ntype Inner struct{ G int }\n",
        (b"G int", b"G chan int"),
    ),
    "a variable moves": (
        _udf(b'udf.Register("add", Add) }\n\nfunc Add(rec *udf.Record) int { shared++; return shared }\n'),
        _BEFORE + b"var shared int\n",
        (b"before", b"further\n// before"),
    ),
    "a variable of another package moves": (
        _udf(
            b'udf.Register("add", Add) }\n\nfunc Add(rec *udf.Record) { money.Shared = 1 }\n',
            b'import "example.com/shop/money"\n',
        ),
        _BEFORE.replace(b"p\n", b"money\n", 1) + b"var Shared int\n",
        (b"before", b"further\n// before"),
    ),
    "a constant changes": (
        _udf(
            b"udf.Register(name, Add) }\n\nfunc init() { udf.Register(name, Add) }\n\n"
            b"func Add(rec *udf.Record) {}\n"
        ),
        b'package p\n\nconst name = prefix + "b"\n\nconst prefix = "a"\n',
        (b'"a"', b'"a very much longer name than what a function may have, which is no more than so many"'),
    ),
    "a variable holds another function": (
        _udf(b'udf.Register("add", held) }\n\nfunc Add(rec *udf.Record, n int) { rec.Set("n", n) }\n'),
        b"package p\n\nvar held = Add\n\nfunc set() { other = nil }\n\nvar other func()\n",
        (b"other = nil", b"held = nil"),
    ),
    "a function that is called exits": (
        _udf(b'udf.Register("add", Add) }\n\nfunc Add(rec *udf.Record) { leave() }\n'),
        b'package p\n\nimport "os"\n\nfunc leave() { os.Getpid() }\n',
        (b"Getpid()", b"Exit(1)"),
    ),
    "an init elsewhere calls what registers": (
        _udf(b'}\n\nfunc setup() { udf.Register("add", Add) }\n\nfunc Add(rec *udf.Record) {}\n'),
        b"package p\n\nfunc init() { other() }\n\nfunc other() {}\n",
        (b"other() }", b"setup() }"),
    ),
    "a variable's type changes": (
        _udf(b'udf.Register("add", held) }\n\nfunc init() { udf.Register("more", held) }\n'),
        b"package p\n\nvar held = func(n int) int { return n }\n",
        (b"(n int)", b"(n chan int)"),
    ),
    "a name of the universe is declared": (
        _udf(b'udf.Register("add", Add) }\n\nfunc Add(rec *udf.Record, s string) {}\n'),
        b"package p\n\ntype strong chan int\n",
        (b"strong", b"string"),
    ),
    "what doesn't parse may declare a name": (
        _udf(b'udf.Register("add", Add) }\n'),
        b"package p\n\ntype inner struct{ Add int }\n\nvar n = 1\n",
        (b"= 1", b"= 1("),
    ),
    "a function comes": (
        _udf(b"}\n"),
        b"package p\n" + _SDK + b"\nfunc Add(rec *udf.Value) {}\n",
        (b"Value", b"Record"),
    ),
    "one more function comes": (
        _udf(b"}\n"),
        b"package p\n" + _SDK + b"\nvar _ udf.Value\n\n// here\n",
        (b"// here", b"func Add(rec *udf.Record) {}"),
    ),
    "a function of another name comes": (
        _udf(b"}\n"),
        b"package p\n" + _SDK + b"\nfunc add(rec *udf.Record) {}\n",
        (b"add", b"Add"),
    ),
    "a function moves": (
        _udf(b"}\n"),
        b"package p\n" + _SDK + b"\n// before\n\nfunc Add(rec *udf.Record) {}\n",
        (b"before", b"further\n// before"),
    ),
    "an init comes": (
        _udf(b'}\n\nfunc setup() { udf.Register("add", Add) }\n\nfunc Add(rec *udf.Record) {}\n'),
        b"package p\n\nfunc unit() { setup() }\n",
        (b"unit", b"init"),
    ),
    "an alias stands for another type": (
        _udf(
            b'udf.Register("add", Add); udf.Register("more", More) }\n\n'
            b"func Add(rec *udf.Record, x Alias) int { return 1 }\n\nfunc More(rec *udf.Record, x Alias) {}\n"
        ),
        b"package p\n\ntype Alias = int\n",
        (b"= int", b"= chan int"),
    ),
    "a function's result changes": (
        _udf(
            b'udf.Register("add", made()) }\n\nfunc init() { udf.Register("more", made()) }\n',
        ),
        b"package p\n\nfunc made() func(n int) int { return nil }\n",
        (b"(n int)", b"(n chan int)"),
    ),
}


@pytest.mark.parametrize("case", _CASES)
def test_findings_are_those_of_a_fresh_run(case: str, module: Callable[[Mapping[str, bytes]], Path]) -> None:
    first, second, (old, new) = _CASES[case]
    other = "money/other.go" if second.startswith(b"package money") else "other.go"
    folder = module({"go.mod": GO_MOD, "first.go": first, other: second})
    disk = DiskCache()
    path = str(folder / other)
    documents = {
        str(folder / "first.go"): opened(str(folder / "first.go"), first),
        path: opened(path, second),
    }

    def fresh() -> list[object]:
        parsed: dict[str, Document] = {each: parse(each, known.source) for each, known in documents.items()}
        return findings(Loader(OverlayFiles(disk.now(), parsed)), folder)

    loader = Loader(OverlayFiles(disk.now(), documents))
    before = findings(loader, folder)
    assert before == fresh()
    start = documents[path].from_source(second.index(old))
    documents[path] = edit(documents[path], [(Span(start, start + len(old)), new)])
    after = loader.next(OverlayFiles(disk.now(), dict(documents)))
    assert after is not None
    found = findings(after, folder)
    assert found == fresh()
    assert found != before, "the edit changes nothing"
