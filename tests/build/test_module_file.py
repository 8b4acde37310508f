"""Which files a module or a program may replace."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest

from modgo_lsp.build.module_file import ELF, SHARED_OBJECT
from tests.elf_files import PROGRAM, elf
from tests.elf_files import SHARED_OBJECT as MODULE

OTHERS = {
    "empty": b"",
    "text": b"package m\n" * 10,
    "cut short": MODULE[:51],
    "no class": MODULE[:4] + b"\0" + MODULE[5:],
    "no order": MODULE[:5] + b"\3" + MODULE[6:],
    "an object file": elf(1),
    "a core dump": elf(4),
    "no segments": elf(segments=()),
    "too many segments": elf(segments=(1,) * 257),
    "segments far away": MODULE[:32] + struct.pack("<Q", 1 << 40) + MODULE[40:],
    "small segments": MODULE[:54] + struct.pack("<H", 3) + MODULE[56:],
}


def kinds(content: bytes) -> tuple[bool, bool]:
    return SHARED_OBJECT.matches(BytesIO(content)), ELF.matches(BytesIO(content))


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_other_files(content: bytes) -> None:
    assert kinds(content) == (False, False)


def test_modules_and_programs() -> None:
    assert kinds(MODULE) == kinds(elf(segments=(1,) * 256)) == (True, True)
    assert kinds(PROGRAM) == kinds(elf(2)) == kinds(elf(2, segments=())) == (False, True)


@pytest.mark.parametrize(("order", "number"), [("<", 1), (">", 2)])
@pytest.mark.parametrize(("segment", "expected"), [(1, (True, True)), (3, (False, True))])
def test_32_bits_and_both_orders(order: str, number: int, segment: int, expected: tuple[bool, bool]) -> None:
    head = struct.pack(f"{order}HHIIIIIHHHHHH", 3, 3, 1, 0, 52, 0, 0, 52, 32, 1, 40, 0, 0)
    ident = b"\x7fELF" + bytes((1, number, 1)) + bytes(9)
    assert kinds(ident + head + struct.pack(f"{order}I", segment) + bytes(28)) == expected
