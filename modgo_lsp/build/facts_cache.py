"""Facts about the source of Go's library and of modules, cached on disk for later runs.

golang/program/sources.py makes the keys.
"""

from __future__ import annotations

import os
import time
import zlib
from contextlib import suppress

from modgo_lsp.build.cache_folders import own_folder
from modgo_lsp.file_writer import ANYTHING, write_file

# What is not asked for so long is forgotten, and the oldest where all of it takes more room.
_DAYS = 30
_MEGABYTES = 256


# How many bytes of a file tell whether the others are as they were written. It is damage that they are there
# for, not malice: a checksum takes a sixth of the time that a digest takes, of which lint waits for some ms.
_CHECKSUM = 4


class DiskFactsCache:
    """In modgo's cache folder. What can't be read or is damaged is not there, what can't be written is not
    kept."""

    def __init__(self, kind: str = "facts") -> None:
        self._kind = kind
        self._folder: str | None = None

    def get(self, key: str) -> bytes | None:
        try:
            with open(self._file(key), "rb", buffering=0) as file:
                checksum, value = file.read(_CHECKSUM), file.read()
        except OSError:
            return None
        return value if _checksum(value) == checksum else None

    def put(self, key: str, value: bytes) -> None:
        with suppress(OSError):
            write_file(self._file(key), _checksum(value) + value, replaces=ANYTHING)
            keep_small(self.folder, _DAYS, _MEGABYTES << 20)

    @property
    def folder(self) -> str:
        if self._folder is None:
            self._folder = os.path.join(own_folder("cache"), self._kind)
        return self._folder

    def _file(self, key: str) -> str:
        return os.path.join(self.folder, key[:2], key)


def _checksum(value: bytes) -> bytes:
    # What begins with 1 is not 0 for nothing, nor for a file of zeros.
    return zlib.crc32(value, 1).to_bytes(_CHECKSUM, "big")


def keep_small(directory: str, days: float, size: int) -> None:
    """Removes files below `directory` that weren't written or asked for for so many days, and the oldest
    while all have more than `size` bytes. Looks at most once a day: a file .swept says when that was."""
    now = time.time()
    with suppress(FileNotFoundError):
        if os.stat(os.path.join(directory, ".swept")).st_mtime > now - 86400:
            return
    from pathlib import Path

    mark = Path(directory, ".swept")
    mark.touch()
    found = []
    for path in mark.parent.rglob("*"):
        with suppress(OSError):
            if path != mark and path.is_file():
                state = path.stat()
                found.append((max(state.st_mtime, state.st_atime), state.st_size, path))
    total = sum(entry[1] for entry in found)
    for used, length, path in sorted(found, key=lambda entry: entry[0]):
        if used >= now - days * 86400 and total <= size:
            break
        with suppress(OSError):
            path.unlink()
            total -= length
