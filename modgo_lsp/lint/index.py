"""What a run knows of the files of one Go module without parsing them: which belong to packages, and what
those import. Kept from run to run, so that a file that has not changed is not even read.

Not for: what is said about packages (check.py), nor where the index is kept (store.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.model.files import Files, Stamp, is_as_before, join

if TYPE_CHECKING:
    from modgo_lsp.syntax.constraints import BuildContext


class FileFacts(msgspec.Struct, frozen=True, array_like=True):
    """What the bytes of a Go file say. `stamp` is the file's when they were read, None where it has none.
    `chosen`: a build takes the file; `package` and `imports` as in its Header, nothing where it doesn't."""

    stamp: Stamp | None
    digest: bytes
    chosen: bool
    package: str
    imports: tuple[str, ...] | None


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
        self._files = files
        self._release = release
        self._known: Facts = known or {}
        self._as_of = as_of

    def built(self, directory: str) -> Iterator[tuple[str, FileFacts]]:
        """Path and facts of the files of the package in `directory`, by name."""
        for name, facts in self.folder(directory).items():
            if facts.chosen and facts.package != "documentation":
                yield join(directory, name), facts

    def may_import(self, directory: str, path: str) -> bool:
        """Whether a file of the package there may import `path`."""
        return any(self._may_import(file, facts, path) for file, facts in self.built(directory))

    def _may_import(self, file: str, facts: FileFacts, path: str) -> bool:
        if facts.imports is not None:
            return path in facts.imports
        return path.encode("utf-8", "surrogateescape") in self._text(file)

    def _text(self, path: str) -> bytes:
        try:
            return self._files.read(path)
        except OSError:
            return b""

    # --- the whole module

    @cached_property
    def directories(self) -> list[str]:
        """The directories that `./...` means in the module."""
        found: list[str] = []
        pending = [self.root]
        while pending:
            directory = pending.pop()
            found.append(directory)
            for name, is_directory in self._entries(directory) if self.go_mod else ():
                if not is_directory or name.startswith((".", "_")) or name in ("testdata", "vendor"):
                    continue
                inner = join(directory, name)
                if not any(entry == "go.mod" for entry, _ in self._entries(inner)):
                    pending.append(inner)
        return sorted(found)

    def of(self, path: str, root: str) -> list[str] | None:
        """The directories of the module in which a file that would be built may import `path`; None for
        another module."""
        if root != self.root:
            return None
        found = {*self._importing.get(path, ())}
        found.update(directory for directory, text in self.doubtful if path.encode() in text)
        return sorted(found)

    @cached_property
    def _importing(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for directory in self.directories:
            paths = {path for _, facts in self.built(directory) for path in facts.imports or ()}
            for path in paths:
                found.setdefault(path, []).append(directory)
        return found

    @cached_property
    def doubtful(self) -> list[tuple[str, bytes]]:
        """Directory and text of the files that may import whatever they name."""
        return [
            (directory, self._text(path))
            for directory in self.directories
            for path, facts in self.built(directory)
            if facts.imports is None
        ]

    # --- folders and files

    def folder(self, directory: str) -> dict[str, FileFacts]:
        """By base name, the Go files that a build may take."""
        if directory not in self.facts:
            before = self._known.get(directory, _NO_FACTS)
            now, others = {}, []
            for name, is_directory in self._entries(directory):
                if is_directory or not name.endswith(".go"):
                    continue
                if name.endswith("_test.go") or name.startswith((".", "_")):
                    others.append(name)
                    continue
                facts = self._file(join(directory, name), name, before.get(name))
                if facts is not None:
                    now[name] = facts
            self.changed = self.changed or now.keys() != before.keys()
            self.facts[directory] = now
            self.others[directory] = others
        return self.facts[directory]

    def _entries(self, directory: str) -> list[tuple[str, bool]]:
        try:
            return self._files.entries(directory)
        except OSError:
            return []

    def _file(self, path: str, name: str, before: FileFacts | None) -> FileFacts | None:
        stamp = self._files.stamp(path)
        if before is not None and is_as_before(stamp, before.stamp, self._as_of):
            return before
        self.changed = True
        try:
            text = self._files.read(path)
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
