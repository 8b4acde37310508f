"""What the model found in the sources of Go's library and of modules, kept for the next run.

Not for: the keys (model/sources.py), nor Go's own caches.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


class DiskFactsCache:
    """In modgo's cache folder. What can't be read is not there, what can't be written is not kept."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def get(self, key: str) -> bytes | None:
        with suppress(OSError):
            return self._file(key).read_bytes()
        return None

    def put(self, key: str, value: bytes) -> None:
        from modgo_lsp.build.cache import write_file

        with suppress(OSError):
            write_file(self._file(key), value)

    def _file(self, key: str) -> Path:
        if self._folder is None:
            self._folder = _cache_folder() / "facts"
        return self._folder / key[:2] / key


def _cache_folder() -> Path:
    if sys.platform == "linux":
        # As platformdirs says, without what its import costs each run.
        return Path(os.environ.get("XDG_CACHE_HOME", "").strip() or Path("~/.cache").expanduser()) / "modgo"
    from modgo_lsp.build.cache import cache_directory

    return cache_directory()
