"""Reads source text from the disk, or from an editor's open documents over it. disk_cache.py caches the
disk."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document


class Stamp(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """File metadata that changes when the file does. Times are in nanoseconds."""

    modified: int
    changed: int
    size: int
    inode: int


# How long after a change a file system may give another change the same time, in nanoseconds.
_TIME_RESOLUTION = 2_000_000_000


def may_hide_changes(stamp: Stamp, as_of: int) -> bool:
    """Whether a file that was read after `as_of` with this stamp may have changed since without a new stamp:
    its last change was too recent then."""
    return stamp.changed >= as_of - _TIME_RESOLUTION


def is_unchanged(stamp: Stamp | None, before: Stamp | None, as_of: int) -> bool:
    """Whether a file or folder is certainly unchanged since it was read with the stamp `before`, after
    `as_of`."""
    return before is not None and stamp == before and not may_hide_changes(before, as_of)


def are_unchanged(files: Files, directory: str, stamps: Mapping[str, Stamp | None], as_of: int) -> bool:
    """Whether all files of a directory are certainly unchanged. `stamps` are by base name."""
    prefix, latest, stamp = join(directory, ""), as_of - _TIME_RESOLUTION, files.stamp
    for name, before in stamps.items():
        if before is None or before.changed >= latest or stamp(prefix + name) != before:
            return False
    return True


# The default size limit of Go files (max-file-size), and that of other files: a baseline or
# vendor/modules.txt may have megabytes.
LARGEST_GO_FILE = 5_000_000
_LARGEST_OTHER = 16_000_000


class FileTooLargeError(OSError):
    """A file exceeds its size limit."""

    def __init__(self, path: str, largest: int) -> None:
        super().__init__(errno.EFBIG, f"it has more than {largest:,} bytes", path)


class Files(Protocol):
    # The size limit of Go files, in bytes.
    largest: int

    def read(self, path: str, most: int | None = None) -> bytes:
        """The bytes of a file. Raises OSError if it cannot be read, and FileTooLargeError if it has more than
        `most` bytes, or more than the limit of its kind."""

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        """The entries of a directory as (name, is a directory), sorted by name. Raises OSError."""

    def since(self, earlier: Files) -> Collection[str] | None:
        """The paths that may have changed since `earlier`; None if that is unknown."""

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of a regular file or directory. None if there is none, or if it does not describe what
        `read` returns."""

    def document(self, path: str) -> Document | None:
        """The document of a file that is open in an editor, so that it is not parsed twice; otherwise
        None."""


def join(directory: str, *names: str) -> str:
    """The path of a file or folder in `directory`."""
    # Called for every file of every package: pathlib takes twenty times as long.
    prefix = directory if directory.endswith(os.sep) or not directory else directory + os.sep
    return prefix + os.sep.join(names)


def upwards(directory: str) -> Iterator[str]:
    """An absolute folder and all its parents."""
    parent = ""
    while directory != parent:
        yield directory
        parent, directory = directory, os.path.dirname(directory)


class DiskFiles:
    """The disk. Reads regular files only, because reading a named pipe called x.go would never end. As for
    `go build ./...`, a symbolic link to a directory is not a directory, so loops of links end."""

    def __init__(self, largest: int = LARGEST_GO_FILE) -> None:
        self.largest = largest

    def read(self, path: str, most: int | None = None) -> bytes:
        most = most or size_limit(path, self.largest)
        # os.stat, because thousands of files are read: pathlib would take longer than the disk.
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is not a regular file")
        if found.st_size > most:
            raise FileTooLargeError(path, most)
        # A pipe may have replaced the file: opening one that has no writer would block.
        with open(path, "rb", buffering=0, opener=_open_nonblocking) as file:
            data = file.read(found.st_size + 1) or b""
            if len(data) > found.st_size:  # it has grown
                data += file.read(most + 1 - len(data)) or b""
            if len(data) > most:
                raise FileTooLargeError(path, most)
            return data

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        with os.scandir(directory) as found:
            entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
        entries.sort()
        return entries

    def stamp(self, path: str) -> Stamp | None:
        try:
            found = os.stat(path)
        except (OSError, ValueError):
            return None
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
            return None
        return Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)

    def document(self, path: str) -> Document | None:  # noqa: ARG002 (nothing is open on a disk)
        return None

    def since(self, _earlier: Files) -> Collection[str] | None:
        return None


def size_limit(path: str, largest: int) -> int:
    """The size limit of a file, in bytes."""
    return largest if path.endswith(".go") else _LARGEST_OTHER


def _open_nonblocking(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class OverlayFiles:
    """`documents`, by absolute path, over `base`. They replace its files, and may be in directories that it
    does not have."""

    def __init__(self, base: Files, documents: Mapping[str, Document]) -> None:
        self._base = base
        self._documents = dict(documents)
        self.largest = base.largest

    def document(self, path: str) -> Document | None:
        return self._documents.get(path)

    @cached_property
    def _listed(self) -> dict[str, dict[str, bool]]:
        """The entries that the documents add to each folder: themselves, and the folders that contain
        them."""
        found: dict[str, dict[str, bool]] = {}
        for path in self._documents:
            is_folder = False
            while path not in (directory := os.path.dirname(path), ""):
                known = found.setdefault(directory, {})
                name = os.path.basename(path)
                if name in known:
                    break
                known[name] = is_folder
                path, is_folder = directory, True
        return found

    def has_same_documents(self, other: OverlayFiles) -> bool:
        now, then = self._documents, other._documents
        return now.keys() == then.keys() and all(now[path] is then[path] for path in now)

    def read(self, path: str, most: int | None = None) -> bytes:
        document = self._documents.get(path)
        if document is None:
            return self._base.read(path, most)
        most = most or size_limit(path, self.largest)
        if document.size > most:
            raise FileTooLargeError(path, most)
        return document.source

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        own = self._listed.get(directory, {})
        try:
            listed = self._base.entries(directory)
        except OSError:
            if not own:
                raise
            listed = []
        if all(entry in listed for entry in own.items()):
            return listed
        return sorted({**dict(listed), **own}.items())

    def stamp(self, path: str) -> Stamp | None:
        return None if path in self._documents else self._base.stamp(path)

    def since(self, earlier: Files) -> Collection[str] | None:
        if not isinstance(earlier, OverlayFiles):
            return None
        below = self._base.since(earlier._base)
        if below is None:
            return None
        before, now = earlier._documents, self._documents
        changed = {path for path in before.keys() | now.keys() if before.get(path) is not now.get(path)}
        return changed.union(below)


class CachedListings:
    """Files that list each folder once. `largest` may be set later, because the configuration that sets it is
    itself one of the files."""

    def __init__(self, base: Files) -> None:
        self.largest = base.largest
        self._base = base
        self._listed: dict[str, list[tuple[str, bool]] | OSError] = {}

    def read(self, path: str, most: int | None = None) -> bytes:
        return self._base.read(path, most or size_limit(path, self.largest))

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        found = self._listed.get(directory)
        if found is None:
            try:
                found = self._base.entries(directory)
            except OSError as error:
                found = error
            self._listed[directory] = found
        if isinstance(found, list):
            return found
        raise found

    def stamp(self, path: str) -> Stamp | None:
        return self._base.stamp(path)

    def document(self, path: str) -> Document | None:
        return self._base.document(path)

    def since(self, _earlier: Files) -> Collection[str] | None:
        return None
