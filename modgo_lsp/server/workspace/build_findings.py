"""The findings of the last builds and loads, shown until something changes that the build may have read.

A build reads the files on disk, and its findings are true of those only: an error on one line may be fixed on
another line or in another file. So they are removed with the first change of a file that the build may have
read, in an open document or on disk. The next build reports what is still wrong.
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

# Files that a build reads in the folders above the package.
_ABOVE = ("go.work", "go.work.sum", "modgo.toml", "pyproject.toml")
# Seconds between `begun` and the first file that a build reads. The clock of modification times may be 10 ms
# slow. With the pause, a file that changes after the build read it has a later time than `begun`, and a file
# that was saved just before the command an earlier one: editors report such a save late, while the build is
# running.
PAUSE = 0.02


class Reading:
    """What one build may read: everything in `folders`, and some files of the folders above the package.
    `begun` is in nanoseconds, PAUSE before it reads. `outdated` if some of it has changed since."""

    def __init__(self, directory: str, files: Files) -> None:
        self.directory = directory
        self.folders = _folders(directory, files)
        self.begun = time.time_ns()
        self.outdated = False

    def holds(self, path: str) -> bool:
        """Whether the build may read a file, or something in a folder."""
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
    """The folders of the Go modules that a build of the package may read: its own, the local ones of replace
    directives, and those of go.work."""
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
    """By package folder; each change makes a new mapping. For any thread."""

    def __init__(self) -> None:
        self.by_directory: Mapping[str, tuple[Finding, ...]] = {}
        self._shown: dict[str, Reading] = {}
        self._under_way: list[Reading] = []
        self._lock = threading.Lock()
        self._disk = DiskFiles()

    @contextmanager
    def reading(self, directory: str) -> Iterator[Reading]:
        """While a build of a package is running. A change meanwhile makes its findings outdated."""
        reading = Reading(directory, self._disk)
        with self._lock:
            self._under_way.append(reading)
        try:
            yield reading
        finally:
            with self._lock:
                self._under_way.remove(reading)

    def replace(self, reading: Reading, findings: Sequence[Finding]) -> None:
        """Sets the findings of a build, in place of those of the build before."""
        with self._lock:
            self._remove(reading.directory)
            if findings and not reading.outdated:
                self._shown[reading.directory] = reading
                self.by_directory = {**self.by_directory, reading.directory: tuple(findings)}

    def _remove(self, directory: str) -> None:
        self._shown.pop(directory, None)
        self.by_directory = {key: each for key, each in self.by_directory.items() if key != directory}

    @property
    def is_empty(self) -> bool:
        return not (self._shown or self._under_way)

    def concerns(self, path: str) -> bool:
        """Whether findings that are shown depend on a file."""
        return any(reading.holds(path) for reading in list(self._shown.values()))

    def text_changed(self, path: str) -> bool:
        """An open document has changed. Returns whether findings were removed."""
        return self._changed(path, None)

    def file_changed(self, path: str) -> bool:
        """A file or folder on disk has changed, now or a while ago. Returns whether findings were removed."""
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
            gone = [directory for directory, reading in self._shown.items() if has_changed(reading)]
            for directory in gone:
                self._remove(directory)
        return bool(gone)
