"""Writes a module's file if the place is allowed and no other kind of file is there."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO

from modgo_lsp.build.cache import cache_directory
from modgo_lsp.file_writer import ANYTHING, Kind, check_place, workspace_of, write_file

_SHARED, _PROGRAM = 3, 2  # e_type
_INTERPRETER = 3  # p_type PT_INTERP: only programs have it, also position-independent ones
_SEGMENTS = 256


def _is_shared_object(file: BinaryIO) -> bool:
    return _elf_type(file) == _SHARED


def _is_elf(file: BinaryIO) -> bool:
    return _elf_type(file) in (_SHARED, _PROGRAM)


SHARED_OBJECT = Kind("a shared object", _is_shared_object)
ELF = Kind("a program or a shared object", _is_elf)


def check_module_place(path: Path, force: bool) -> None:
    """Raises OSError if `write_module` would, so that a build fails before it starts."""
    if not _is_in_cache(path):
        check_place(path, replaces=SHARED_OBJECT, within=workspace_of(path), force=force)


def read_cached(path: Path) -> bytes:
    """The module that an earlier build wrote to modgo's cache, where nobody else writes; b"" if there is
    none. A file in the user's folders is not read: it may say falsely from which sources it was built."""
    return path.read_bytes() if _is_in_cache(path) and path.is_file() else b""


def write_module(path: Path, content: bytes, force: bool = False) -> None:
    """Writes a module as a new inode, so that processes that have loaded the old file keep it. It replaces a
    shared object, or with `force` any file. Raises OSError that names `path`."""
    if _is_in_cache(path):
        write_file(path, content, replaces=ANYTHING, mode=0o777)
    else:
        write_file(path, content, replaces=SHARED_OBJECT, within=workspace_of(path), mode=0o777, force=force)


def _is_in_cache(path: Path) -> bool:
    return path.is_relative_to(os.path.abspath(cache_directory()))  # noqa: PTH100 (links stay links)


def _elf_type(file: BinaryIO) -> int | None:
    """_SHARED, _PROGRAM (position-independent ones too), or None for another file."""
    head = file.read(64)
    if len(head) < 52 or head[:4] != b"\x7fELF" or head[4] not in (1, 2) or head[5] not in (1, 2):
        return None
    order, wide = "<" if head[5] == 1 else ">", head[4] == 2
    kind: int = struct.unpack_from(f"{order}H", head, 16)[0]
    if kind != _SHARED:
        return kind if kind == _PROGRAM else None
    offset: int = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", head, 32 if wide else 28)[0]
    size, count = struct.unpack_from(f"{order}HH", head, 54 if wide else 42)
    if offset >= 1 << 40 or not 0 < count <= _SEGMENTS or size < 4:
        return None
    file.seek(offset)
    table = file.read(size * count)
    types = (struct.unpack_from(f"{order}I", table, at)[0] for at in range(0, len(table) - 3, size))
    return _PROGRAM if _INTERPRETER in types else _SHARED
