"""What a run knows of the files of one Go module without parsing them: which belong to packages, and what
those import. Kept from run to run, so that a file that has not changed is not even read.

Not for: what is said about packages (check.py), nor where the index is kept (store.py).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.model.files import Files, Stamp, is_as_before, join

if TYPE_CHECKING:
    from modgo_lsp.syntax.constraints import BuildContext


class FileFacts(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the bytes of a Go file say. `stamp` is the file's when they were read, None where it has none.
    `chosen`: a build takes the file; `package` and `imports` as in its Header, nothing where it doesn't."""

    stamp: Stamp | None
    digest: bytes
    chosen: bool
    package: str
    imports: tuple[str, ...]

    @property
    def says(self) -> tuple[bool, str, tuple[str, ...]]:
        """What others may know of the file without reading it."""
        return self.chosen, self.package, self.imports


class PackageFacts(msgspec.Struct, frozen=True):
    """The files of a package: their paths, all that one of them may import, a digest of all, their size."""

    paths: tuple[str, ...]
    imports: frozenset[str]
    digest: bytes
    size: int

    @classmethod
    def of(
        cls, directory: str, files: Sequence[tuple[str, FileFacts]], others: Sequence[str]
    ) -> PackageFacts:
        digests = [facts.digest for _, facts in files]
        # Which tests there are counts as well: what stands in those that matter is looked at (traced.py).
        names = "\0".join([*(name for name, _ in files), "", *others])
        return cls(
            tuple(join(directory, name) for name, _ in files),
            frozenset(path for _, facts in files for path in facts.imports),
            digest_of(b"".join(digests) + names.encode("utf-8", "surrogateescape")),
            sum(0 if facts.stamp is None else facts.stamp.size for _, facts in files),
        )


# By folder and base name.
Facts = Mapping[str, Mapping[str, FileFacts]]
_NO_FACTS: Mapping[str, FileFacts] = {}


def digest_of(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


class ModuleIndex:
    """The packages of the module at `root`, as Go 1.`release` sees them; where `go_mod` is False, of that
    folder alone. `known` are the facts of a run that began at `as_of`. Folders are looked at when they are
    asked for, each once."""

    def __init__(
        self,
        root: str,
        go_mod: bool,
        files: Files,
        release: int | None = None,
        known: Facts | None = None,
        as_of: int = 0,
    ) -> None:
        self.root = root
        self.go_mod = go_mod
        self.facts: dict[str, dict[str, FileFacts]] = {}
        self.others: dict[str, list[str]] = {}  # Go files that no build takes: tests
        self.changed = False
        self._packages: dict[str, PackageFacts | None] = {}
        self._files = files
        self._release = release
        self._known: Facts = known or {}
        self._as_of = as_of

    def package(self, directory: str) -> PackageFacts | None:
        """The package of `directory`; None where no file there would be built."""
        if directory not in self._packages:
            files = self.folder(directory).items()
            built = [
                (name, facts) for name, facts in files if facts.chosen and facts.package != "documentation"
            ]
            others = self.others[directory]
            self._packages[directory] = PackageFacts.of(directory, built, others) if built else None
        return self._packages[directory]

    def may_import(self, directory: str, path: str) -> bool:
        """Whether a file of the package there may import `path`."""
        package = self.package(directory)
        return package is not None and path in package.imports

    # --- the whole module

    @cached_property
    def directories(self) -> list[str]:
        """The directories that `./...` means in the module."""
        found: list[str] = []
        pending = [self.root]
        while pending:
            directory = pending.pop()
            found.append(directory)
            for name, is_directory in _entries(self._files, directory) if self.go_mod else ():
                if is_directory and _is_looked_into(name):
                    inner = join(directory, name)
                    if not _has_go_mod(inner, self._files):
                        pending.append(inner)
        return sorted(found)

    def of(self, path: str, root: str) -> list[str] | None:
        """The directories of the module in which a file that would be built may import `path`; None for
        another module."""
        if root != self.root:
            return None
        return self._importing.get(path, [])

    @cached_property
    def _importing(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for directory in self.directories:
            package = self.package(directory)
            for path in () if package is None else package.imports:
                found.setdefault(path, []).append(directory)
        return found

    def holds(self, path: str, files: Files) -> bool:
        """Whether all that is told of the whole module would be the same with `path` as it is in `files`."""
        directory, name = os.path.split(path)
        if path in self.facts:
            return False  # a folder, in which anything may have happened
        if directory not in self.facts:
            return not self._may_be_inside(directory, files)
        if name == "go.mod":
            return False
        if _may_be_built(name):
            before, now = self.facts[directory].get(name), self._file(files, path, name, None)
            return (None if before is None else before.says) == (None if now is None else now.says)
        return not _is_looked_into(name) or (name, True) not in _entries(files, directory)

    def _may_be_inside(self, directory: str, files: Files) -> bool:
        """Whether a folder that was not there before may be one of the module."""
        while directory not in self.facts:
            parent, name = os.path.split(directory)
            if parent == directory or not _is_looked_into(name) or _has_go_mod(directory, files):
                return False
            directory = parent
        return True

    # --- folders and files

    def folder(self, directory: str) -> dict[str, FileFacts]:
        """By base name, the Go files that a build may take."""
        if directory not in self.facts:
            before = self._known.get(directory, _NO_FACTS)
            now, others = {}, []
            for name, is_directory in _entries(self._files, directory):
                if is_directory or not name.endswith(".go"):
                    continue
                if not _may_be_built(name):
                    others.append(name)
                    continue
                facts = self._file(self._files, join(directory, name), name, before.get(name))
                if facts is not None:
                    now[name] = facts
            self.changed = self.changed or now.keys() != before.keys()
            self.facts[directory] = now
            self.others[directory] = others
        return self.facts[directory]

    def _file(self, files: Files, path: str, name: str, before: FileFacts | None) -> FileFacts | None:
        stamp = files.stamp(path)
        if before is not None and is_as_before(stamp, before.stamp, self._as_of):
            return before
        self.changed = True
        try:
            text = files.read(path)
        except OSError:
            return None
        digest = digest_of(text)
        if before is not None and before.digest == digest:
            return msgspec.structs.replace(before, stamp=stamp)
        return self._read(name, text, stamp, digest)

    def _read(self, name: str, text: bytes, stamp: Stamp | None, digest: bytes) -> FileFacts:
        # A run in which nothing has changed needs none of this.
        from modgo_lsp.syntax.constraints import is_chosen
        from modgo_lsp.syntax.header import read_header

        if not is_chosen(name, text, self._context):
            return FileFacts(stamp, digest, False, "", ())
        header = read_header(text)
        return FileFacts(stamp, digest, True, header.package, header.imports)

    @cached_property
    def _context(self) -> BuildContext:
        from modgo_lsp.syntax.constraints import context_of

        return context_of(self._release)


def _may_be_built(name: str) -> bool:
    return name.endswith(".go") and not (name.endswith("_test.go") or name.startswith((".", "_")))


def _is_looked_into(name: str) -> bool:
    """Whether `./...` goes into a folder of that name."""
    return not name.startswith((".", "_")) and name not in ("testdata", "vendor")


def _entries(files: Files, directory: str) -> list[tuple[str, bool]]:
    try:
        return files.entries(directory)
    except OSError:
        return []


def _has_go_mod(directory: str, files: Files) -> bool:
    return any(name == "go.mod" for name, _ in _entries(files, directory))
