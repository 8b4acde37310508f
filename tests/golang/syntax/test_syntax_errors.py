"""Syntax errors have the position that the Go compiler reports, and name the expected tokens."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from modgo_lsp.golang.syntax import tree_cache
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.syntax_errors import first_error
from modgo_lsp.resources import resource


def error_of(text: bytes) -> tuple[str, str] | None:
    document = parse("/x.go", text)
    found = first_error(document)
    if found is None:
        return None
    position = document.lines.position(found[0].start)
    return f"{position.line}:{position.column}", found[1]


@pytest.mark.parametrize(
    ("source", "place", "message"),
    [
        ("", "1:1", "unexpected end of file, expected a package clause"),
        ("// only a comment\n", "2:1", "unexpected end of file, expected a package clause"),
        ("func f() {}", "1:1", "unexpected keyword func, expected a package clause"),
        ("package p\nfunc f( {\n}\n", "2:9", "unexpected {"),
        ("package p\nfunc f() { x := ; y() }", "2:17", "unexpected ;, expected an expression"),
        ("package p\nvar x = foo(1 2)", "2:15", "unexpected 2, expected a comma or )"),
        ("package p\nfunc f() { if x { }", "2:20", "unexpected end of file, expected }"),
        ("package p\nfunc f() {\n\ta.\n}\n", "4:1", "unexpected }, expected a name or ("),
        ("package p\nvar y = []int{\n\t1\n}\n", "3:3", "unexpected end of line, expected a comma"),
        ("package p\nvar y = f(1 /*\n*/)\n", "2:13", "unexpected end of line, expected a comma or )"),
        ("package p\nvar y = f(1 /* c */ /*\n*/}\n", "2:21", "unexpected end of line, expected a comma or )"),
        ("package p\nvar y = f(1 /* c */ 2)\n", "2:21", "unexpected 2, expected a comma or )"),
        ("package p\n}\n", "2:1", "unexpected }, expected a declaration"),
        ("package p\nx := 1", "2:1", "unexpected x, expected a declaration"),
        (
            "package p\nfunc f()\n{\n}\n",
            "3:1",
            "unexpected { at the start of a line: it belongs at the end of the line before",
        ),
        ('package p\nfunc f() {}\nimport "x"\n', "3:1", "imports must come before other declarations"),
        ('package p\nimport "fmt\n', "2:8", "this string isn't closed on its line"),
        ("package p\nvar x = `abc\n\n", "2:9", "this string isn't closed"),
        ("package p\n/* abc", "2:1", "this comment isn't closed"),
        ('package p\nvar x = "\\z"\n', "2:10", "\\z is not an escape sequence"),
        ("package p\nvar x = 'ab'\n", "2:9", "'ab' is not one character"),
        ("package p\nvar x = 08\n", "2:9", "08 is not a number that Go can read"),
        ("package p\nfunc a() {}\n\nfunc b() { a( }\n", "4:15", "unexpected }, expected an expression"),
    ],
)
def test_place_and_message(source: str, place: str, message: str) -> None:
    found = error_of(source.encode())
    assert found is not None
    assert found == (place, message)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (b"package p\0\n", "1:10", "a NUL byte is not allowed in Go source"),
        (
            b"package p // \xff\n",
            "1:14",
            "byte 0xff is not UTF-8, which Go source has to be: save the file as such",
        ),
        # The parser fails before the error.
        (
            b"package p\nvar caf\xe9 = 1\n",
            "2:8",
            "byte 0xe9 is not UTF-8, which Go source has to be: save the file as such",
        ),
        (b"package p\nvar = 1 // \xff\n", "2:5", "unexpected =, expected a name or ("),
        (
            b"\x7fELF\x02\x01\x01\0\0",
            "1:1",
            "this file is binary, and a build takes it for Go source: remove it or give it another name",
        ),
        (
            "package p\n".encode("utf-16"),
            "1:1",
            "this file is UTF-16, and Go source has to be UTF-8: save the file as such",
        ),
        (
            b"package p\n//\xef\xbb\xbf\n\xef\xbb\xbf",
            "2:3",
            "a byte order mark is only allowed at the start of a file",
        ),
        (b"package p\n//\0\n\0", "2:3", "a NUL byte is not allowed in Go source"),
        (b"package p\n\xef\xbb\xbf", "2:1", "a byte order mark is only allowed at the start of a file"),
    ],
)
def test_bytes_that_go_refuses(text: bytes, place: str, message: str) -> None:
    assert error_of(text) == (place, message)


@pytest.mark.parametrize(
    "source",
    [
        "package p",
        "\ufeffpackage p\r\n\r\nfunc f() {\r\n}\r\n",
        "package p; import `fmt`; var x = 'a'; func f[T any](x ...T) {}",
        'package p\nvar x = "\\x00\\u1234\\U00012345\\101"\n',
    ],
)
def test_code_that_parses_has_no_error(source: str) -> None:
    assert error_of(source.encode()) is None


def test_code_whose_parsing_is_stopped_is_an_error_at_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_cache, "_FEWEST_STEPS", 1)
    monkeypatch.setattr(tree_cache, "_BYTES_A_STEP", 1_000_000)
    text = b"package p\n\nfunc f() {}\n\nfunc g() {\n" + b"\tvar a = 1\n" * 4000 + b"}\n"
    assert error_of(text) == ("5:1", "unexpected code")


GOFMT = shutil.which("gofmt", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/local/go/bin") or "gofmt"
TOKEN = re.compile(rb'\w+|"[^"\n]*"|[^\w\s]')


def test_gofmt_agrees_on_broken_code(tmp_path: Path) -> None:
    """gofmt rejects the same mutants with one token deleted, duplicated or swapped, nearly always on the same
    line. It is not always the same line because gofmt's parser differs from the compiler's."""
    text = (resource("udf") / "record.go").read_bytes()
    chance = random.Random(20)
    tokens = list(TOKEN.finditer(text))
    same_line = 0
    for _ in range(60):
        token, other = chance.choice(tokens), chance.choice(tokens)
        new = chance.choice([b"", token[0] + b" " + token[0], other[0]])
        broken = text[: token.start()] + new + text[token.end() :]
        path = tmp_path / "x.go"
        path.write_bytes(broken)
        gofmt = subprocess.run([str(GOFMT), "-e", str(path)], capture_output=True, text=True, check=False)
        ours = error_of(broken)
        assert (ours is not None) == bool(gofmt.stderr), (new, token, gofmt.stderr[:200])
        line = re.match(r".*?:(\d+):", gofmt.stderr)
        same_line += ours is None or (line is not None and ours[0].split(":")[0] == line[1])
    assert same_line >= 55
