"""Which packages of a Go module import which, by the headers of their files: nothing is parsed for it."""

from __future__ import annotations

from typing import Protocol

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.module_tree import module_folders
from modgo_lsp.golang.program.sources import Sources


class Known(Protocol):
    """An index of imports that was made before, for example by an earlier run."""

    def of(self, path: str, root: str) -> list[str] | None:
        """The folders of the module at `root` that may import `path`; None where the index doesn't have the
        module."""
        ...

    def holds(self, path: str, files: Files) -> bool:
        """Whether all answers so far would be the same with the file or folder `path` as it is in `files`."""
        ...


class Importers:
    """The importers in the modules of one world; a module is indexed when it is first asked about, unless
    `known` has it."""

    def __init__(self, sources: Sources, known: Known | None = None) -> None:
        self._sources = sources
        self._known = known
        self._indices: dict[str, dict[str, list[str]]] = {}
        self._trees: dict[str, list[str]] = {}

    def of(self, path: str, root: str) -> list[str]:
        """The directories of the module at `root` in which a file that would be built may import `path`."""
        if self._known is not None and (known := self._known.of(path, root)) is not None:
            return known
        if root not in self._indices:
            self._indices[root] = self._index(root)
        return self._indices[root].get(path, [])

    def holds(self, path: str, files: Files) -> bool:
        """Whether the answers of `known` are still the same with `path` as it is in `files`. Files that this
        world has read itself are compared by `Sources.advance`."""
        return self._known is None or self._known.holds(path, files)

    def _index(self, root: str) -> dict[str, list[str]]:
        """The directories that import a path, in order, by path."""
        found: dict[str, list[str]] = {}
        for directory in self.directories(root):
            paths = {path for file in self._sources.built(directory) for path in file.header.imports}
            for path in paths:
                found.setdefault(path, []).append(directory)
        return found

    def directories(self, root: str) -> list[str]:
        """The directories of a module that `./...` means."""
        if root not in self._trees:
            self._trees[root] = module_folders(root, self._sources.entries)
        return self._trees[root]
