"""The smallest files that are ELF shared objects and programs as far as their headers say."""

from __future__ import annotations

import struct


def elf(kind: int = 3, segments: tuple[int, ...] = (1,), rest: bytes = b"") -> bytes:
    """`kind` is e_type (3: shared object or position-independent program), `segments` are p_types."""
    ident = b"\x7fELF" + bytes((2, 1, 1)) + bytes(9)
    head = struct.pack("<HHIQQQIHHHHHH", kind, 62, 1, 0, 64, 0, 0, 64, 56, len(segments), 64, 0, 0)
    return ident + head + b"".join(struct.pack("<I", one) + bytes(52) for one in segments) + rest


SHARED_OBJECT = elf(rest=b"a module that was built before")
PROGRAM = elf(segments=(6, 3, 1), rest=b"a program")
