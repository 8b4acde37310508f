"""Which packages of a Go module import which, told by the headers of their files: nothing is parsed for it.

Not for: what a package's imports mean (program.py).
"""

from __future__ import annotations

from typing import Protocol

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.module_tree import module_folders
from modgo_lsp.golang.program.sources import Sources


class Known(Protocol):
    """What is known of modules without a look at their files."""

    def of(self, path: str, root: str) -> list[str] | None:
        """The folders of the module at `root` that may import `path`; None where nothing is known of it."""
        ...

    def holds(self, path: str, files: Files) -> bool:
        """Whether all that was told would be the same with the file or folder `path` as it is in `files`."""
        ...


class Importers:
    """Of the modules of one snapshot, each looked through when it is first asked about. `known` is asked
    first."""

    def __init__(self, sources: Sources, known: Known | None = None) -> None:
        self._sources = sources
        self._known = known
        self._indices: dict[str, dict[str, list[str]]] = {}
        self._trees: dict[str, list[str]] = {}

    def of(self, path: str, root: str) -> list[str]:
        """The directories of the module at `root` in which a file that would be built may import `path`."""
        if self._known is not None and (told := self._known.of(path, root)) is not None:
            return told
        if root not in self._indices:
            self._indices[root] = self._index(root)
        return self._indices[root].get(path, [])

    def holds(self, path: str, files: Files) -> bool:
        """Whether what is known of modules still holds with `path` as it is in `files`; what the snapshot has
        read itself is for others to say."""
        return self._known is None or self._known.holds(path, files)

    def _index(self, root: str) -> dict[str, list[str]]:
        """By import path, the directories, in order."""
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
