"""Caches files and listings from the disk until a change is reported."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from modgo_lsp.golang.files import (
    LARGEST_GO_FILE,
    DiskFiles,
    Files,
    FileTooLargeError,
    Stamp,
    join,
    size_limit,
)

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Document


class DiskCache:
    """Files, listings and stamps of the disk. Any thread may call `report_change` and `changed_paths`; what
    `now` returns, and `rescan`, are for one thread. `changes` counts the reported changes, `rescans` the
    calls of `rescan`."""

    _LONGEST = 10_000

    def __init__(self) -> None:
        self._disk = DiskFiles()
        self._texts: dict[str, bytes] = {}
        self._entries: dict[str, list[tuple[str, bool]]] = {}
        # The stamp of each path when it was read; None where there was nothing.
        self._stamps: dict[str, Stamp | None] = {}
        # The reported paths; the oldest fall out.
        self._journal: deque[str] = deque(maxlen=self._LONGEST)
        self.changes = 0
        self.rescans = 0
        # Held while a change is reported, so that nothing read before it is cached after it.
        self._lock = threading.Lock()

    def now(self, caches: bool = True, largest: int = LARGEST_GO_FILE) -> CachedFiles:
        """The disk after all reported changes. Without `caches`, the bytes of files aren't cached: that is
        for who reads many files once."""
        with self._lock:
            return CachedFiles(self, self.changes, caches, largest)

    def report_change(self, path: str) -> None:
        """A file or folder, or something in it, has changed."""
        below = path + os.sep
        with self._lock:
            for each in (path, *(each for each in list(self._stamps) if each.startswith(below))):
                self._journal.append(each)
                self.changes += 1
                for cache in (self._texts, self._entries, self._stamps):
                    cache.pop(each, None)
            self._invalidate_listings(path)

    def _invalidate_listings(self, path: str) -> None:
        """Invalidates the listing of the folder of `path`, and of the folders above that were listed before
        that folder was made: a change in a new folder may be reported without the folder itself."""
        folder = os.path.dirname(path)
        self._entries.pop(folder, None)
        while (above := os.path.dirname(folder)) != folder:
            name = os.path.basename(folder)
            listed = self._entries.get(above)
            if listed is not None and any(each == name for each, _ in listed):
                return
            self._entries.pop(above, None)
            folder = above

    def rescan(self) -> bool:
        """Reports all that has changed since it was read. Returns whether anything has."""
        self.rescans += 1
        stamps = list(self._stamps.items())
        changed = [path for path, stamp in stamps if self._disk.stamp(path) != stamp]
        for path in changed:
            self.report_change(path)
        return bool(changed)

    def changed_paths(self, counts: Callable[[str], bool]) -> list[str]:
        """The paths that have changed since they were read, and for which `counts` is true; of a folder, what
        was added and removed in it. Reports nothing."""
        found: list[str] = []
        for path, stamp in list(self._stamps.items()):
            if counts(path) and self._disk.stamp(path) != stamp:
                found += self._added_and_removed(path) if os.path.isdir(path) else [path]
        return [path for path in found if counts(path)]

    def _added_and_removed(self, directory: str) -> list[str]:
        listed = self._entries.get(directory)
        if listed is None:
            return []  # a change in it was reported
        try:
            now = self._disk.entries(directory)
        except OSError:
            return [directory]
        return sorted({join(directory, name) for name, _ in {*listed}.symmetric_difference(now)})

    def between(self, earlier: int, later: int) -> set[str] | None:
        """The paths of the changes from number `earlier` to number `later`; None if the journal is too short,
        or `later` comes first."""
        if later < earlier:
            return None
        with self._lock:
            journal = list(self._journal)
            first = self.changes - len(journal)
        return None if earlier < first else set(journal[earlier - first : later - first])

    def read(self, path: str, caches: bool, most: int) -> bytes:
        """The bytes of a file. Raises OSError."""
        text = self._texts.get(path)
        if text is not None and len(text) > most:
            raise FileTooLargeError(path, most)
        if text is None:
            changes = self.changes
            self._stamps[path] = self._disk.stamp(path)
            text = self._disk.read(path, most)
            # What was read while a change was reported may be older than the change.
            with self._lock:
                if caches and changes == self.changes:
                    self._texts[path] = text
        return text

    def stamp(self, path: str) -> Stamp | None:
        """The stamp of a file or folder; what is read of it is not older."""
        changes = self.changes
        try:
            return self._stamps[path]
        except KeyError:
            stamp = self._disk.stamp(path)
        with self._lock:
            if changes == self.changes:
                self._stamps[path] = stamp
        return stamp

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        """What is in a folder, as `Files.entries` returns it. Raises OSError."""
        found = self._entries.get(directory)
        if found is None:
            changes = self.changes
            self._stamps[directory] = self._disk.stamp(directory)
            found = self._disk.entries(directory)
            with self._lock:
                if changes == self.changes:
                    self._entries[directory] = found
        return found


class CachedFiles:
    """The disk after the first `changes` changes that were reported to a cache."""

    def __init__(self, cache: DiskCache, changes: int, caches: bool, largest: int) -> None:
        self._cache = cache
        self._changes = changes
        self._caches = caches
        self.largest = largest

    def read(self, path: str, most: int | None = None) -> bytes:
        return self._cache.read(path, self._caches, most or size_limit(path, self.largest))

    def entries(self, directory: str) -> list[tuple[str, bool]]:
        return self._cache.entries(directory)

    def since(self, earlier: Files) -> Collection[str] | None:
        if not isinstance(earlier, CachedFiles) or earlier._cache is not self._cache:
            return None
        if earlier.largest != self.largest:
            return None
        return self._cache.between(earlier._changes, self._changes)

    def stamp(self, path: str) -> Stamp | None:
        return self._cache.stamp(path)

    def document(self, _path: str) -> Document | None:
        return None
