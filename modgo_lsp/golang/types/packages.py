"""The declarations of a package, file by file, as written: before types are evaluated.

bind.py fills in what identifiers refer to, on first use of each declaration.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

from modgo_lsp.golang.modules.module import Module
from modgo_lsp.golang.queries import ConstantMemo, Input, Inputs, Memo, Table
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.identifiers import occurrences, places
from modgo_lsp.golang.types.objects import (
    ConstantName,
    FunctionName,
    Object,
    PackageScope,
    Scope,
    TypeName,
    VariableName,
    receiver_base,
)
from modgo_lsp.golang.types.universe import UNIVERSE

# The number of searches for words in a file after which all its words are indexed. Generated code declares
# thousands of names, and each may be searched for.
_FEW = 16


class GoFile:
    """One file. `scope` holds its imports; the package's scope encloses it.

    `dots` are the paths of its dot imports. `uncertain`: the guessed name of an imported package may be
    wrong, so an undeclared name may be that package.

    `uses` maps the offset of an identifier to its object (None if undeclared). `selected` maps the offset of
    the package in each `package.Name` to the import path and name. bind.py fills both, declaration by
    declaration; a reader must have had the declaration bound. `declared` maps each declaration to its
    objects. `words` are inputs: the occurrences of each word. `declarations` is an input: which declarations
    there are, and their content except function bodies.
    """

    def __init__(self, unit: GoPackage, index: int, document: Document, syntax: ast.File) -> None:
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
        self.declared: dict[ast.Decl, tuple[Object, ...]] = {}
        self.words: Inputs[bytes] = Inputs(unit.table, f"in {document.path}, the word")
        self.declarations = Input(unit.table, f"the declarations of {document.path}")
        self._specs: dict[ast.Spec, Memo] = {}
        self._asked, self._asked_of = 0, document
        self._places: dict[bytes, list[int]] | None = None

    def __str__(self) -> str:
        return self.path

    @property
    def path(self) -> str:
        return self.document.path

    def memo_of(self, spec: ast.Spec) -> Memo:
        """The memo of a package-level const, var or type spec."""
        if spec not in self._specs:
            self._specs[spec] = self.unit.new_memo("a spec in", self.path, "at", spec.span.start)
        return self._specs[spec]

    def memo_at(self, offset: int) -> Memo | None:
        """The memo of the package-level function or spec at `offset`."""
        decl = self.declaration_at(offset)
        if isinstance(decl, ast.FuncDecl):
            return self.function(decl).body
        specs = () if decl is None else decl.specs
        return next((self.memo_of(spec) for spec in specs if spec.span.holds(offset)), None)

    def function(self, decl: ast.FuncDecl) -> FunctionName:
        """The object of a function declaration."""
        (found,) = self.declared[decl]
        assert isinstance(found, FunctionName)
        return found

    def remove(self, decl: ast.Decl) -> list[Memo]:
        """Removes the objects of a declaration, and returns the memos of its specs for invalidation."""
        del self.declared[decl]
        specs = () if isinstance(decl, ast.FuncDecl) else decl.specs
        return [self._specs.pop(spec) for spec in specs if spec in self._specs]

    def unbind(self, *nodes: ast.Node | None) -> None:
        """Removes the uses of identifiers in `nodes`, and the local types declared there."""
        for node in nodes:
            for each in () if node is None else ast.walk(node):
                if isinstance(each, ast.Ident):
                    self.uses.pop(each.span.start, None)
                    self.selected.pop(each.span.start, None)
                elif isinstance(each, ast.TypeSpec):
                    self.unit.local_types.pop(self.local_key(each), None)

    def local_key(self, spec: ast.TypeSpec) -> int:
        """A number that distinguishes a local type of this file from the package's others."""
        return (self.index << 32) + spec.name.span.start + 1

    def declaration_at(self, offset: int) -> ast.Decl | None:
        """The package-level declaration at `offset`."""
        decls = self.syntax.decls
        index = bisect_right(decls, offset, key=lambda decl: decl.span.start) - 1
        return decls[index] if index >= 0 and decls[index].span.holds(offset) else None

    def mentions(self, name: str) -> Sequence[int]:
        """The offsets at which `name` occurs as a word, in code, comments or literals."""
        word = name.encode("utf-8", "surrogateescape")
        self.words.read(word)
        if self._asked_of is not self.document:
            self._asked, self._asked_of, self._places = 0, self.document, None
        if self._asked < _FEW:
            self._asked += 1
            return list(occurrences(self.document.text, (word,)))
        if self._places is None:
            self._places = places(self.document.text)
        return self._places.get(word, ())


class _Contents:
    """What the files of a package declare. `methods` are by receiver base type."""

    __slots__ = ("files", "files_importing", "functions", "local_types", "methods", "scope")

    def __init__(self, scope: Scope) -> None:
        self.files: list[GoFile] = []
        self.scope = scope
        self.methods: dict[str, dict[str, FunctionName]] = {}
        self.local_types: dict[int, TypeName] = {}
        self.functions: list[FunctionName] = []
        self.files_importing: dict[str, list[GoFile]] = {}


class GoPackage:
    """A package. `path` is its import path. `standard`: it belongs to Go's library, and so do its imports.
    `unreadable` are the paths of files that a build would compile but that cannot be read. `broken` is an
    input: what may be declared in source that does not parse."""

    standard = False
    unreadable: tuple[str, ...] = ()

    def __init__(self, table: Table, directory: str, path: str, name: str, module: Module | None) -> None:
        self.table = table
        self.directory = directory
        self.path = path
        self.name = name
        self.module = module
        self.names: Inputs[str] = Inputs(table, f"in {path}, what is called")
        self.method_names: Inputs[str] = Inputs(table, f"in {path}, the methods called")
        self.declarations = Input(table, f"the list of functions in {path}")
        self.broken = Input(table, f"what doesn't parse in {path}")
        self._known: _Contents | None = None

    def __str__(self) -> str:
        return self.path

    def _contents(self) -> _Contents:
        """What the files declare. They are parsed on first use."""
        contents = self._known
        if contents is None:
            self._known = contents = _Contents(self._new_scope())
            self._parse_files()
        return contents

    def _parse_files(self) -> None:
        """Adds the files that the package has from the beginning."""

    @property
    def is_parsed(self) -> bool:
        """Whether its files have been parsed."""
        return self._known is not None

    @property
    def files(self) -> list[GoFile]:
        return self._contents().files

    @property
    def scope(self) -> Scope:
        return self._contents().scope

    @property
    def methods(self) -> dict[str, dict[str, FunctionName]]:
        """The methods by receiver base type."""
        return self._contents().methods

    @property
    def local_types(self) -> dict[int, TypeName]:
        """The types that functions declare and that were bound so far, by GoFile.local_key."""
        return self._contents().local_types

    def _new_scope(self) -> Scope:
        return PackageScope(UNIVERSE, self.names)

    def new_memo(self, *about: object) -> Memo:
        """Makes a memo for something that this package declares."""
        return (ConstantMemo if self.standard else Memo)(self.table, *about)

    def add(self, document: Document, syntax: ast.File) -> GoFile:
        """Adds a file. Files must be added in the order of their base names."""
        file = GoFile(self, len(self.files), document, syntax)
        self.files.append(file)
        self._add_declarations(file, syntax.decls)
        return file

    def _add_declarations(self, file: GoFile, decls: Iterable[ast.Decl]) -> None:
        for decl in decls:
            file.declared[decl] = objects_of(file, decl)
            for item in file.declared[decl]:
                self._declare(item)

    def rebuild_scope(self) -> None:
        """Rebuilds the scope from what the files declare now."""
        contents = self._contents()
        contents.scope.names.clear()
        contents.methods.clear()
        contents.functions.clear()
        for file in contents.files:
            for decl in file.syntax.decls:
                for item in file.declared[decl]:
                    self._declare(item)

    def _declare(self, item: Object) -> None:
        contents = self._contents()
        if isinstance(item, FunctionName):
            contents.functions.append(item)
            receiver = receiver_base(item.decl)
            if receiver is not None:
                contents.methods.setdefault(receiver, {}).setdefault(item.name, item)
            if receiver is not None or item.name == "init":
                return
        # Go rejects a redeclaration. The first declaration counts here.
        if item.name not in contents.scope.names:
            contents.scope.declare(item)

    def lookup(self, name: str) -> Object | None:
        """The object that the package itself declares under `name`."""
        return self.scope.own(name)

    @property
    def functions(self) -> Sequence[FunctionName]:
        """Its functions and methods, in source order."""
        self.declarations.read()
        return self._contents().functions

    def files_importing(self, path: str) -> Sequence[GoFile]:
        """The files that import `path`, in order."""
        contents = self._contents()
        known = contents.files_importing.get(path)
        if known is None:
            known = [
                file for file in contents.files if any(spec.path == path for spec in file.syntax.imports)
            ]
            contents.files_importing[path] = known
        return known

    def method(self, base: str, name: str) -> FunctionName | None:
        """The method `name` of the type `base`."""
        self.method_names.read(name)
        found = self.methods.get(base, {}).get(name)
        return next(self._by_aliases(base, name), None) if found is None else found

    def methods_named(self, name: str) -> Iterator[FunctionName]:
        """The methods called `name`, of all types."""
        self.method_names.read(name)
        for methods in self.methods.values():
            if name in methods:
                yield methods[name]

    def methods_of(self, base: str) -> Iterator[FunctionName]:
        """The methods declared for the type `base`."""
        self.declarations.read()
        for receiver, methods in self.methods.items():
            if receiver == base or self._is_alias(receiver, base):
                yield from methods.values()

    def _by_aliases(self, base: str, name: str) -> Iterator[FunctionName]:
        """The method, if its receiver names the type by an alias."""
        for receiver, methods in self.methods.items():
            if name in methods and receiver != base and self._is_alias(receiver, base):
                yield methods[name]

    def _is_alias(self, name: str, base: str) -> bool:
        """Whether `name` is an alias of the type `base`."""
        seen = {name}
        while isinstance(item := self.lookup(name), TypeName) and item.is_alias:
            aliased = ast.unparen(item.spec.type)
            if not isinstance(aliased, ast.Ident) or aliased.name in seen:
                return False
            name = aliased.name
            if name == base:
                return True
            seen.add(name)
        return False

    def imports(self) -> Iterator[tuple[GoFile, ast.ImportSpec]]:
        for file in self.files:
            for spec in file.syntax.imports:
                yield file, spec


class UnparsedPackage(GoPackage):
    """A package of a main module, of whose files only the headers have been read. `parse` parses and returns
    them: most packages are only imported for their names."""

    def __init__(
        self,
        table: Table,
        directory: str,
        path: str,
        name: str,
        module: Module | None,
        parse: Callable[[], Iterable[tuple[Document, ast.File]]],
    ) -> None:
        super().__init__(table, directory, path, name, module)
        self._parse = parse

    def _parse_files(self) -> None:
        for document, syntax in self._parse():
            self.add(document, syntax)


def objects_of(file: GoFile, decl: ast.Decl) -> tuple[Object, ...]:
    """The objects of a package-level declaration."""
    if isinstance(decl, ast.FuncDecl):
        return (FunctionName(file, decl),)
    return tuple(declared(file, decl, package_level=True))


def declared(file: GoFile, decl: ast.GenDecl, package_level: bool) -> Iterator[Object]:
    """The objects of a const, var or type declaration, spec by spec."""
    inherited: ast.ValueSpec | None = None
    for spec in decl.specs:
        if isinstance(spec, ast.TypeSpec):
            yield TypeName(file, spec, 0 if package_level else file.local_key(spec))
        elif isinstance(spec, ast.ValueSpec) and decl.token == "const":
            # A const spec without values repeats the previous one, type included.
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
    file: GoFile,
    names: tuple[ast.Ident, ...],
    type_expr: ast.Expr | None,
    values: tuple[ast.Expr, ...],
    owner: ast.ValueSpec | None = None,
) -> Iterator[VariableName]:
    """The variables of `var names type = values` or `names := values`."""
    for index, name in enumerate(names):
        if len(values) == len(names):
            yield VariableName(file, name, type_expr, values[index], owner=owner)
        else:
            value = values[0] if len(values) == 1 else None
            yield VariableName(file, name, type_expr, value, index, len(names), owner=owner)
