"""What the last builds and loads found, shown as long as it is true of what the editor shows.

A build reads the files on the disk. What it found, and where, is known of those alone: a mistake on one line
may be mended on another, and in another file. So the findings of a build go with the first change of anything
that it may have read, in an open document or on the disk. The next build finds what is still there.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import PurePath

from modgo_lsp.golang.files import DiskFiles, Files, join, upwards
from modgo_lsp.golang.modules.go_mod import parse_go_mod
from modgo_lsp.model.finding import Finding

# Files of folders above that a build looks at.
_ABOVE = ("go.work", "go.work.sum", "modgo.toml", "pyproject.toml")
# How long a build waits after `begun`, in seconds, before it reads anything. Times of change are of a clock
# that may be 10 ms slow. So what changes after the pause has a later time than `begun`, and what was saved
# just before the command an earlier one: editors report such a save late, when the build is under way.
PAUSE = 0.02


class Reading:
    """What one build may have read: all in `folders`, and files of the folders above the package. `begun`,
    in nanoseconds, is PAUSE before it reads. `outdated`: something of it has changed since."""

    def __init__(self, directory: str, files: Files) -> None:
        self.directory = directory
        self.folders = _folders(directory, files)
        self.begun = time.time_ns()
        self.outdated = False

    def holds(self, path: str) -> bool:
        """Whether the build may have read a file, or something in a folder."""
        if path.endswith(".so"):
            return False
        for folder in self.folders:
            if _is_in(folder, path):
                return True
            if _is_in(path, folder):
                return "testdata" not in PurePath(path[len(folder) :]).parts
        above, name = os.path.split(path)
        return name in _ABOVE and _is_in(self.directory, above)


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(join(folder, ""))


def _folders(directory: str, files: Files) -> frozenset[str]:
    """The folders of the Go modules that a build of the package may read: its own, those that it replaces
    others by, and those of the workspace."""
    root = directory
    found: set[str] = set()
    for folder in upwards(directory):
        for name in ("go.mod", "go.work"):
            try:
                mod = parse_go_mod(files.read(join(folder, name)))
            except OSError:
                continue
            root = folder if root == directory and name == "go.mod" else root
            local = [each.new for each in mod.replaces if not each.new_version]
            found.update(os.path.normpath(join(folder, each)) for each in (*local, *mod.uses))
    return frozenset((root, *found))


class BuildFindings:
    """`by_directory` gives them by package folder; each change makes a new mapping. Any thread may call."""

    def __init__(self) -> None:
        self.by_directory: Mapping[str, tuple[Finding, ...]] = {}
        self._standing: dict[str, Reading] = {}
        self._under_way: list[Reading] = []
        self._lock = threading.Lock()
        self._disk = DiskFiles()

    @contextmanager
    def reading(self, directory: str) -> Iterator[Reading]:
        """While a build of a package is under way. What changes meanwhile outdates what it finds."""
        reading = Reading(directory, self._disk)
        with self._lock:
            self._under_way.append(reading)
        try:
            yield reading
        finally:
            with self._lock:
                self._under_way.remove(reading)

    def replace(self, reading: Reading, findings: Sequence[Finding]) -> None:
        """The outcome of a build, in place of the one before."""
        with self._lock:
            self._remove(reading.directory)
            if findings and not reading.outdated:
                self._standing[reading.directory] = reading
                self.by_directory = {**self.by_directory, reading.directory: tuple(findings)}

    def _remove(self, directory: str) -> None:
        self._standing.pop(directory, None)
        self.by_directory = {key: each for key, each in self.by_directory.items() if key != directory}

    @property
    def is_empty(self) -> bool:
        return not (self._standing or self._under_way)

    def concerns(self, path: str) -> bool:
        """Whether something that was found depends on a file."""
        return any(reading.holds(path) for reading in list(self._standing.values()))

    def text_changed(self, path: str) -> bool:
        """An open document has changed. Says whether anything that was shown has gone."""
        return not self.is_empty and self._changed(path, None)

    def file_changed(self, path: str) -> bool:
        """Something has happened to a file or folder on the disk, now or a while ago."""
        if self.is_empty:
            return False
        stamp = self._disk.stamp(path)
        return self._changed(path, None if stamp is None else stamp.changed)

    def _changed(self, path: str, when: int | None) -> bool:
        def has_changed(reading: Reading) -> bool:
            is_before = when is not None and when < reading.begun
            return not is_before and reading.holds(path)

        with self._lock:
            for reading in filter(has_changed, self._under_way):
                reading.outdated = True
            gone = [directory for directory, reading in self._standing.items() if has_changed(reading)]
            for directory in gone:
                self._remove(directory)
        return bool(gone)
