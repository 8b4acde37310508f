"""Modgo's cache folder, and writing into it (or anywhere) so that nobody ever sees half a file.

Not for: Go's own build and module caches, which stay where the user has them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs


def cache_directory() -> Path:
    """The folder of everything modgo may make again at any time ($XDG_CACHE_HOME/modgo on Linux)."""
    return Path(platformdirs.user_cache_path("modgo"))


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """A new folder inside the cache, removed at the end however the work ends."""
    parent = cache_directory() / "scratch"
    parent.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def write_file(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Writes a file by renaming a finished one into place. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def publish_file(source: Path, destination: Path, mode: int = 0o755) -> None:
    """Copies a finished file to `destination`, which is either the old file or the whole new one, and
    never the same inode as before: a process that has the old one loaded keeps it. Raises OSError."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=destination.parent, prefix=f".{destination.name[:100]}.")
    os.close(handle)
    try:
        shutil.copyfile(source, temporary)
        Path(temporary).chmod(mode & ~_umask())
        Path(temporary).replace(destination)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def once(directory: Path, fill: Callable[[Path], None]) -> Path:
    """`directory`, made by `fill` unless it is there already. Its name must say everything that its
    content depends on. Two processes may race: one of the equal results stays. Raises OSError."""
    if directory.is_dir():
        return directory
    with scratch_directory() as scratch:
        made = scratch / "made"
        made.mkdir()
        fill(made)
        move_once(made, directory)
    return directory


def move_once(made: Path, directory: Path) -> None:
    """Renames `made` to `directory`; where another process was faster, its equal result stays."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    try:
        made.rename(directory)
    except OSError:
        if not directory.is_dir():
            raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
