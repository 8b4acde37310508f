"""Loads the packages of a revision for rules, builder and editors. The entry point of model/."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.modules.build_constraints import BuildContext, context_of
from modgo_lsp.golang.modules.go_environment import NOTHING_KNOWN, GoEnvironment
from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.program.importers import ImportIndex
from modgo_lsp.golang.program.outlined_files import FactsCache
from modgo_lsp.golang.program.outlined_package import OutlinedPackage
from modgo_lsp.golang.program.revision import Revision, Settings, World
from modgo_lsp.golang.queries import Memo, Query
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax import syntax_errors as errors
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.file_header import is_text
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import FunctionName
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.model.analysis_bounds import ExceededBound, exceeded_bounds
from modgo_lsp.model.call_graph import reached_code
from modgo_lsp.model.finding import Location
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.functions import DeclaredFunction, declared_function, references
from modgo_lsp.model.initialization import Initialization, Owner, Reached, roots_of
from modgo_lsp.model.package import (
    Function,
    Import,
    Package,
    Registration,
    SourceFile,
    SyntaxProblem,
)
from modgo_lsp.model.registrations import Registrations, Site, sites_of
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.sdk_types import KNOWN_PACKAGES

__all__ = ["BuildContext", "Loader"]

_T = TypeVar("_T")


class Loader:
    """The packages of one revision, loaded on demand. Each file is read at most once. `previous` is an
    earlier loader: its trees are reused for files with the same bytes, and so are its `environment` and
    `cache` if none are given. `importers` is an index of imports, if there is one already."""

    def __init__(
        self,
        files: Files,
        context: BuildContext | None = None,
        previous: Loader | None = None,
        environment: GoEnvironment | None = None,
        cache: FactsCache | None = None,
        importers: ImportIndex | None = None,
    ) -> None:
        before = None if previous is None else previous._revision
        if before is not None:
            environment = environment or before.settings.environment
            cache = cache or before.settings.cache
        environment = environment or NOTHING_KNOWN
        context = context or context_of(environment.release)
        settings = Settings(context, environment, cache, KNOWN_PACKAGES)
        self._revision: Revision[UdfQueries] = Revision(files, settings, UdfQueries)
        self._revision.begin(importers, before)

    def next(self, files: Files) -> Loader | None:
        """The packages of a later state of the files, which take over every result that remains valid. None
        if too much has changed: then make a new loader with this one as `previous`."""
        revision = self._revision.next(files)
        if revision is None:
            return None
        after = Loader.__new__(Loader)
        after._revision = revision
        return after

    @property
    def _world(self) -> World:
        return self._revision.world

    def unread(self) -> set[str]:
        """The import paths of packages that were needed and whose source is missing: GOROOT is unknown, or a
        module is not in the module cache."""
        return self._world.unread()

    def unread_for(self, directory: str) -> set[str]:
        """The paths in `unread` that the package in `directory` imports, itself or through others of its Go
        module, and those that only other Go modules import."""
        return self._world.unread_for(directory)

    def finds_sdk(self, directory: str) -> bool:
        """Whether Go's own tools, such as gopls, find the SDK from `directory`. `package` finds it in any
        case."""
        return self._world.program(_clean(directory)).place(SDK_PATH) is not None

    def documents(self) -> dict[str, Document]:
        """The files that were parsed so far, by path."""
        return self._world.sources.documents()

    def document(self, path: str) -> Document | None:
        """The parsed file; None if it has not been parsed."""
        return self._world.sources.document(path)

    def importing(self, directory: str) -> set[str]:
        """The folders of the packages of the same Go module that import the one in `directory`, directly or
        indirectly. Reads file headers only and parses nothing."""
        return self._world.folders_importing(_clean(directory))

    def module(self, directory: str) -> Module | None:
        """The Go module of `directory` (absolute); None without a go.mod."""
        found = self._world.module(_clean(directory))
        return None if found is None else found[0]

    def package(self, directory: str) -> Package | None:
        """The package in `directory` (absolute); None if a build would compile no Go file there."""
        unit = self._world.unit(_clean(directory))
        return None if unit is None else _package(self._revision, unit)


def _package(revision: Revision[UdfQueries], unit: GoPackage) -> Package:
    paths = tuple([file.path for file in revision.world.sources.built(unit.directory)])
    contents = _Contents(revision, unit.directory)
    return Package(unit.directory, unit.name, unit.path, unit.module, paths, contents)


class _Registered(NamedTuple):
    site: Site
    reached: Reached

    def __str__(self) -> str:
        line = self.site.file.document.lines.line_of(self.site.node.span.start)
        return f"{self.site.file.path}:{line + 1}"


class UdfQueries:
    """The queries about the packages of a world, by folder."""

    def __init__(self, world: World) -> None:
        table = world.table
        self._world = world
        self.imports_sdk: Query[str, bool] = Query(table, "imports the SDK", self._imports_sdk)
        self.files: Query[str, tuple[SourceFile, ...]] = Query(table, "files", self._files)
        self.not_text: Query[str, tuple[str, ...]] = Query(table, "files that are not text", self._not_text)
        self.functions: Query[str, tuple[Function, ...]] = Query(table, "functions", self._functions)
        self.registrations: Query[str, tuple[Registration, ...]] = Query(
            table, "registrations", self._registrations
        )
        self.reached: Query[str, tuple[Code, ...]] = Query(table, "code that UDFs reach", self._reached)
        self.exceeded_bounds: Query[str, tuple[ExceededBound, ...]] = Query(
            table, "exceeded bounds", self._exceeded_bounds
        )
        self._source_file: Query[GoFile, SourceFile] = Query(table, "source file", self._new_source_file)
        self._function: Query[FunctionName, Function] = Query(table, "function", self._new_function)
        self._references: Query[FunctionName, int] = Query(table, "references", self._count_references)
        self._roots: Query[GoFile, list[Owner]] = Query(table, "roots", roots_of)
        self._sites_in: Query[GoFile, list[Site]] = Query(table, "uses of Register", self._find_sites)
        self._registration: Query[_Registered, Registration] = Query(
            table, "registration", self._new_registration
        )
        self._exceeded_bounds_in: Query[GoFile, list[ExceededBound]] = Query(
            table, "exceeded bounds in", lambda file: exceeded_bounds(self._operands(file.unit), file)
        )
        self._memos: dict[tuple[str, str], Memo] = {}

    def memo(self, name: str, directory: str) -> Memo:
        """The memo in which a caller caches results about a package."""
        key = (name, directory)
        if key not in self._memos:
            self._memos[key] = Memo(self._world.table, f"{name}({directory})")
        return self._memos[key]

    def _unit(self, directory: str) -> GoPackage:
        unit = self._world.unit(directory)
        assert unit is not None  # callers have found the package
        return unit

    def _operands(self, unit: GoPackage) -> Operands:
        return self._world.program(unit.directory).operands

    # --- files

    def _imports_sdk(self, directory: str) -> bool:
        files = self._world.sources.built(directory)
        return any(SDK_PATH in file.header.imports for file in files) and bool(
            self._unit(directory).files_importing(SDK_PATH)
        )

    def _files(self, directory: str) -> tuple[SourceFile, ...]:
        return tuple([self._source_file(file) for file in self._unit(directory).files])

    def _new_source_file(self, file: GoFile) -> SourceFile:
        self._world.texts.read(file.path)
        return _source_file(file)

    def _not_text(self, directory: str) -> tuple[str, ...]:
        files = self._world.sources.built(directory)
        for file in files:
            self._world.texts.read(file.path)
        return tuple(file.path for file in files if not is_text(file.text))

    def is_too_large(self, path: str) -> bool:
        """Whether a file cannot be read because it exceeds the size limit."""
        return self._world.sources.is_too_large(path)

    def unreadable(self, directory: str) -> tuple[str, ...]:
        """The paths of files that a build would compile but that cannot be read or are too large."""
        return self._unit(directory).unreadable

    # --- functions

    def _functions(self, directory: str) -> tuple[Function, ...]:
        return tuple([self._function(item) for item in self._unit(directory).functions])

    def _new_function(self, function: FunctionName) -> Function:
        file = function.file
        assert file is not None  # the universe declares no FunctionName
        return declared_function(
            DeclaredFunction(
                self._operands(file.unit).resolver,
                file,
                function,
                partial(self._references, function),
                self._world.is_mentioned,
                partial(self._function.within, function),
            )
        )

    def _count_references(self, function: FunctionName) -> int:
        file = function.file
        assert file is not None
        # References in other Go modules are not counted.
        importers = () if isinstance(file.unit, OutlinedPackage) else self._world.importers(file.unit)
        return references(self._operands(file.unit).resolver, function, file.unit, importers)

    # --- registrations

    def _sites(self, unit: GoPackage) -> list[Site]:
        return [site for file in unit.files_importing(SDK_PATH) for site in self._sites_in(file)]

    def _find_sites(self, file: GoFile) -> list[Site]:
        return sites_of(self._operands(file.unit).resolver, file)

    def _registrations(self, directory: str) -> tuple[Registration, ...]:
        unit = self._unit(directory)
        found = self._sites(unit)
        if not found:
            return ()
        initialization = Initialization(self._operands(unit), (unit,), self._roots)
        if not all(site.owner in initialization.static for site in found):
            # Another package of the module may call the function that registers here.
            units = (unit, *self._world.dependents(unit))
            initialization = Initialization(self._operands(unit), units, self._roots)
        made = [self._registration(_Registered(site, initialization.of(site.owner))) for site in found]
        return tuple(sorted(made, key=lambda registration: registration.call))

    def _new_registration(self, registered: _Registered) -> Registration:
        unit = registered.site.file.unit
        return Registrations(self._operands(unit), unit, self._function).make(*registered)

    def _reached(self, directory: str) -> tuple[Code, ...]:
        unit = self._unit(directory)
        return reached_code(self._operands(unit), self._sites(unit))

    def _exceeded_bounds(self, directory: str) -> tuple[ExceededBound, ...]:
        return tuple(
            bound for file in self._unit(directory).files for bound in self._exceeded_bounds_in(file)
        )

    def resolver(self, directory: str) -> Resolver:
        return self._operands(self._unit(directory)).resolver

    # --- imports, which do not change during the life of a world

    def dependencies(self, directory: str) -> list[GoPackage]:
        """The packages of the same Go module that the one in `directory` imports, directly or indirectly,
        sorted by import path."""
        found = self._world.dependencies(directory)
        units = (self._world.unit(found[path]) for path in sorted(found))
        return [unit for unit in units if unit is not None]

    def is_imported(self, directory: str) -> bool:
        return bool(self._world.importers(self._unit(directory)))


class _Contents:
    """The contents of a package of a revision."""

    def __init__(self, revision: Revision[UdfQueries], directory: str) -> None:
        self._revision = revision
        self._directory = directory

    @property
    def _queries(self) -> UdfQueries:
        return self._revision.view

    def imports_sdk(self) -> bool:
        return self._queries.imports_sdk(self._directory)

    def files(self) -> tuple[SourceFile, ...]:
        return self._queries.files(self._directory)

    def unreadable(self) -> tuple[str, ...]:
        queries = self._queries
        return tuple(path for path in queries.unreadable(self._directory) if not queries.is_too_large(path))

    def too_large(self) -> tuple[str, ...]:
        queries = self._queries
        return tuple(path for path in queries.unreadable(self._directory) if queries.is_too_large(path))

    def not_text(self) -> tuple[str, ...]:
        return self._queries.not_text(self._directory)

    def functions(self) -> tuple[Function, ...]:
        return self._queries.functions(self._directory)

    def registrations(self) -> tuple[Registration, ...]:
        return self._queries.registrations(self._directory)

    def dependencies(self) -> tuple[Package, ...]:
        units = self._queries.dependencies(self._directory)
        return tuple(_package(self._revision, unit) for unit in units)

    def imported_in_module(self) -> bool:
        return self._queries.is_imported(self._directory)

    def reached(self) -> tuple[Code, ...]:
        return self._queries.reached(self._directory)

    def exceeded_bounds(self) -> tuple[ExceededBound, ...]:
        return self._queries.exceeded_bounds(self._directory)

    def resolver(self) -> Resolver:
        return self._queries.resolver(self._directory)

    def cached(self, name: str, function: Callable[[], _T]) -> _T:
        return self._queries.memo(name, self._directory).ask(name, function)


def _source_file(file: GoFile) -> SourceFile:
    source, syntax = file.document, file.syntax
    sdk = next((spec for spec in syntax.imports if spec.path == SDK_PATH), None)
    problem = errors.first_error(source)
    name_span = Span(0, 0) if syntax.name is None else syntax.name.span
    return SourceFile(
        document=source,
        package_name="" if syntax.name is None else syntax.name.name,
        package_name_location=Location(source.path, name_span),
        sdk_import=None if sdk is None else Location(source.path, sdk.span),
        sdk_name=None if sdk is None else _sdk_name(sdk),
        problem=None if problem is None else SyntaxProblem(Location(source.path, problem[0]), problem[1]),
        imports=tuple(Import(spec.path, Location(source.path, spec.span)) for spec in syntax.imports),
    )


def _sdk_name(spec: ast.ImportSpec) -> str:
    return "udf" if spec.name is None else spec.name.name


def _clean(path: str) -> str:
    # Path.resolve would follow links, and report other names than the user's.
    return os.path.abspath(path)  # noqa: PTH100
