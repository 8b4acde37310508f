"""Which packages of a Go module import which, by their files' headers, without parsing the files."""

from __future__ import annotations

from typing import Protocol

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.module_tree import module_folders
from modgo_lsp.golang.program.sources import Sources


class ImportIndex(Protocol):
    """An index of imports that already exists, for example from an earlier run."""

    def of(self, path: str, root: str) -> list[str] | None:
        """The folders of the module at `root` that may import `path`; None if the index does not cover the
        module."""

    def holds(self, path: str, files: Files) -> bool:
        """Whether every answer so far remains valid with the file or folder `path` as it is in `files`."""


class Importers:
    """The importers in the modules of one world. A module is indexed on first use, unless `known` covers
    it."""

    def __init__(self, sources: Sources, known: ImportIndex | None) -> None:
        self._sources = sources
        self._known = known
        self._indices: dict[str, dict[str, list[str]]] = {}
        self._trees: dict[str, list[str]] = {}

    def of(self, path: str, root: str) -> list[str]:
        """The directories of the module at `root` with a file that a build compiles and that may import
        `path`."""
        if self._known is not None and (known := self._known.of(path, root)) is not None:
            return known
        if root not in self._indices:
            self._indices[root] = self._index(root)
        return self._indices[root].get(path, [])

    def holds(self, path: str, files: Files) -> bool:
        """Whether the answers of `known` remain valid with `path` as it is in `files`. `Sources.advance`
        compares the files that this world has read itself."""
        return self._known is None or self._known.holds(path, files)

    def _index(self, root: str) -> dict[str, list[str]]:
        """The importing directories of each import path, in order."""
        found: dict[str, list[str]] = {}
        for directory in self.directories(root):
            paths = {path for file in self._sources.built(directory) for path in file.header.imports}
            for path in paths:
                found.setdefault(path, []).append(directory)
        return found

    def directories(self, root: str) -> list[str]:
        """The directories that `./...` matches in a module."""
        if root not in self._trees:
            self._trees[root] = module_folders(root, self._sources.entries)
        return self._trees[root]
