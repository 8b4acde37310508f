"""One state of the files, and the packages computed from it.

A revision never changes: it always answers for its own files. The computed packages are in a *world*, which
the next revision takes over and updates to its own files, so that only what an edit changed is computed
again. If a revision is used again after that, which is rare, it builds another world from its files. Files
that no revision has read before are read from the disk as they are then.

An edit of imports or go.mod, or an added or deleted file, requires a new world. It reuses the trees of
unchanged files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from modgo_lsp.golang.files import Files, join
from modgo_lsp.golang.modules.build_constraints import BuildContext
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.modules.go_mod import GoMod, parse_go_mod
from modgo_lsp.golang.modules.locate import Locator, Root
from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.program.changes import Changes
from modgo_lsp.golang.program.importers import Importers, ImportIndex
from modgo_lsp.golang.program.outlined_files import FactsCache
from modgo_lsp.golang.program.program import Library, Program, build_root
from modgo_lsp.golang.program.sources import Sources
from modgo_lsp.golang.queries import Cell, Inputs, Table
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.types.known_packages import KnownPackages
from modgo_lsp.golang.types.packages import GoPackage, UnparsedPackage

_T = TypeVar("_T")


class Settings(NamedTuple):
    """The parameters of a revision besides its files. `known` are packages that need no source."""

    context: BuildContext
    environment: GoEnvironment
    cache: FactsCache | None
    known: KnownPackages


class World:
    """The packages of a revision, loaded on demand. `importers` is an index of imports, if there is one
    already. `texts` and `unbuilt` are inputs: the bytes of a file, and the files of a folder that a build
    leaves out."""

    def __init__(
        self, files: Files, settings: Settings, importers: ImportIndex | None, previous: World | None
    ) -> None:
        self.table = Table()
        self.texts: Inputs[str] = Inputs(self.table, "the text of")
        self.unbuilt: Inputs[str] = Inputs(self.table, "what a build leaves out in")
        self._known = settings.known
        self._environment = settings.environment
        earlier = None if previous is None else previous.sources
        self.sources: Sources = Sources(
            files, settings.context, settings.environment, settings.cache, earlier
        )
        self._library = Library(self.table, self.sources, settings.environment)
        self._index = Importers(self.sources, importers)
        # Derived from imports, folders and go.mod files, which do not change during the life of a world.
        self._modules: dict[str, tuple[Module, GoMod] | None] = {}
        self._programs: dict[str, Program] = {}
        self._units: dict[str, GoPackage | None] = {}
        self._imported: dict[str, list[tuple[str, str]]] = {}
        self._imported_by: dict[GoPackage, list[GoPackage]] = {}

    def advance(self, files: Files) -> bool:
        """Updates to a later state of the files. Returns False, without an effect, if too much has
        changed."""
        changed = self.sources.advance(files, self._index.holds)
        if changed is None:
            return False
        inputs: list[Cell] = self.texts.changed(changed)
        changes = Changes(self.table)
        for path, parsed in changed.items():
            unit = self._units.get(os.path.dirname(path))  # noqa: PTH120
            if parsed is None:
                inputs += self.unbuilt.changed([os.path.dirname(path)])  # noqa: PTH120
            elif unit is not None and unit.is_parsed:
                for file in unit.files:
                    if file.path == path:
                        changes.update(file, parsed)
        changes.invalidate()
        self.table.invalidate(inputs)
        return True

    # --- modules and builds

    def module(self, directory: str) -> tuple[Module, GoMod] | None:
        """The Go module that a folder belongs to; None without a go.mod."""
        if directory not in self._modules:
            self._modules[directory] = self._find_module(directory)
        return self._modules[directory]

    def _find_module(self, directory: str) -> tuple[Module, GoMod] | None:
        text = self.sources.text(join(directory, "go.mod"))
        if text is None:
            parent = str(Path(directory).parent)
            return None if parent == directory else self.module(parent)
        mod = parse_go_mod(text)
        return Module(directory, mod.module, mod.go, mod.requires), mod

    def program(self, directory: str) -> Program:
        """The build that the package in a folder is part of."""
        module = self.module(directory)
        home = "" if module is None else module[0].directory
        if home not in self._programs:
            root = build_root(directory, self.module, self._environment, self.sources)
            # All modules of a workspace share a program.
            key = home if root is None else root.directory + "/" * (root.work is not None)
            if key not in self._programs:
                self._programs[key] = self._new_program(root)
            self._programs[home] = self._programs[key]
        return self._programs[home]

    def _new_program(self, root: Root | None) -> Program:
        read, entries = self.sources.text, self.sources.entries
        locator = None if root is None else Locator(root, self._environment, read, entries)
        return Program(self.table, self.sources, self._library, locator, self.unit, self._known)

    # --- packages

    def unit(self, directory: str, path: str | None = None) -> GoPackage | None:
        """The package in a folder. `path` is its import path if that does not follow from its module."""
        if directory not in self._units:
            unit = self._load_unit(directory, path)
            self._units[directory] = unit
            if unit is not None:
                self.program(directory).add(unit)
        return self._units[directory]

    def _load_unit(self, directory: str, path: str | None) -> GoPackage | None:
        files = self.sources.built(directory)
        if not files:
            return None
        found = self.module(directory)
        module = None if found is None else found[0]
        name = next((file.header.package for file in files if file.header.package), "")

        def parse() -> Iterator[tuple[Document, ast.File]]:
            for file in self.sources.built(directory):
                parsed = self.sources.parse(file.path, file.text)
                yield parsed.document, parsed.syntax

        own_path = path or import_path(directory, module)
        unit = UnparsedPackage(self.table, directory, own_path, name, module, parse)
        unit.unreadable = self.sources.unreadable(directory)
        return unit

    def is_mentioned(self, directory: str, name: str) -> bool:
        """Whether an identifier occurs in a Go file of a folder that a build leaves out, such as a test."""
        self.unbuilt.read(directory)
        return self.sources.is_mentioned(directory, name)

    # --- which packages import which

    def import_paths(self, directory: str) -> Iterable[str]:
        """The imports of a package: of all files by their headers, or of the parsed ones."""
        headers = [file.header for file in self.sources.built(directory)]
        if not all(header.sure for header in headers):
            unit = self.unit(directory)
            return () if unit is None else dict.fromkeys(spec.path for _, spec in unit.imports())
        return dict.fromkeys(path for header in headers for path in header.imports)

    def dependencies(self, start: str) -> dict[str, str]:
        """The packages of the same Go module that the one in `start` imports, directly or indirectly: folders
        by import path."""
        found: dict[str, str] = {}
        pending = [start]
        while pending:
            for path, directory in self._imports(pending.pop()):
                if directory != start and path not in found:
                    found[path] = directory
                    pending.append(directory)
        return found

    def _imports(self, directory: str) -> list[tuple[str, str]]:
        """The packages of the same Go module that the one in `directory` imports directly: import path and
        folder."""
        if directory not in self._imported:
            found = self.module(directory)
            home = "" if found is None else found[0].path
            paths = self.import_paths(directory) if home else ()
            own = [path for path in paths if f"{path}/".startswith(f"{home}/")]
            places = ((path, self.program(directory).place(path)) for path in own)
            self._imported[directory] = [
                (path, place.directory)
                for path, place in places
                if place is not None
                and place.directory != directory
                and found is not None
                and place.module == found[0]
                and self.sources.built(place.directory)
            ]
        return self._imported[directory]

    def importers(self, unit: GoPackage) -> list[GoPackage]:
        """The other packages of the Go module that import `unit`, tests excluded."""
        if unit.module is None:
            return []
        if unit not in self._imported_by:
            directories = self._index.of(unit.path, unit.module.directory)
            others = (self.unit(directory) for directory in directories if directory != unit.directory)
            self._imported_by[unit] = [
                other
                for other in others
                if other is not None and unit.path in self.import_paths(other.directory)
            ]
        return self._imported_by[unit]

    def dependents(self, unit: GoPackage) -> list[GoPackage]:
        """The packages of the Go module that import `unit`, directly or indirectly."""
        found: list[GoPackage] = []
        pending = [unit]
        while pending:
            for other in self.importers(pending.pop()):
                if other is not unit and other not in found:
                    found.append(other)
                    pending.append(other)
        return found

    def folders_importing(self, directory: str) -> set[str]:
        """The folders of the packages of the same Go module that import the one in `directory`, directly or
        indirectly. Reads file headers only and parses nothing."""
        found: set[str] = set()
        pending = [directory]
        while pending:
            unit = self.unit(pending.pop())
            module = None if unit is None else unit.module
            if unit is not None and module is not None:
                importing = set(self._index.of(unit.path, module.directory)) - found - {directory}
                found |= importing
                pending += importing
        return found

    # --- what can't be read

    def unread(self) -> set[str]:
        """The import paths of packages that were needed and whose source is missing: GOROOT is unknown, or a
        module is not in the module cache."""
        return {path for program in self._programs.values() for path in program.unread}

    def unread_for(self, directory: str) -> set[str]:
        """The paths in `unread` that the package in `directory` imports, itself or through others of its Go
        module, and those that only other Go modules import."""
        unread = self.unread()
        if not unread:
            return unread
        folders = [folder for folder, unit in self._units.items() if unit is not None]
        others = {path for folder in folders for path in self.import_paths(folder)}
        members = [directory, *self.dependencies(directory).values()]
        own = {path for member in members for path in self.import_paths(member)}
        return {path for path in unread if path in own or path not in others}


class Revision(Generic[_T]):
    """One state of the files. `view` derives from a world the queries of a caller; it is handed over with the
    world."""

    def __init__(
        self,
        files: Files,
        settings: Settings,
        view: Callable[[World], _T],
        made: tuple[World, _T] | None = None,
    ) -> None:
        self.files = files
        self.settings = settings
        self._view = view
        self._made = made

    def begin(self, importers: ImportIndex | None, previous: Revision[_T] | None) -> None:
        """Builds a world, with an existing index of imports. Reuses the trees of `previous` for files with
        the same bytes."""
        before = None if previous is None or previous._made is None else previous._made[0]
        world = World(self.files, self.settings, importers, before)
        self._made = world, self._view(world)

    def next(self, files: Files) -> Revision[_T] | None:
        """The revision of a later state of the files, which takes over the world. None if too much has
        changed: then `begin` a new revision with this one as `previous`."""
        made = self._made
        if made is None or not made[0].advance(files):
            return None
        self._made = None
        return Revision(files, self.settings, self._view, made)

    @property
    def world(self) -> World:
        return self._own()[0]

    @property
    def view(self) -> _T:
        return self._own()[1]

    def _own(self) -> tuple[World, _T]:
        if self._made is None:
            self.begin(None, None)
        assert self._made is not None
        return self._made


def import_path(directory: str, module: Module | None) -> str:
    """The import path of a directory. Without a module it is one that nothing can import."""
    if module is None or not module.path:
        return "_" + directory.replace(os.sep, "/")
    inside = os.path.relpath(directory, module.directory)
    return module.path if inside == "." else f"{module.path}/{inside.replace(os.sep, '/')}"
