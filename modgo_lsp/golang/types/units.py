"""The declarations of a package, file by file, before anything is asked about them: facts of the source.

A unit belongs to one snapshot of the world and fills in what its identifiers mean as it is asked (bind.py).
Not for: choosing the files (load.py), nor the Package that rules see (package.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Any, TypeVar

from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.identifiers import occurrences, places
from modgo_lsp.golang.types.objects import (
    ConstantName,
    FunctionName,
    Object,
    Scope,
    TypeName,
    VariableName,
    receiver_base,
)
from modgo_lsp.golang.types.universe import UNIVERSE

_T = TypeVar("_T")


# How many words are looked for in a file before it is worth while to know the places of all: somebody may ask
# for each of the thousands that generated code declares.
_FEW = 16


class FileUnit:
    """One file. `scope` holds its imports and lies inside the package's.

    `dots` are the paths of its dot imports; `uncertain`: an imported package may go by another name than
    the one that was guessed, so that an unknown name may be it.

    `uses` says, by the offset of an identifier, what it refers to (None: to nothing), `selected` likewise
    the import path and name of each `package.Name`, at the offset of the package. Both are filled by bind.py.
    `declared` has the objects of each declaration. `memo` has what others have worked out of one that hangs
    on nothing but its own source and what the names in it stand for (invalidation.py forgets it). `view` is
    what the caller of the analysis made of the file, of this text or of one before.
    """

    def __init__(self, unit: PackageUnit, index: int, document: Document, syntax: ast.File) -> None:
        self.unit = unit
        self.index = index
        self.document = document
        self.syntax = syntax
        self.scope = Scope(unit.scope)
        self.dots: list[str] = []
        self.imports_declared = False
        self.uncertain = False
        self.uses: dict[int, Object | None] = {}
        self.selected: dict[int, tuple[str, str]] = {}
        self.bound: set[ast.Node | ast.Body] = set()
        self.declared: dict[ast.Decl, tuple[Object, ...]] = {}
        self.memo: dict[ast.Node, dict[object, Any]] = {}
        self.view: object | None = None
        self._asked, self._asked_of = 0, syntax

    @property
    def path(self) -> str:
        return self.document.path

    def remembered(self, node: ast.Node, what: object, work_out: Callable[[], _T]) -> _T:
        """What was worked out of a declaration, spec or function literal, or of the file's whole syntax; now,
        where it wasn't yet."""
        memo = self.memo.get(node)
        if memo is None:
            memo = self.memo[node] = {}
        if what not in memo:
            memo[what] = work_out()
        found: _T = memo[what]
        return found

    def declaration_at(self, offset: int) -> ast.Decl | None:
        """The package-level declaration that stands at `offset`."""
        decls = self.syntax.decls
        index = bisect_right(decls, offset, key=lambda decl: decl.span.start) - 1
        return decls[index] if index >= 0 and decls[index].span.holds(offset) else None

    def mentions(self, name: str) -> Sequence[int]:
        """The offsets at which `name` stands as a word, in code or elsewhere."""
        word = name.encode("utf-8", "surrogateescape")
        if self._asked_of is not self.syntax:
            self._asked, self._asked_of = 0, self.syntax  # what was known is of a text before
        if self._asked < _FEW:
            self._asked += 1
            return list(occurrences(self.document.text, (word,)))
        known = self.remembered(self.syntax, "words", lambda: places(self.document.text))
        return known.get(word, ())


class PackageUnit:
    """A package. `path` is its import path. `methods` are by the name of their receiver's base type.
    `standard`: it is of Go's library, so that what it imports is too. `unreadable` are the paths of files
    that a build would take and that can't be read. `doubted` are names that it doesn't declare, and whether
    what doesn't parse may do so. `run_by_importers`: it registers in code that packages
    which import it may run."""

    standard = False
    unreadable: tuple[str, ...] = ()
    run_by_importers = False

    files: list[FileUnit]
    scope: Scope
    methods: dict[str, dict[str, FunctionName]]
    functions: list[FunctionName]
    local_types: dict[int, TypeName]
    _functions_named: dict[bytes, list[FunctionName]] | None
    _variables_named: set[bytes] | None
    _files_importing: dict[str, list[FileUnit]]

    def __init__(self, directory: str, path: str, name: str, module: Module | None) -> None:
        self.directory = directory
        self.path = path
        self.name = name
        self.module = module
        self.doubted: dict[str, bool] = {}
        self._declare_nothing()

    def _declare_nothing(self) -> None:
        self.files = []
        self.scope = Scope(UNIVERSE)
        self.methods = {}
        self.functions = []
        self.local_types = {}
        self._forget_names()

    def _forget_names(self) -> None:
        self._functions_named = None
        self._variables_named = None
        self._files_importing = {}

    def add(self, document: Document, syntax: ast.File) -> FileUnit:
        """Adds a file; files come in the order of their base names."""
        file = FileUnit(self, len(self.files), document, syntax)
        self.files.append(file)
        self._add_declarations(file, syntax.decls)
        self._forget_names()
        return file

    def _add_declarations(self, file: FileUnit, decls: Iterable[ast.Decl]) -> None:
        for decl in decls:
            file.declared[decl] = objects_of(file, decl)
            for item in file.declared[decl]:
                self._declare(item)

    def declare_again(self) -> None:
        """Puts in the scope what the files declare now."""
        self.scope.names.clear()
        self.methods.clear()
        self.functions.clear()
        self._forget_names()
        for file in self.files:
            for decl in file.syntax.decls:
                for item in file.declared[decl]:
                    self._declare(item)

    def _declare(self, item: Object) -> None:
        if isinstance(item, FunctionName):
            self.functions.append(item)
            receiver = receiver_base(item.decl)
            if receiver is not None:
                self.methods.setdefault(receiver, {}).setdefault(item.name, item)
            if receiver is not None or item.name == "init":
                return
        # Of two declarations of one name, which Go refuses, the first counts.
        if item.name not in self.scope.names:
            self.scope.declare(item)

    def is_parsed(self) -> bool:
        """Whether its files were looked into."""
        return True

    def lookup(self, name: str) -> Object | None:
        """What the package itself declares under `name`."""
        return self.scope.own(name)

    def functions_named(self, names: Set[bytes]) -> Iterator[FunctionName]:
        """Its functions and methods of these names."""
        known = self._functions_named
        if known is None:
            known = self._functions_named = {}
            for function in self.functions:
                known.setdefault(function.name.encode(), []).append(function)
        for name in known.keys() & names:
            yield from known[name]

    def has_variable_named(self, names: Iterable[bytes]) -> bool:
        """Whether one of the names is that of a variable of the package."""
        known = self._variables_named
        if known is None:
            items = self.scope.names.items()
            known = {name.encode() for name, item in items if isinstance(item, VariableName)}
            self._variables_named = known
        return not known.isdisjoint(names)

    def files_importing(self, path: str) -> Sequence[FileUnit]:
        """The files that import `path`, in their order."""
        known = self._files_importing.get(path)
        if known is None:
            known = [file for file in self.files if any(spec.path == path for spec in file.syntax.imports)]
            self._files_importing[path] = known
        return known

    def method(self, base: str, name: str) -> FunctionName | None:
        """The method `name` of the type `base`."""
        found = self.methods.get(base, {}).get(name)
        return next(self._by_aliases(base, name), None) if found is None else found

    def methods_of(self, base: str) -> Iterator[FunctionName]:
        """The methods that are declared for the type `base`."""
        for receiver, methods in self.methods.items():
            if receiver == base or self._is_alias(receiver, base):
                yield from methods.values()

    def _by_aliases(self, base: str, name: str) -> Iterator[FunctionName]:
        """The method, where its receiver calls the type by another name."""
        for receiver, methods in self.methods.items():
            if name in methods and receiver != base and self._is_alias(receiver, base):
                yield methods[name]

    def _is_alias(self, name: str, base: str) -> bool:
        """Whether `name` is another name of the type `base`."""
        seen = {name}
        while isinstance(item := self.lookup(name), TypeName) and item.spec.alias:
            aliased = ast.unparen(item.spec.type)
            if not isinstance(aliased, ast.Ident) or aliased.name in seen:
                return False
            name = aliased.name
            if name == base:
                return True
            seen.add(name)
        return False

    def imports(self) -> Iterator[tuple[FileUnit, ast.ImportSpec]]:
        for file in self.files:
            for spec in file.syntax.imports:
                yield file, spec


class UnparsedUnit(PackageUnit):
    """A package of a main module, of which nothing but the headers was read so far. `parse` gives its files
    once something is asked of it: most packages are only imported for their names."""

    def __init__(
        self,
        directory: str,
        path: str,
        name: str,
        module: Module | None,
        parse: Callable[[], Iterable[tuple[Document, ast.File]]],
    ) -> None:
        self._parse = parse
        super().__init__(directory, path, name, module)

    def _declare_nothing(self) -> None:
        """Waits: the attributes are set when one of them is first asked for."""

    def is_parsed(self) -> bool:
        return "files" in self.__dict__

    def __getattr__(self, name: str) -> Any:
        if name not in PackageUnit.__annotations__:
            raise AttributeError(name)
        super()._declare_nothing()
        for document, syntax in self._parse():
            self.add(document, syntax)
        return getattr(self, name)


def objects_of(file: FileUnit, decl: ast.Decl) -> tuple[Object, ...]:
    """What a declaration at package level declares."""
    if isinstance(decl, ast.FuncDecl):
        return (FunctionName(file, decl),)
    return tuple(declared(file, decl, package_level=True))


def declared(file: FileUnit, decl: ast.GenDecl, package_level: bool) -> Iterator[Object]:
    """The objects of a const, var or type declaration, one spec after the other."""
    inherited: ast.ValueSpec | None = None
    for spec in decl.specs:
        if isinstance(spec, ast.TypeSpec):
            yield TypeName(file, spec, 0 if package_level else (file.index << 32) + spec.name.span.start + 1)
        elif isinstance(spec, ast.ValueSpec) and decl.token == "const":
            # A spec without values repeats the one before it, type included.
            inherited = spec if spec.values or inherited is None else inherited
            for index, name in enumerate(spec.names):
                value = inherited.values[index] if index < len(inherited.values) else None
                yield ConstantName(
                    file, name, inherited.type, value, spec.iota, inherited if package_level else None
                )
        elif isinstance(spec, ast.ValueSpec):
            owner = spec if package_level else None
            yield from variables(file, spec.names, spec.type, spec.values, owner)


def variables(
    file: FileUnit,
    names: tuple[ast.Ident, ...],
    type_expr: ast.Expr | None,
    values: tuple[ast.Expr, ...],
    owner: ast.ValueSpec | None = None,
) -> Iterator[VariableName]:
    """The variables of `var names type = values`, or of `names := values`."""
    for index, name in enumerate(names):
        if len(values) == len(names):
            yield VariableName(file, name, type_expr, values[index], owner=owner)
        else:
            value = values[0] if len(values) == 1 else None
            yield VariableName(file, name, type_expr, value, index, len(names), owner=owner)
