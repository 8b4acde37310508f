"""Modgo's cache folder, and the atomic creation of folders in it.

Go's build and module caches stay where the user has them. Single files are written by file_writer.py.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modgo_lsp.build.cache_folders import own_folder


def cache_directory() -> Path:
    """The cache folder ($XDG_CACHE_HOME/modgo on Linux), whose content modgo can make again at any time.
    Raises OSError if it cannot be used."""
    return Path(own_folder("cache"))


def cached_module(folder: str, kind: str = "") -> Path:
    """The path in the cache to which the package in an absolute folder is built; `kind` is of the build."""
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:24]
    return cache_directory() / "modules" / digest / kind / f"{Path(folder).name or 'module'}.so"


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """A new folder inside the cache, removed at the end. Folders left by killed processes are removed after a
    day."""
    parent = cache_directory() / "scratch"
    parent.mkdir(parents=True, exist_ok=True)
    forget_old(parent, 1)
    directory = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def once(directory: Path, fill: Callable[[Path], None]) -> Path:
    """Returns `directory`, created by `fill` if it is missing. Its name must identify its content. If two
    processes race, one of the equal results stays. Raises OSError."""
    if directory.is_dir():
        return directory
    with scratch_directory() as scratch:
        made = scratch / "made"
        made.mkdir()
        fill(made)
        move_once(made, directory)
    return directory


def forget_old(directory: Path, days: float) -> None:
    """Removes the folders in `directory` that were not changed for `days`."""
    limit = time.time() - days * 86400
    for entry in directory.glob("*"):
        with suppress(OSError):
            if entry.stat().st_mtime < limit:
                shutil.rmtree(entry)


def move_once(made: Path, directory: Path) -> None:
    """Renames `made` to `directory`, unless another process has made it meanwhile."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.rename(directory)
    except OSError:
        if not directory.is_dir():
            raise
