"""Where source text comes from: the disk, or an editor's open documents over it.

Not for: choosing which files make a package (load.py).
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document


class Stamp(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What changes when a file does, as the file system has it: times in nanoseconds."""

    modified: int
    changed: int
    size: int
    inode: int


# How long after a change a file system may still give another one the same time, in nanoseconds.
_SAME_TIME = 2_000_000_000


def may_hide_changes(stamp: Stamp, as_of: int) -> bool:
    """Whether what was read after `as_of` with this stamp may have been changed since without a trace: it had
    just been changed then."""
    return stamp.changed >= as_of - _SAME_TIME


def is_as_before(stamp: Stamp | None, before: Stamp | None, as_of: int) -> bool:
    """Whether a file or folder must be as it was when it was read with the stamp `before`, after `as_of`."""
    return before is not None and stamp == before and not may_hide_changes(before, as_of)


def are_as_before(files: Files, directory: str, stamps: Mapping[str, Stamp | None], as_of: int) -> bool:
    """The same of all files of a directory, by base name."""
    prefix, latest, stamp = join(directory, ""), as_of - _SAME_TIME, files.stamp
    for name, before in stamps.items():
        if before is None or before.changed >= latest or stamp(prefix + name) != before:
            return False
    return True


# The largest Go file that is analysed where the configuration says nothing else (max-file-size), and the
# largest of other files: a baseline or vendor/modules.txt may have megabytes.
LARGEST_GO_FILE = 5_000_000
_LARGEST_OTHER = 16_000_000


class FileTooLargeError(OSError):
    """A file is larger than what is read."""

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
        """The stamp of a regular file or a directory; None where there is none, or where it says nothing of
        what `read` gives."""
        ...

    def document(self, path: str) -> Document | None:
        """The file as an editor has it open, so that nobody parses it a second time; None where it isn't."""
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
    """The disk. Only regular files are read: a named pipe called x.go must not hang us. Links to directories
    are no directories, as for `go build ./...`, so that loops of them end."""

    def __init__(self, largest: int = LARGEST_GO_FILE) -> None:
        self.largest = largest

    def read(self, path: str, most: int | None = None) -> bytes:
        most = most or _most(path, self.largest)
        # Thousands of files are read so: pathlib would cost more than the disk.
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"{path} is not a regular file")
        if found.st_size > most:
            raise FileTooLargeError(path, most)
        # Another file may have come in its place: opening a pipe that nobody writes to would wait.
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


def _most(path: str, largest: int) -> int:
    return largest if path.endswith(".go") else _LARGEST_OTHER


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


class DiskMemory:
    """What was read of the disk, kept until somebody tells of a change. `tell` may be called by any thread;
    what `now` gives, and `look_again`, are for one thread."""

    _LONGEST = 10_000

    def __init__(self) -> None:
        self._disk = DiskFiles()
        self._texts: dict[str, bytes] = {}
        self._entries: dict[str, list[tuple[str, bool]]] = {}
        # What tells one state of a path from another, as it was when it was looked at; None where there was
        # nothing.
        self._states: dict[str, Stamp | None] = {}
        # The paths that were told of, the oldest left out; `told` counts all that there ever were, `looks`
        # how often all was looked at again.
        self._journal: deque[str] = deque(maxlen=self._LONGEST)
        self.told = 0
        self.looks = 0
        # What was told of is forgotten before anybody takes it for the state after it.
        self._telling = threading.Lock()

    def now(self, keeps: bool = True, largest: int = LARGEST_GO_FILE) -> RememberedFiles:
        """The disk as it is after all that was told. Without `keeps` it is for who reads many files once:
        their bytes are not kept in memory."""
        with self._telling:
            return RememberedFiles(self, self.told, keeps, largest)

    def tell(self, path: str) -> None:
        """Something has happened to a file or a folder, or to what is in it."""
        below = path + os.sep
        with self._telling:
            for each in (path, *(each for each in list(self._states) if each.startswith(below))):
                self._journal.append(each)
                self.told += 1
                for kept in (self._texts, self._entries, self._states):
                    kept.pop(each, None)
            self._forget_listings(path)

    def _forget_listings(self, path: str) -> None:
        """Forgets the listing of the folder of `path`, and of those above that were listed before the folder
        came: who tells of a file need not tell of a new folder that it is in."""
        folder = os.path.dirname(path)
        self._entries.pop(folder, None)
        while (above := os.path.dirname(folder)) != folder:
            name = os.path.basename(folder)
            listed = self._entries.get(above)
            if listed is not None and any(each == name for each, _ in listed):
                return
            self._entries.pop(above, None)
            folder = above

    def look_again(self) -> bool:
        """Tells of all that has changed since it was looked at, for nobody else may have told of it."""
        self.looks += 1
        states = list(self._states.items())
        changed = [path for path, state in states if self._disk.stamp(path) != state]
        for path in changed:
            self.tell(path)
        return bool(changed)

    def changed_among(self, counts: Callable[[str], bool]) -> list[str]:
        """The paths that count of those that have changed since they were looked at; of a folder what has
        come and gone in it. Any thread's; tells nobody."""
        found: list[str] = []
        for path, state in list(self._states.items()):
            if counts(path) and self._disk.stamp(path) != state:
                found += self._come_and_gone(path) if os.path.isdir(path) else [path]
        return [path for path in found if counts(path)]

    def _come_and_gone(self, directory: str) -> list[str]:
        listed = self._entries.get(directory)
        if listed is None:
            return []  # it is listed anew, for somebody has told of something in it
        try:
            now = self._disk.entries(directory)
        except OSError:
            return [directory]
        return sorted({join(directory, name) for name, _ in {*listed}.symmetric_difference(now)})

    def between(self, earlier: int, later: int) -> set[str] | None:
        """The paths that were told of after the first `earlier`, up to `later`; None if that is forgotten."""
        with self._telling:
            journal = list(self._journal)
            first = self.told - len(journal)
        return None if earlier < first else set(journal[earlier - first : later - first])

    def read(self, path: str, keeps: bool, most: int) -> bytes:
        """The bytes of a file. Raises OSError. Without `keeps` they are read anew the next time."""
        text = self._texts.get(path)
        if text is not None and len(text) > most:
            raise FileTooLargeError(path, most)
        if text is None:
            told = self.told
            self._states[path] = self._disk.stamp(path)
            text = self._disk.read(path, most)
            # What was read while something happened may be as it was before.
            with self._telling:
                if keeps and told == self.told:
                    self._texts[path] = text
        return text

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of a file or folder when it was looked at; what is read of it is no older."""
        told = self.told
        try:
            return self._states[path]
        except KeyError:
            stamp = self._disk.stamp(path)
        with self._telling:
            if told == self.told:
                self._states[path] = stamp
        return stamp

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        found = self._entries.get(directory)
        if found is None:
            told = self.told
            self._states[directory] = self._disk.stamp(directory)
            found = self._disk.entries(directory)
            with self._telling:
                if told == self.told:
                    self._entries[directory] = found
        return found


class RememberedFiles:
    """The disk after the first `told` changes that a memory was told of."""

    def __init__(self, memory: DiskMemory, told: int, keeps: bool, largest: int) -> None:
        self._memory = memory
        self._told = told
        self._keeps = keeps
        self.largest = largest

    def read(self, path: str, most: int | None = None) -> bytes:
        return self._memory.read(path, self._keeps, most or _most(path, self.largest))

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        return self._memory.entries(directory)

    def since(self, earlier: Files) -> Collection[str] | None:
        if not isinstance(earlier, RememberedFiles) or earlier._memory is not self._memory:
            return None
        if earlier.largest != self.largest:
            return None
        return self._memory.between(earlier._told, self._told)

    def stamp(self, path: str) -> Stamp | None:
        return self._memory.stamp(path)

    def document(self, _path: str) -> Document | None:
        return None


class OverlayFiles:
    """`documents`, by absolute path, over `base`: they hide what it holds there, and are in directories
    that it doesn't know."""

    def __init__(self, base: Files, documents: Mapping[str, Document]) -> None:
        self._base = base
        self._documents = dict(documents)
        self.largest = base.largest

    def document(self, path: str) -> Document | None:
        return self._documents.get(path)

    @cached_property
    def _listed(self) -> dict[str, dict[str, bool]]:
        """By folder what the documents put there: themselves, and the folders that they are in."""
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
        most = most or _most(path, self.largest)
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


class SeenFiles:
    """Files of which each folder is listed once: all who ask see the same. `largest` may be set to what the
    configuration says, which is among them."""

    def __init__(self, base: Files) -> None:
        self.largest = base.largest
        self._base = base
        self._listed: dict[str, list[tuple[str, bool]] | OSError] = {}

    def read(self, path: str, most: int | None = None) -> bytes:
        return self._base.read(path, most or _most(path, self.largest))

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
