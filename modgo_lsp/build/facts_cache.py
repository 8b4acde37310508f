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

# Entries that were not used for so long are removed, and the oldest if the cache is larger.
_DAYS = 30
_MEGABYTES = 256

# Bytes of the checksum. It detects damage, not malice: CRC-32 takes a sixth of the time of a digest, for
# which lint would wait some ms.
_CHECKSUM = 4


class DiskFactsCache:
    """In modgo's cache folder. An entry that can't be read or is damaged counts as missing; one that can't be
    written is not cached."""

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
            sweep(self.folder, _DAYS, _MEGABYTES << 20)

    @property
    def folder(self) -> str:
        if self._folder is None:
            self._folder = os.path.join(own_folder("cache"), self._kind)
        return self._folder

    def _file(self, key: str) -> str:
        return os.path.join(self.folder, key[:2], key)


def _checksum(value: bytes) -> bytes:
    # Starts at 1, so that an empty file or one of zeros does not match.
    return zlib.crc32(value, 1).to_bytes(_CHECKSUM, "big")


def sweep(directory: str, days: float, size: int) -> None:
    """Removes the files below `directory` that were not written or read for `days`, and then the oldest until
    the rest has at most `size` bytes. Runs at most once a day: the file .swept has the time of the last
    run."""
    now = time.time()
    with suppress(FileNotFoundError):
        if os.stat(os.path.join(directory, ".swept")).st_mtime > now - 86400:
            return
    from pathlib import Path  # 4 ms of each run, and this is for one a day

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
