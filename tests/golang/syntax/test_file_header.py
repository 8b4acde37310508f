"""File headers compared with the parser's result."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.file_header import Header, read_header
from modgo_lsp.golang.syntax.lower import lower

SOURCES = [path.read_bytes() for path in sorted(Path(__file__).parents[3].glob("udf/**/*.go"))]
# Characters that Go does not allow in import paths.
NO_PATH = re.compile(r"""[\s!"#$%&'()*,:;<=>?\[\]^`{|}\ufffd]""")
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
        (b'package p\nimport "x/\\165df"', ("x/udf",)),
        (b'package p\nimport ("a";"b")\nvar important = "imports " + "it"\n', ("a", "b")),
    ],
)
def test_imports_in_every_form(text: bytes, imports: tuple[str, ...]) -> None:
    assert read_header(text) == parsed(text) == Header("p", imports)


@pytest.mark.parametrize(
    "text",
    [
        b'package p\nimport "a" "\n',
        b'package p\nimport (\n"a"\n',
        b'package p\nfunc f() {}\nimport "a"\n',
        b'package p\nfunc f() {}\nimport/**/"\\141"\n',
        b'package p\n} import "a"\n',
        b'import "a"\n',
        b'package p\nimport "a"\n/* import "b"\n',
    ],
)
def test_an_unsure_header_is_marked(text: bytes) -> None:
    """Every quoted text may then be an import."""
    header = read_header(text)
    assert not header.sure
    assert "a" in header.imports
    assert "f" not in header.imports


@pytest.mark.parametrize("after", [b"func f( {", b"type T struct {", b'var x = "a', b"const (\n\x00"])
def test_a_header_does_not_depend_on_what_comes_after_it(after: bytes) -> None:
    assert read_header(b'package p\n\nimport "b"\n\n' + after) == Header("p", ("b",))


def test_real_files_have_the_header_that_the_parser_finds() -> None:
    assert len(SOURCES) > 20
    for text in SOURCES:
        header = read_header(text)
        assert header == parsed(text) or not header.sure


@pytest.mark.parametrize("seed", range(40))
def test_no_import_is_missed_in_broken_files(seed: int) -> None:
    choose = random.Random(seed)
    for _ in range(25):
        text = choose.choice(SOURCES)[:3000]
        for _ in range(choose.choice((1, 1, 2, 5))):
            start = choose.randrange(min(600, len(text)) + 1)
            end = start + choose.choice((0, 0, 1, 3, 40))
            text = text[:start] + choose.choice((b"", *SNIPPETS)) + text[end:]
        found = {path for path in parsed(text).imports if path and not NO_PATH.search(path)}
        assert found <= {*read_header(text).imports}, text
