"""The packages of a snapshot of the world, loaded when asked for. The entry to model/.

A Loader reads each file at most once and takes over from an earlier one what has not changed.
Not for: judging packages (rules/), nor for where bytes come from (files.py).
"""

from __future__ import annotations

import os
from pathlib import Path

from modgo_lsp.model.call_graph import reached_code
from modgo_lsp.model.files import DiskFiles, Files, OverlayFiles
from modgo_lsp.model.finding import Location
from modgo_lsp.model.functions import declared_functions
from modgo_lsp.model.go_mod import GoMod, parse_go_mod
from modgo_lsp.model.objects import FunctionName
from modgo_lsp.model.operands import Operands
from modgo_lsp.model.package import Function, Import, Module, Package, Registration, SourceFile, SyntaxProblem
from modgo_lsp.model.registrations import Registrations
from modgo_lsp.model.resolve import Resolver
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.units import FileUnit, PackageUnit
from modgo_lsp.resources import resource
from modgo_lsp.syntax import ast, document, errors, lower
from modgo_lsp.syntax.constraints import BuildContext, is_chosen
from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.positions import Span

__all__ = ["BuildContext", "Loader"]


class _Parsed:
    """A file that was read: its document and syntax."""

    __slots__ = ("document", "syntax")

    def __init__(self, parsed: Document, earlier: _Parsed | None = None) -> None:
        self.document = parsed
        self.syntax: ast.File = lower.lower(
            parsed, None if earlier is None else (earlier.document, earlier.syntax)
        )


class Loader:
    """One snapshot: what it has read stays as it was. `previous` is an earlier one, whose files are taken
    over where their bytes are the same."""

    def __init__(
        self, files: Files, context: BuildContext | None = None, previous: Loader | None = None
    ) -> None:
        self._files = files
        self._context = BuildContext() if context is None else context
        self._earlier = {} if previous is None else previous._parsed
        self._parsed: dict[str, _Parsed | None] = {}
        self._texts: dict[str, bytes | None] = {}
        self._entries: dict[str, list[tuple[str, bool]] | None] = {}
        self._modules: dict[str, tuple[Module, GoMod] | None] = {}
        self._by_directory: dict[str, PackageUnit | None] = {}
        self._by_path: dict[str, PackageUnit] = {}
        self._packages: dict[str, Package | None] = {}
        self._functions: dict[PackageUnit, dict[FunctionName, Function]] = {}
        self._trees: dict[str, list[str]] = {}
        self._loading: set[str] = set()
        self._disk = DiskFiles()
        self._resolver = Resolver(self._find_unit, self._unit_of_path)
        self._operands = Operands(self._resolver)

    # --- what others ask

    def module(self, directory: str) -> Module | None:
        """The Go module that `directory` (absolute) is in, None without a go.mod."""
        found = self._module(_clean(directory))
        return None if found is None else found[0]

    def package(self, directory: str) -> Package | None:
        """The package of `directory` (absolute), None where no Go file there would be built."""
        directory = _clean(directory)
        if directory not in self._packages:
            if directory in self._loading:
                return None
            self._loading.add(directory)
            try:
                self._packages[directory] = self._package(directory)
            finally:
                self._loading.discard(directory)
        return self._packages[directory]

    # --- modules

    def _module(self, directory: str) -> tuple[Module, GoMod] | None:
        if directory not in self._modules:
            self._modules[directory] = self._find_module(directory)
        return self._modules[directory]

    def _find_module(self, directory: str) -> tuple[Module, GoMod] | None:
        text = self._text(_join(directory, "go.mod"))
        if text is None:
            parent = str(Path(directory).parent)
            return None if parent == directory else self._module(parent)
        mod = parse_go_mod(text)
        sdk = next((version for path, version in mod.requires if path == SDK_PATH), None)
        return Module(directory, mod.module, mod.go, sdk), mod

    def _directory_of(self, module: Module, mod: GoMod, path: str) -> str | None:
        """The directory of the package that code in `module` imports as `path`, where it is known."""
        places = {module.path: module.directory} if module.path else {}
        for replace in mod.replaces:
            if not replace.new_version and (replace.new.startswith(".") or Path(replace.new).is_absolute()):
                places[replace.old] = _clean(str(Path(module.directory, replace.new)))
        # The longest module path that fits is the one that has the package.
        for prefix in sorted(places, key=len, reverse=True):
            if path == prefix or path.startswith(prefix + "/"):
                directory = _join(places[prefix], *path[len(prefix) + 1 :].split("/"))
                return directory if self._belongs(directory, places[prefix]) else None
        return None

    def _belongs(self, directory: str, module_directory: str) -> bool:
        """Whether no go.mod in between makes `directory` part of another module."""
        found = self._module(directory)
        return found is not None and found[0].directory == module_directory

    # --- files

    def _text(self, path: str) -> bytes | None:
        if path not in self._texts:
            try:
                self._texts[path] = self._files.read(path)
            except OSError:
                self._texts[path] = None
        return self._texts[path]

    def _list(self, directory: str) -> list[tuple[str, bool]]:
        if directory not in self._entries:
            try:
                self._entries[directory] = self._files.entries(directory)
            except OSError:
                self._entries[directory] = None
        return self._entries[directory] or []

    def _parse(self, path: str, text: bytes) -> _Parsed:
        known = self._parsed.get(path)
        if known is not None:
            return known
        opened = self._files.document(path) if isinstance(self._files, OverlayFiles) else None
        earlier = self._earlier.get(path)
        if earlier is not None and (earlier.document is opened or earlier.document.text == text):
            parsed = earlier
        else:
            parsed = _Parsed(document.parse(path, text) if opened is None else opened, earlier)
        self._parsed[path] = parsed
        return parsed

    def _sources(self, directory: str) -> list[tuple[str, bytes]]:
        """Path and text of the files in `directory` that `go build` would compile."""
        found = []
        for name, is_directory in self._list(directory):
            if is_directory or not name.endswith(".go"):
                continue
            path = _join(directory, name)
            text = self._text(path) if is_chosen(name, b"", self._context) else None
            if text is not None and is_chosen(name, text, self._context):
                found.append((path, text))
        return found

    # --- units

    def _unit(self, directory: str, path: str | None = None) -> PackageUnit | None:
        """The declarations in `directory`; `path` is what it is imported as, where it isn't its own path."""
        if directory not in self._by_directory:
            unit = self._load_unit(directory, path)
            self._by_directory[directory] = unit
            if unit is not None:
                self._by_path.setdefault(unit.path, unit)
        return self._by_directory[directory]

    def _load_unit(self, directory: str, path: str | None) -> PackageUnit | None:
        parsed = []
        for file_path, text in self._sources(directory):
            file = self._parse(file_path, text)
            cgo = any(spec.path == "C" for spec in file.syntax.imports)
            name = file.syntax.name
            if (cgo and not self._context.cgo) or (name is not None and name.name == "documentation"):
                continue
            parsed.append(file)
        if not parsed:
            return None
        found = self._module(directory)
        module = None if found is None else found[0]
        names = [file.syntax.name.name for file in parsed if file.syntax.name is not None]
        unit = PackageUnit(
            directory, path or import_path(directory, module), names[0] if names else "", module
        )
        for file in parsed:
            unit.add(file.document, file.syntax)
        return unit

    def _find_unit(self, file: FileUnit, path: str) -> PackageUnit | None:
        """The package that `file` imports as `path`, None where its source isn't known."""
        local = self._local_unit(file, path)
        return self._sdk_unit() if local is None and path == SDK_PATH != file.unit.path else local

    def _local_unit(self, file: FileUnit, path: str) -> PackageUnit | None:
        """The package that `file` imports as `path`, where it is of the same Go module or a replaced one."""
        if path == file.unit.path:
            return None
        found = self._module(file.unit.directory)
        directory = None if found is None else self._directory_of(*found, path)
        return None if directory is None else self._unit(directory, path)

    def _unit_of_path(self, path: str) -> PackageUnit | None:
        return self._by_path.get(path) or (self._sdk_unit() if path == SDK_PATH else None)

    def _sdk_unit(self) -> PackageUnit | None:
        """The SDK as modgo brings it: its declarations are the same in every 1.x."""
        if SDK_PATH not in self._by_path:
            try:
                directory = str(resource("udf"))
                listed = self._disk.entries(directory)
            except OSError:
                return None
            self._entries[directory] = listed
            for name, is_directory in listed:
                if not is_directory and name.endswith(".go"):
                    try:
                        self._texts[_join(directory, name)] = self._disk.read(_join(directory, name))
                    except OSError:
                        continue
            self._unit(directory, SDK_PATH)
        return self._by_path.get(SDK_PATH)

    # --- packages

    def _package(self, directory: str) -> Package | None:
        unit = self._unit(directory)
        if unit is None:
            return None
        files = tuple(_source_file(file) for file in unit.files)
        registrations: tuple[Registration, ...] = ()
        functions: tuple[Function, ...] = ()
        importers: list[PackageUnit] = []
        if any(file.sdk_import is not None for file in files):
            for file in unit.files:
                self._resolver.bind_file(file)
            importers = self._importers(unit)
            functions = tuple(self._declared(unit).values())
            registrations = Registrations(self._operands, unit, self._function, self._dependents).all()
        return Package(
            directory=directory,
            name=unit.name,
            import_path=unit.path,
            module=unit.module,
            files=files,
            functions=functions,
            registrations=registrations,
            dependencies=self._dependencies(unit),
            imported_in_module=bool(importers),
            reached=reached_code(self._operands, unit) if registrations else (),
        )

    def _declared(self, unit: PackageUnit) -> dict[FunctionName, Function]:
        if unit not in self._functions:
            self._functions[unit] = declared_functions(self._resolver, unit, self._importers)
        return self._functions[unit]

    def _function(self, function: FunctionName) -> Function | None:
        return None if function.file is None else self._declared(function.file.unit).get(function)

    def _dependencies(self, unit: PackageUnit) -> tuple[Package, ...]:
        """The packages of the same Go module that `unit` imports, directly or not, by import path."""
        found: dict[str, PackageUnit] = {}
        pending = [unit]
        while pending:
            for file, spec in pending.pop().imports():
                other = self._local_unit(file, spec.path)
                if other is None or other is unit or other.module != unit.module:
                    continue
                if other.path not in found:
                    found[other.path] = other
                    pending.append(other)
        packages = (self.package(found[path].directory) for path in sorted(found))
        return tuple(package for package in packages if package is not None)

    def _importers(self, unit: PackageUnit) -> list[PackageUnit]:
        """The other packages of the Go module that import `unit`, tests aside."""
        if unit.module is None:
            return []
        quoted = unit.path.encode("utf-8", "surrogateescape")
        found = []
        for directory in self._module_directories(unit.module.directory):
            if directory == unit.directory or not any(quoted in text for _, text in self._sources(directory)):
                continue
            other = self._unit(directory)
            if other is not None and any(spec.path == unit.path for _, spec in other.imports()):
                found.append(other)
        return found

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

    def _module_directories(self, root: str) -> list[str]:
        """The directories of a module that `./...` means."""
        if root not in self._trees:
            found: list[str] = []
            pending = [root]
            while pending:
                directory = pending.pop()
                found.append(directory)
                for name, is_directory in self._list(directory):
                    if not is_directory or name.startswith((".", "_")) or name in ("testdata", "vendor"):
                        continue
                    inner = _join(directory, name)
                    if not any(entry == "go.mod" for entry, _ in self._list(inner)):
                        pending.append(inner)
            self._trees[root] = sorted(found)
        return self._trees[root]


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


def _join(directory: str, *names: str) -> str:
    return str(Path(directory, *names))


def _clean(path: str) -> str:
    # Path.resolve would follow links, and so give files other names than the user's.
    return os.path.abspath(path)  # noqa: PTH100
