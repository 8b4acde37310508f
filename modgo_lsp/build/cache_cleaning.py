"""Removes the content of modgo's cache.

A folder is renamed before its content is removed: a cache entry is whole or not there at all, also if the
removal is interrupted.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from modgo_lsp.build.cache import cache_directory, scratch_directory

# The folders of the cache, and what is in them.
FOLDERS = {
    "facts": "facts of Go's library and of other modules",
    "lint": "lint results",
    "modules": "modules built for load, call and test",
    "overlay": "generated Go files",
    "symbols": "generated lists of exported symbols",
    "libmod_go": "the loader, compiled for this machine",
    "sdk": "the Go SDK as a module proxy",
    "zig-cc": "scripts that start zig as a C compiler",
    "results": "results that editors showed",
    "failed_cases": "which cases failed last",
    "delve": "the debugger Delve",
    "scratch": "files of commands that were killed",
}
# Commands that run now may use younger ones.
_SCRATCH_SECONDS = 3600


class CacheFolder(msgspec.Struct, frozen=True):
    """A folder of the cache. `problem` is why it is left alone, None if it can be removed."""

    name: str
    path: str
    about: str
    files: int
    bytes: int
    problem: str | None = None


def cache_folders() -> list[CacheFolder]:
    """The folders that have something to remove. Raises OSError if the cache cannot be used."""
    cache = cache_directory()
    there = ((cache / name, about) for name, about in FOLDERS.items())
    found = [_described(path, about) for path, about in there if os.path.lexists(path)]
    return [folder for folder in found if folder.name != "scratch" or folder.files or folder.problem]


def unknown_entries() -> list[str]:
    """The names of what is in the cache and was not made by this version of modgo."""
    cache = cache_directory()
    return sorted({entry.name for entry in cache.iterdir()} - FOLDERS.keys()) if cache.is_dir() else []


def foreign_file() -> str | None:
    """The name of a file, or of a hidden folder such as .git, in the cache: modgo makes neither. Then the
    folder is somebody's project, which XDG_CACHE_HOME made the cache as well."""
    cache = cache_directory()
    others = (cache / name for name in unknown_entries() if name != ".DS_Store")
    return next((each.name for each in others if each.name.startswith(".") or not each.is_dir()), None)


def remove(folder: CacheFolder) -> CacheFolder:
    """Removes a folder, and returns what was removed or why it was not."""
    if folder.problem is not None:
        return folder
    path = Path(folder.path)
    try:
        if folder.name == "scratch":
            for each in _old(path):
                shutil.rmtree(each)
            return folder
        with scratch_directory() as scratch:
            moved = scratch / folder.name
            path.rename(moved)
            shutil.rmtree(moved)
    except OSError as error:
        why = f"{error.filename or path}: {error.strerror or error}"
        return msgspec.structs.replace(folder, problem=why)
    return folder


def _described(path: Path, about: str) -> CacheFolder:
    found = path.lstat()
    problem = None
    if stat.S_ISLNK(found.st_mode):
        problem = "it is a symbolic link"
    elif not stat.S_ISDIR(found.st_mode):
        problem = "it is not a folder"
    elif hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        problem = "it belongs to another user"
    if problem is not None:
        return CacheFolder(path.name, str(path), about, 0, 0, problem)
    sizes = [size for top in (_old(path) if path.name == "scratch" else [path]) for size in _sizes(str(top))]
    return CacheFolder(path.name, str(path), about, len(sizes), sum(sizes))


def _old(scratch: Path) -> list[Path]:
    """The folders of commands that were killed some time ago."""
    limit = time.time() - _SCRATCH_SECONDS
    found: list[Path] = []
    for each in scratch.iterdir():
        with suppress(OSError):
            if not each.is_symlink() and each.is_dir() and each.stat().st_mtime < limit:
                found.append(each)
    return found


def _sizes(folder: str) -> Iterator[int]:
    """The sizes of the files in a folder and below it. Links are not followed."""
    pending = [folder]
    while pending:
        with suppress(OSError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    with suppress(OSError):
                        yield entry.stat(follow_symlinks=False).st_size
