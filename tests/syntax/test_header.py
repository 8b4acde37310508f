"""What a file's header says, held against the parser. Not for: build constraints (test_constraints.py)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from modgo_lsp.syntax.document import parse
from modgo_lsp.syntax.header import Header, read_header
from modgo_lsp.syntax.lower import lower

SOURCES = [path.read_bytes() for path in sorted(Path(__file__).parents[2].glob("udf/**/*.go"))]
SNIPPETS = (
    *(b"import", b"func", b'"', b"`", b'"x/y"', b"(", b")"),
    *(b"/*", b"*/", b"//", b"\n", b";", b"\\", b"\0"),
)


def parsed(text: bytes) -> Header:
    file = lower(parse("/m/a.go", text))
    name = "" if file.name is None else file.name.name
    return Header(name, tuple(dict.fromkeys(spec.path for spec in file.imports)))


@pytest.mark.parametrize(
    ("text", "imports"),
    [
        (b"package p", ()),
        (b'package p; import "a"; import b "c"; func f() {}', ("a", "c")),
        (b'\xef\xbb\xbf// c\n/* package q */ package p\nimport (\n\t. "a"\n\t_ `b` // d\n)\n', ("a", "b")),
        (b'package p\nimport ()\nimport "a"\nvar x = "b"\n', ("a",)),
        (rb"package p" + b"\n" + rb'import "github.com/GeertJohan/aerospike-mod-go/\165df"', None),
        (b'package p\nimport ("a";"b")\n', ("a", "b")),
    ],
)
def test_imports_in_every_form(text: bytes, imports: tuple[str, ...] | None) -> None:
    expected = parsed(text) if imports is None else Header("p", imports)
    assert read_header(text) == parsed(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b'package p\nimport "a\n',
        b'package p\nimport (\n"a"\n',
        b'package p\nfunc f() {}\nimport "a"\n',
        b'package p\n} import "a"\n',
        b'import "a"\n',
        b'package p\nimport "a"\n/* import "b"\n',
    ],
)
def test_where_it_is_not_sure_it_says_so(text: bytes) -> None:
    """Then all that is named may be imported."""
    header = read_header(text)
    assert header.imports is None
    assert header.may_import("a", text)
    assert not header.may_import("z", text)


def test_real_files_have_the_header_that_the_parser_finds() -> None:
    assert len(SOURCES) > 20
    for text in SOURCES:
        header = read_header(text)
        assert header.imports is None or header == parsed(text)


@pytest.mark.parametrize("seed", range(40))
def test_no_import_is_missed_in_broken_files(seed: int) -> None:
    choose = random.Random(seed)
    for _ in range(25):
        text = choose.choice(SOURCES)[:3000]
        for _ in range(choose.choice((1, 1, 2, 5))):
            start = choose.randrange(min(600, len(text)) + 1)
            end = start + choose.choice((0, 0, 1, 3, 40))
            text = text[:start] + choose.choice((b"", *SNIPPETS)) + text[end:]
        header = read_header(text)
        missed = [path for path in parsed(text).imports or () if path and not header.may_import(path, text)]
        assert missed == [] or (header.imports is None and b"\\" in text), text
