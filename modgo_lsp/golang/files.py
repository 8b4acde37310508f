"""Where source text comes from: the disk, or an editor's open documents over it (disk_cache.py caches the
disk)."""

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
    """Metadata that changes when a file does; times are in nanoseconds."""

    modified: int
    changed: int
    size: int
    inode: int


# How long after a change a file system may still give another one the same time, in nanoseconds.
_SAME_TIME = 2_000_000_000


def may_hide_changes(stamp: Stamp, as_of: int) -> bool:
    """Whether a file that was read after `as_of` with this stamp may have changed since without getting
    another one: it had just been changed then."""
    return stamp.changed >= as_of - _SAME_TIME


def is_as_before(stamp: Stamp | None, before: Stamp | None, as_of: int) -> bool:
    """Whether a file or folder is certainly as it was when it was read with the stamp `before`, after
    `as_of`."""
    return before is not None and stamp == before and not may_hide_changes(before, as_of)


def are_as_before(files: Files, directory: str, stamps: Mapping[str, Stamp | None], as_of: int) -> bool:
    """Whether that is so for all files of a directory; `stamps` are by base name."""
    prefix, latest, stamp = join(directory, ""), as_of - _SAME_TIME, files.stamp
    for name, before in stamps.items():
        if before is None or before.changed >= latest or stamp(prefix + name) != before:
            return False
    return True


# The largest Go file that is analysed by default (max-file-size), and the largest of other files: a baseline
# or vendor/modules.txt may have megabytes.
LARGEST_GO_FILE = 5_000_000
_LARGEST_OTHER = 16_000_000


class FileTooLargeError(OSError):
    """A file is too large to be read."""

    def __init__(self, path: str, largest: int) -> None:
        super().__init__(errno.EFBIG, f"it has more than {largest:,} bytes", path)


class Files(Protocol):
    # The largest Go file that is read.
    largest: int

    def read(self, path: str, most: int | None = None) -> bytes:
        """The bytes of a file. Raises OSError where it can't be read, FileTooLargeError where it has more
        than `most` bytes, or more than what files of its kind may have."""
        ...

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        """What is in a directory, as (name, is a directory), by name. Raises OSError."""
        ...

    def since(self, earlier: Files) -> Collection[str] | None:
        """The paths that may not be as they were in `earlier`; None where that isn't known."""
        ...

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of a regular file or a directory; None where there is none, or where it doesn't describe
        what `read` gives."""
        ...

    def document(self, path: str) -> Document | None:
        """The document of a file that an editor has open, so that it isn't parsed a second time; else
        None."""
        ...


def join(directory: str, *names: str) -> str:
    """The path of a file or folder below `directory`."""
    # Called for every file of every package: pathlib takes twenty times as long.
    prefix = directory if directory.endswith(os.sep) or not directory else directory + os.sep
    return prefix + os.sep.join(names)


def upwards(directory: str) -> Iterator[str]:
    """An absolute folder, and all above it."""
    parent = ""
    while directory != parent:
        yield directory
        parent, directory = directory, os.path.dirname(directory)


class DiskFiles:
    """The disk. Only regular files are read: reading a named pipe called x.go would never end. As for
    `go build ./...`, a link to a directory is no directory, so that loops of links end."""

    def __init__(self, largest: int = LARGEST_GO_FILE) -> None:
        self.largest = largest

    def read(self, path: str, most: int | None = None) -> bytes:
        most = most or size_limit(path, self.largest)
        # Thousands of files are read so: pathlib would cost more than the disk.
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is not a regular file")
        if found.st_size > most:
            raise FileTooLargeError(path, most)
        # A pipe may have taken its place: opening one that nobody writes to would block.
        with open(path, "rb", buffering=0, opener=_open_at_once) as file:
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
    """How many bytes of a file are read at most."""
    return largest if path.endswith(".go") else _LARGEST_OTHER


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class OverlayFiles:
    """`documents`, by absolute path, over `base`: they replace its files, and may be in directories that it
    doesn't have."""

    def __init__(self, base: Files, documents: Mapping[str, Document]) -> None:
        self._base = base
        self._documents = dict(documents)
        self.largest = base.largest

    def document(self, path: str) -> Document | None:
        return self._documents.get(path)

    @cached_property
    def _listed(self) -> dict[str, dict[str, bool]]:
        """By folder, the entries that the documents add: themselves, and the folders that they are in."""
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
    """Files of which each folder is listed once. `largest` may be set later: the configuration that says it
    is one of the files."""

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
