"""Build information that is cut short, damaged or too long; e2e/ reads that of real modules."""

from __future__ import annotations

import pytest

from modgo_lsp.build.go_info import GoModule, go_info

MAGIC = b"\xff Go buildinf:"
LONGEST = 1 << 20


def varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def section(version: bytes, lines: bytes, flags: int = 2) -> bytes:
    """What Go's linker writes: a header of 32 bytes, and two texts."""
    header = MAGIC + bytes([8, flags])
    marked = b"\0" * 16 + lines + b"\0" * 16 if lines else b""
    return header + bytes(32 - len(header)) + b"".join(varint(len(each)) + each for each in (version, marked))


LINES = b"path\texample.com/m\nmod\texample.com/m\tv1\th1:a\nbuild\tGOOS=linux\n"


def test_all_of_it() -> None:
    found = go_info(section(b"go1.26.8", LINES))
    assert found is not None
    assert (found.version, found.path, found.settings) == ("go1.26.8", "example.com/m", {"GOOS": "linux"})
    assert found.main == GoModule("example.com/m", "v1", "h1:a")


def test_the_first_of_two() -> None:
    first = section(b"go1.26.8", LINES)
    found = go_info(first + bytes(-len(first) % 16) + section(b"go1.25.1", b""))
    assert found is not None
    assert found.version == "go1.26.8"


def test_a_start_of_it() -> None:
    whole = section(b"go1.26.8", LINES)
    for end in range(len(whole)):
        found = go_info(whole[:end])
        assert found is None or (found.version, found.path) == ("go1.26.8", ""), end


@pytest.mark.parametrize("before", [1, 15, 17])
def test_it_is_aligned(before: int) -> None:
    whole = section(b"go1.26.8", LINES)
    assert go_info(bytes(before) + whole) is None
    assert go_info(bytes(before) + whole + bytes(-(before + len(whole)) % 16) + whole) is not None


def test_pointers_as_before_go_1_18() -> None:
    assert go_info(section(b"go1.17", LINES, flags=0)) is None


def test_the_longest_text() -> None:
    assert go_info(section(b"g" * LONGEST, LINES)) is not None
    assert go_info(section(b"g" * (LONGEST + 1), LINES)) is None


def test_a_replaced_module_and_quoted_settings() -> None:
    found = go_info(
        section(
            b"go1.26.8",
            b"=>\tof.nothing\tv9\n"
            b"dep\texample.com/a\tv1\th1:a\n"
            b"dep\texample.com/b\tv2\n=>\t../b\t\t\n"
            b"dep\texample.com/c\tv3\n=>\texample.com/d\tv4\th1:d\n"
            b'build\t"a=b"="x\\ty"\nbuild\t-ldflags="-s -w"\nbuild\tc=`"raw"`\nbuild\td=`\n'
            b'build\te="open\nbuild\tf=\nbuild\tg=1=2\nbuild\th\n',
        )
    )
    assert found is not None
    assert found.deps == (
        GoModule("example.com/a", "v1", "h1:a"),
        GoModule("example.com/b", "v2", replaced_by="../b"),
        GoModule("example.com/c", "v3", replaced_by="example.com/d v4"),
    )
    assert found.settings == {
        **{"a=b": "x\ty", "-ldflags": "-s -w", "c": '"raw"', "d": "`", "e": '"open'},
        **{"f": "", "g": "1=2", "h": ""},
    }
