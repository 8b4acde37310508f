"""The packages of one build: those of the main modules, their imports, and Go's library.

Within a program an import path denotes one package; in another program it may denote a different one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import msgspec

from modgo_lsp.golang.modules.build_constraints import BuildContext
from modgo_lsp.golang.modules.go_environment import GoEnvironment
from modgo_lsp.golang.modules.go_mod import GoMod, parse_go_mod
from modgo_lsp.golang.modules.locate import Located, Locator, Root
from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.program.outlined_files import PackageFacts
from modgo_lsp.golang.program.outlined_package import OutlinedPackage
from modgo_lsp.golang.program.sources import Sources
from modgo_lsp.golang.queries import Table
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.imports import guessed_name, may_be_standard
from modgo_lsp.golang.types.known_packages import KnownPackages
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.type_expressions import Resolver

_EXPERIMENT = rb"(?m)^\t\t(\w+):\s+true,"

FindModule = Callable[[str], "tuple[Module, GoMod] | None"]


class Library:
    """The packages of Go's library, shared by all programs of a revision."""

    def __init__(self, table: Table, sources: Sources, environment: GoEnvironment) -> None:
        self._table = table
        self._sources = sources
        self._root = environment.goroot
        self._units: dict[str, OutlinedPackage | None] = {}

    def unit(self, path: str, from_library: bool) -> OutlinedPackage | None:
        """The package imported as `path`, by the library itself or by other code."""
        if path not in self._units:
            self._units[path] = self._find(path)
        found = self._units[path]
        # The library has its own copies of golang.org/x/…, which other code does not import.
        return self.unit(f"vendor/{path}", False) if found is None and from_library else found

    def _find(self, path: str) -> OutlinedPackage | None:
        if self._root is None or not may_be_standard(path):
            return None
        directory = str(Path(self._root, "src", *path.split("/")))
        listed = self._sources.entries(directory)
        if not any(name.endswith(".go") and not is_folder for name, is_folder in listed):
            return None

        return OutlinedPackage(
            self._table,
            directory,
            path,
            guessed_name(path),
            lambda: self._sources.facts(directory, True, self._context),
            standard=True,
        )

    @cached_property
    def _context(self) -> BuildContext:
        """Go's library is built with the experiments that are enabled by default."""
        text = self._sources.text(str(Path(self._root or "", "src/internal/buildcfg/exp.go"))) or b""
        tags = (f"goexperiment.{name.decode().lower()}" for name in re.findall(_EXPERIMENT, text))
        context = self._sources.context
        return msgspec.structs.replace(context, tags=(*context.tags, *tags))


class Program:
    """`own_unit` returns the whole package in a folder of a main module. `known` are packages that need no
    source."""

    def __init__(
        self,
        table: Table,
        sources: Sources,
        library: Library,
        locator: Locator | None,
        own_unit: Callable[[str, str], GoPackage | None],
        known: KnownPackages,
    ) -> None:
        self._table = table
        self._known = known
        self._sources = sources
        self._library = library
        self._locator = locator
        self._own_unit = own_unit
        self._by_path: dict[str, GoPackage | None] = {}
        self.resolver = Resolver(table, self.find_unit, self.unit, known)
        self.operands = Operands(self.resolver)

    @property
    def unread(self) -> set[str]:
        """The import paths of packages that were needed and whose source is missing, except those that belong
        to the main modules."""
        own = (lambda _: False) if self._locator is None else self._locator.is_own
        return {path for path in self.resolver.unread if not own(path)}

    def add(self, unit: GoPackage) -> None:
        """Registers a package that was loaded by its folder under its import path."""
        self._by_path.setdefault(unit.path, unit)

    def find_unit(self, file: GoFile, path: str) -> GoPackage | None:
        """The package that `file` imports as `path`; None if its source is not found."""
        if path in ("C", "unsafe", file.unit.path):
            return None
        if file.unit.standard:
            return self._library.unit(path, from_library=True)
        return self.unit(path)

    def unit(self, path: str) -> GoPackage | None:
        """The package with an import path."""
        if path not in self._by_path:
            self._by_path[path] = self._library.unit(path, from_library=False) or self._located(path)
        return self._by_path[path]

    def place(self, path: str) -> Located | None:
        """Where Go itself finds the package; None if it does not."""
        return None if self._locator is None else self._locator.find(path)

    def _located(self, path: str) -> GoPackage | None:
        located = self.place(path)
        if located is not None and located.module is not None:
            return self._own_unit(located.directory, path)
        if path in self._known:
            return self._from_known(path)
        if located is None:
            return None
        facts = self._sources.facts(located.directory, located.immutable)
        if facts is None:
            return None
        return self._outlined(located.directory, path, facts)

    def _from_known(self, path: str) -> GoPackage | None:
        """A known package, from the folder that its KnownPackage names."""
        try:
            directory = self._known[path].directory()
            self._sources.use_disk(directory)
        except OSError:
            return None
        facts = self._sources.facts(directory, False)
        return None if facts is None else self._outlined(directory, path, facts)

    def _outlined(self, directory: str, path: str, facts: PackageFacts) -> OutlinedPackage:
        return OutlinedPackage(self._table, directory, path, facts.name, lambda: facts, standard=False)


def build_root(
    directory: str, find_module: FindModule, environment: GoEnvironment, sources: Sources
) -> Root | None:
    """The root of a build of the package in `directory`: its module, or the workspace that uses the
    module."""
    found = find_module(directory)
    if found is None:
        return None
    module, mod = found
    work_file = _work_file(module.directory, environment, sources)
    if work_file is not None:
        folder = str(Path(work_file).parent)
        work = parse_go_mod(sources.text(work_file) or b"")
        used = [find_module(os.path.normpath(Path(folder, use))) for use in work.uses]
        mains = tuple(each for each in used if each is not None)
        if any(each[0].directory == module.directory for each in mains):
            return Root(folder, mains, work)
    return Root(module.directory, ((module, mod),))


def _work_file(directory: str, environment: GoEnvironment, sources: Sources) -> str | None:
    if environment.work == "off":
        return None
    if environment.work:
        return environment.work
    for folder in (Path(directory), *Path(directory).parents):
        if sources.text(str(folder / "go.work")) is not None:
            return str(folder / "go.work")
    return None
