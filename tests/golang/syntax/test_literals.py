"""The values of string and rune literals are those of Go's specification."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.syntax.literals import rune_value, unquote


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (rb'""', b""),
        (rb'"plain"', b"plain"),
        (rb'"\a\b\f\n\r\t\v\\\""', b'\a\b\f\n\r\t\v\\"'),
        (rb'"\000\101\377"', b"\0A\xff"),
        (rb'"\x41\xfF"', b"A\xff"),
        (rb'"\u00e9\U0001F600"', "é😀".encode()),
        (rb'"\ud7ff\ue000\U0010FFFF"', "\ud7ff\ue000\U0010ffff".encode()),
        ('"日本"'.encode(), "日本".encode()),
        (b"``", b""),
        (b"`a\\n\r\nb\"'`", b"a\\n\nb\"'"),
    ],
)
def test_strings(literal: bytes, value: bytes) -> None:
    assert unquote(literal) == value


@pytest.mark.parametrize(
    "literal",
    [
        b"",
        b'"',
        b"`",
        b'"a',
        b'a"',
        b'"`',
        b"'a'",
        b"aba",
        b'"a\nb"',
        b'"a"b"',
        b"`a`b`",
        rb'"\"',
        rb'"\'"',  # only in runes
        rb'"\400"',
        rb'"\18"',
        rb'"\x4"',
        rb'"\u12"',
        rb'"\ud800"',
        rb'"\udfff"',
        rb'"\U00110000"',
        rb'"\q"',
        rb'"\q\n"',  # a later escape does not mend it
        rb'"\400\101"',
    ],
)
def test_no_strings(literal: bytes) -> None:
    assert unquote(literal) is None


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (b"'a'", 97),
        ("'é'".encode(), 0xE9),
        ("'😀'".encode(), 0x1F600),
        (rb"'\n'", 10),
        (rb"'\''", 39),
        (rb"'\101'", 65),
        (rb"'\xff'", 255),
        (rb"'\u00e9'", 0xE9),
        (rb"'\U0001F600'", 0x1F600),
        (b"''", None),
        (b"'", None),
        (b"'ab'", None),
        (b"'a", None),
        (b'"a"', None),
        (b"'a\"", None),
        (b"'\xff'", None),
        (rb"'\q'", None),
    ],
)
def test_runes(literal: bytes, value: int | None) -> None:
    assert rune_value(literal) == value
