"""The packages of a snapshot of the world, loaded when asked for. The entry to model/.

A Loader reads each file at most once and takes over from an earlier one what has not changed.
Not for: judging packages (rules/), nor for where bytes come from (files.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from modgo_lsp.golang.files import Files, join
from modgo_lsp.golang.modules.build_constraints import BuildContext, context_of
from modgo_lsp.golang.modules.go_environment import NOTHING_KNOWN, GoEnvironment
from modgo_lsp.golang.modules.go_mod import GoMod, parse_go_mod
from modgo_lsp.golang.modules.locate import Locator, Root
from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.program.importers import Importers, Known
from modgo_lsp.golang.program.invalidation import Renewal
from modgo_lsp.golang.program.outlined import OutlinedUnit
from modgo_lsp.golang.program.program import Library, Program, build_root
from modgo_lsp.golang.program.sources import FactsCache, Sources
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax import syntax_errors as errors
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.file_header import is_text
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.objects import FunctionName
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.units import FileUnit, PackageUnit, UnparsedUnit
from modgo_lsp.model.call_graph import reached_code
from modgo_lsp.model.code import Code
from modgo_lsp.model.complexity import bounds_met
from modgo_lsp.model.finding import Location
from modgo_lsp.model.functions import declared_function, declared_functions
from modgo_lsp.model.package import (
    BoundMet,
    Function,
    Import,
    Package,
    Registration,
    SourceFile,
    SyntaxProblem,
)
from modgo_lsp.model.registrations import Registrations
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.sdk_types import KNOWN_PACKAGES
from modgo_lsp.model.seen import Seen, is_of_itself

__all__ = ["BuildContext", "Loader"]


class Loader:
    """One snapshot: what it has read stays as it was. `previous` is an earlier one, whose files are taken
    over where their bytes are the same, as are its `environment` and `cache` where none are given.
    `importers` may know already which packages import which."""

    def __init__(
        self,
        files: Files,
        context: BuildContext | None = None,
        previous: Loader | None = None,
        environment: GoEnvironment | None = None,
        cache: FactsCache | None = None,
        importers: Known | None = None,
    ) -> None:
        if previous is not None:
            environment = environment or previous._environment
            cache = cache or previous._cache
        self._environment: GoEnvironment = environment or NOTHING_KNOWN
        self._cache: FactsCache | None = cache
        if context is None:
            context = context_of(self._environment.release)
        self._context = context
        earlier = None if previous is None else previous._sources
        self._sources: Sources = Sources(files, context, self._environment, cache, earlier)
        self._library = Library(self._sources, self._environment)
        self._index = Importers(self._sources, importers)
        self._modules: dict[str, tuple[Module, GoMod] | None] = {}
        self._programs: dict[str, Program] = {}
        self._by_directory: dict[str, PackageUnit | None] = {}
        # By folder; those that are known to be up to date; those that can't be as they were.
        self._packages: dict[str, Package | None] = {}
        self._current: set[str] = set()
        self._outdated: set[str] = set()
        self._functions: dict[PackageUnit, dict[FunctionName, Function]] = {}
        self._members: dict[str, list[tuple[str, str]]] = {}
        self._imported_by: dict[PackageUnit, list[PackageUnit]] = {}

    # --- what others ask

    def unread(self) -> set[str]:
        """The import paths of packages whose declarations would have been of use, and aren't here: where Go's
        library is isn't known, or a module isn't in the module cache."""
        return {path for program in self._programs.values() for path in program.unread}

    def unread_for(self, directory: str) -> set[str]:
        """Those of `unread` that the package in `directory` imports, itself or through others of its Go
        module, and those that only other Go modules import."""
        unread = self.unread()
        if not unread:
            return unread
        folders = [folder for folder, unit in self._by_directory.items() if unit is not None]
        others = {path for folder in folders for path in self._import_paths(folder)}
        members = [directory, *(package.directory for package in self._dependencies(directory))]
        own = {path for member in members for path in self._import_paths(member)}
        return {path for path in unread if path in own or path not in others}

    def finds_sdk(self, directory: str) -> bool:
        """Whether Go's own tools, gopls among them, find the SDK from there: `package` does in any case."""
        return self._program(_clean(directory)).place(SDK_PATH) is not None

    def documents(self) -> dict[str, Document]:
        """By path, the files that were parsed so far."""
        return self._sources.documents()

    def document(self, path: str) -> Document | None:
        """The file as it was parsed, None where it wasn't."""
        return self._sources.document(path)

    def importing(self, directory: str) -> set[str]:
        """The folders of the packages of the same Go module that import the one in `directory`, directly or
        not. Their files' headers tell; nothing is parsed for it."""
        found: set[str] = set()
        pending = [_clean(directory)]
        while pending:
            unit = self._unit(pending.pop())
            module = None if unit is None else unit.module
            if unit is not None and module is not None:
                news = set(self._index.of(unit.path, module.directory)) - found - {directory}
                found |= news
                pending += news
        return found

    def module(self, directory: str) -> Module | None:
        """The Go module that `directory` (absolute) is in, None without a go.mod."""
        found = self._module(_clean(directory))
        return None if found is None else found[0]

    def package(self, directory: str) -> Package | None:
        """The package of `directory` (absolute), None where no Go file there would be built."""
        return self._package(_clean(directory))

    def advance(self, files: Files) -> bool:
        """Takes the snapshot on to a later state of the files: what was worked out and still holds is kept,
        the rest forgotten. False where too much has changed for that: then a new one is to be made of it."""
        renewed = self._sources.advance(files, self._index.holds)
        if renewed is None:
            return False
        if not renewed:
            return True
        units = [unit for unit in self._by_directory.values() if unit is not None and unit.is_parsed()]
        programs = set(self._programs.values())
        renewal = Renewal(units, [program.resolver for program in programs])
        for path, parsed in renewed.items():
            unit = self._by_directory.get(os.path.dirname(path))  # noqa: PTH120
            if unit is not None and unit.is_parsed() and parsed is not None:
                for file in unit.files:
                    if file.document.path == path:
                        renewal.take(file, parsed)
        renewal.spread()
        outdated = {unit.directory for unit in renewal.changed}
        # A test that changes may call what a fix would change.
        outdated.update(os.path.dirname(path) for path, parsed in renewed.items() if parsed is None)  # noqa: PTH120
        for directory in list(outdated):
            outdated.update(filter(self._is_run_by_importers, self._reachable(directory).values()))
        self._outdate(outdated, renewal)
        return True

    def _is_run_by_importers(self, directory: str) -> bool:
        unit = self._by_directory.get(directory)
        return unit is not None and unit.run_by_importers

    def _outdate(self, directories: set[str], renewal: Renewal) -> None:
        self._current.clear()
        self._outdated |= directories
        for unit, functions in renewal.functions.items():
            known = self._functions.pop(unit, None)
            # Of thousands all but a few are known, after an edit.
            if known is not None and functions is not None:
                self._functions[unit] = {**known, **self._declared_of(unit, functions & known.keys())}

    # --- modules

    def _module(self, directory: str) -> tuple[Module, GoMod] | None:
        if directory not in self._modules:
            self._modules[directory] = self._find_module(directory)
        return self._modules[directory]

    def _find_module(self, directory: str) -> tuple[Module, GoMod] | None:
        text = self._sources.text(join(directory, "go.mod"))
        if text is None:
            parent = str(Path(directory).parent)
            return None if parent == directory else self._module(parent)
        mod = parse_go_mod(text)
        return Module(directory, mod.module, mod.go, mod.requires), mod

    # --- units

    def _unit(self, directory: str, path: str | None = None) -> PackageUnit | None:
        """The declarations in `directory`; `path` is what it is imported as, where it isn't its own path."""
        if directory not in self._by_directory:
            unit = self._load_unit(directory, path)
            self._by_directory[directory] = unit
            if unit is not None:
                self._program(directory).add(unit)
        return self._by_directory[directory]

    def _load_unit(self, directory: str, path: str | None) -> PackageUnit | None:
        files = self._sources.built(directory)
        if not files:
            return None
        found = self._module(directory)
        module = None if found is None else found[0]
        name = next((file.header.package for file in files if file.header.package), "")

        def parse() -> Iterator[tuple[Document, ast.File]]:
            for file in self._sources.built(directory):
                parsed = self._sources.parse(file.path, file.text)
                yield parsed.document, parsed.syntax

        unit = UnparsedUnit(directory, path or import_path(directory, module), name, module, parse)
        unit.unreadable = self._sources.unreadable(directory)
        return unit

    def _program(self, directory: str) -> Program:
        """The build that the package in `directory` is judged in."""
        module = self._module(directory)
        home = "" if module is None else module[0].directory
        if home not in self._programs:
            root = build_root(directory, self._module, self._environment, self._sources)
            # The modules of a workspace are of one program.
            at = home if root is None else root.directory + "/" * (root.work is not None)
            if at not in self._programs:
                self._programs[at] = self._new_program(root)
            self._programs[home] = self._programs[at]
        return self._programs[home]

    def _new_program(self, root: Root | None) -> Program:
        read, entries = self._sources.text, self._sources.entries
        locator = None if root is None else Locator(root, self._environment, read, entries)
        return Program(self._sources, self._library, locator, self._unit, KNOWN_PACKAGES)

    # --- packages

    def _package(self, directory: str) -> Package | None:
        if directory not in self._packages:
            unit = self._unit(directory)
            self._packages[directory] = None if unit is None else self._new_package(unit)
        elif directory in self._outdated or directory not in self._current:
            self._packages[directory] = self._up_to_date(directory, self._packages[directory])
        self._current.add(directory)
        return self._packages[directory]

    def _up_to_date(self, directory: str, known: Package | None) -> Package | None:
        """The package as it is; the very one that was made before where that is the same."""
        unit = self._unit(directory)
        if known is None or unit is None:
            return known
        # Before anything is asked of it, for packages may import each other in a circle.
        self._current.add(directory)
        outdated = directory in self._outdated
        self._outdated.discard(directory)
        imported: tuple[Package, ...] = known.__dict__.get("dependencies", ())
        others = [each for each in imported if not self._is_current(each)]
        if not outdated and not others:
            return known
        made = self._new_package(unit)
        if not outdated and is_of_itself(known):
            made.__dict__.update(known.__dict__, dependencies=tuple(self._seen_now(imported, others)))
        if not made.has_same(known) or not all(map(self._is_as_seen, others)):
            return made
        for each in others:
            if isinstance(each.contents, Seen):
                each.contents.look_again()
        return known

    def _seen_now(self, imported: Iterable[Package], others: Sequence[Package]) -> Iterator[Package]:
        """The packages that another one imports, with those of them as they are now that have changed."""
        for each in imported:
            if not any(each is other for other in others):
                yield each
            elif (now := self._package(each.directory)) is not None:
                yield self._seen(now)

    def _seen(self, package: Package) -> Package:
        return msgspec.structs.replace(package, contents=Seen(self._package, package))

    def _is_current(self, seen: Package) -> bool:
        """Whether a package that another one imports is the very one that it was when that last looked."""
        return isinstance(seen.contents, Seen) and self._package(seen.directory) is seen.contents.package

    def _is_as_seen(self, seen: Package) -> bool:
        """Whether it is as the other one has seen it, as far as that one has looked."""
        now = self._package(seen.directory)
        return now is not None and "dependencies" not in seen.__dict__ and now.has_same(seen)

    def _new_package(self, unit: PackageUnit) -> Package:
        paths = tuple([file.path for file in self._sources.built(unit.directory)])
        return Package(unit.directory, unit.name, unit.path, unit.module, paths, _Contents(self, unit))

    def _registrations(self, unit: PackageUnit) -> tuple[Registration, ...]:
        operands = self._program(unit.directory).operands
        find = partial(self._function, operands.resolver)
        return Registrations(operands, unit, find, self._dependents).all()

    def _declared(self, unit: PackageUnit) -> dict[FunctionName, Function]:
        if unit not in self._functions:
            self._functions[unit] = self._declared_of(unit, unit.functions)
        return self._functions[unit]

    def _declared_of(
        self, unit: PackageUnit, functions: Iterable[FunctionName]
    ) -> dict[FunctionName, Function]:
        resolver = self._program(unit.directory).resolver
        return declared_functions(resolver, functions, self._importers, self._is_mentioned)

    def _function(self, resolver: Resolver, function: FunctionName) -> Function | None:
        if function.file is None:
            return None
        unit = function.file.unit
        if not isinstance(unit, OutlinedUnit):
            return self._declared(unit).get(function)
        # Of another Go module, whose importers aren't looked for.
        declared = self._functions.setdefault(unit, {})
        if function not in declared:
            declared[function] = declared_function(
                resolver, function.file, function, lambda _: (), self._is_mentioned
            )
        return declared[function]

    def _is_mentioned(self, directory: str, name: str) -> bool:
        return self._sources.is_mentioned(directory, name)

    def _dependencies(self, directory: str) -> tuple[Package, ...]:
        """The packages of the same Go module that the one in `directory` imports, directly or not, by import
        path."""
        found = self._reachable(directory)
        packages = (self._package(found[path]) for path in sorted(found))
        return tuple(self._seen(package) for package in packages if package is not None)

    def _reachable(self, start: str) -> dict[str, str]:
        """Directories by path of the packages of the same Go module that the one in `start` imports, directly
        or not."""
        found: dict[str, str] = {}
        pending = [start]
        while pending:
            for path, directory in self._imported(pending.pop()):
                if directory != start and path not in found:
                    found[path] = directory
                    pending.append(directory)
        return found

    def _imported(self, directory: str) -> list[tuple[str, str]]:
        """Path and directory of the packages of the same Go module that the one in `directory` imports
        itself."""
        if directory not in self._members:
            found = self._module(directory)
            home = "" if found is None else found[0].path
            paths = self._import_paths(directory) if home else ()
            own = [path for path in paths if f"{path}/".startswith(f"{home}/")]
            places = ((path, self._program(directory).place(path)) for path in own)
            self._members[directory] = [
                (path, place.directory)
                for path, place in places
                if place is not None
                and place.directory != directory
                and found is not None
                and place.module == found[0]
                and self._sources.built(place.directory)
            ]
        return self._members[directory]

    def _import_paths(self, directory: str) -> Iterable[str]:
        """What the files of a package import: all of them by their headers, or else as they were parsed."""
        headers = [file.header for file in self._sources.built(directory)]
        if not all(header.sure for header in headers):
            unit = self._unit(directory)
            return () if unit is None else dict.fromkeys(spec.path for _, spec in unit.imports())
        return dict.fromkeys(path for header in headers for path in header.imports)

    def _importers(self, unit: PackageUnit) -> list[PackageUnit]:
        """The other packages of the Go module that import `unit`, tests aside."""
        if unit.module is None:
            return []
        if unit not in self._imported_by:
            directories = self._index.of(unit.path, unit.module.directory)
            others = (self._unit(directory) for directory in directories if directory != unit.directory)
            self._imported_by[unit] = [
                other
                for other in others
                if other is not None and unit.path in self._import_paths(other.directory)
            ]
        return self._imported_by[unit]

    def _dependents(self, unit: PackageUnit) -> list[PackageUnit]:
        """The packages of the Go module that import `unit`, directly or not."""
        found: list[PackageUnit] = []
        pending = [unit]
        while pending:
            for other in self._importers(pending.pop()):
                if other is not unit and other not in found:
                    found.append(other)
                    pending.append(other)
        return found


class _Contents:
    """What a loader finds in a package when it is asked."""

    def __init__(self, loader: Loader, unit: PackageUnit) -> None:
        self._loader = loader
        self._unit = unit

    def imports_sdk(self) -> bool:
        files = self._loader._sources.built(self._unit.directory)
        return any(SDK_PATH in file.header.imports for file in files) and bool(
            self._unit.files_importing(SDK_PATH)
        )

    def files(self) -> tuple[SourceFile, ...]:
        return tuple(
            [
                view
                if isinstance(view := file.view, SourceFile) and view.document is file.document
                else _source_file(file)
                for file in self._unit.files
            ]
        )

    def unreadable(self) -> tuple[str, ...]:
        is_too_large = self._loader._sources.is_too_large
        return tuple(path for path in self._unit.unreadable if not is_too_large(path))

    def too_large(self) -> tuple[str, ...]:
        return tuple(path for path in self._unit.unreadable if self._loader._sources.is_too_large(path))

    def not_text(self) -> tuple[str, ...]:
        files = self._loader._sources.built(self._unit.directory)
        return tuple(file.path for file in files if not is_text(file.text))

    def functions(self) -> tuple[Function, ...]:
        return tuple(self._loader._declared(self._unit).values())

    def registrations(self) -> tuple[Registration, ...]:
        return self._loader._registrations(self._unit)

    def dependencies(self) -> tuple[Package, ...]:
        return self._loader._dependencies(self._unit.directory)

    def imported_in_module(self) -> bool:
        return bool(self._loader._importers(self._unit))

    def reached(self) -> tuple[Code, ...]:
        return reached_code(self._loader._program(self._unit.directory).operands, self._unit)

    def bounds_met(self) -> tuple[BoundMet, ...]:
        operands = self._loader._program(self._unit.directory).operands
        return tuple(found for file in self._unit.files for found in bounds_met(operands, file))


def import_path(directory: str, module: Module | None) -> str:
    """The import path of a directory; without a module one that nobody can import."""
    if module is None or not module.path:
        return "_" + directory.replace(os.sep, "/")
    inside = os.path.relpath(directory, module.directory)
    return module.path if inside == "." else f"{module.path}/{inside.replace(os.sep, '/')}"


def _source_file(file: FileUnit) -> SourceFile:
    source, syntax = file.document, file.syntax
    sdk = next((spec for spec in syntax.imports if spec.path == SDK_PATH), None)
    problem = errors.first_error(source)
    name_span = Span(0, 0) if syntax.name is None else syntax.name.span
    file.view = made = SourceFile(
        document=source,
        package_name="" if syntax.name is None else syntax.name.name,
        package_name_location=Location(source.path, name_span),
        sdk_import=None if sdk is None else Location(source.path, sdk.span),
        sdk_name=None if sdk is None else _sdk_name(sdk),
        problem=None if problem is None else SyntaxProblem(Location(source.path, problem[0]), problem[1]),
        imports=tuple(Import(spec.path, Location(source.path, spec.span)) for spec in syntax.imports),
    )
    return made


def _sdk_name(spec: ast.ImportSpec) -> str:
    return "udf" if spec.name is None else spec.name.name


def _clean(path: str) -> str:
    # Path.resolve would follow links, and so give files other names than the user's.
    return os.path.abspath(path)  # noqa: PTH100
