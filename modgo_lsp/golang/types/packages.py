"""The declarations of a package, file by file: what the source says before anything is worked out of it.

What identifiers refer to is filled in when a declaration is asked about (bind.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

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

# How many words are looked for in a file before it is worth while to find the places of all: somebody may ask
# for each of the thousands that generated code declares.
_FEW = 16


class GoFile:
    """One file. `scope` holds its imports and lies inside the package's.

    `dots` are the paths of its dot imports; `uncertain`: an imported package may go by another name than
    the one that was guessed, so that an unknown name may be it.

    `uses` says, by the offset of an identifier, what it refers to (None: to nothing), `selected` likewise
    the import path and name of each `package.Name`, at the offset of the package. Both are filled by bind.py,
    by declaration: who reads them has asked for the declaration to be bound. `declared` has the objects of
    each declaration. `words` are inputs: where a word stands in the file. `declarations` is the input of who
    reads which there are, and all that they say but for the bodies of functions.
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
        """The memo of a const, var or type spec at package level."""
        if spec not in self._specs:
            self._specs[spec] = self.unit.new_memo("a spec in", self.path, "at", spec.span.start)
        return self._specs[spec]

    def memo_at(self, offset: int) -> Memo | None:
        """The memo of the function or spec at package level that stands at `offset`."""
        decl = self.declaration_at(offset)
        if isinstance(decl, ast.FuncDecl):
            return self.function(decl).body
        specs = () if decl is None else decl.specs
        return next((self.memo_of(spec) for spec in specs if spec.span.holds(offset)), None)

    def function(self, decl: ast.FuncDecl) -> FunctionName:
        """The object of a function's declaration."""
        (found,) = self.declared[decl]
        assert isinstance(found, FunctionName)
        return found

    def remove(self, decl: ast.Decl) -> list[Memo]:
        """Forgets the objects of a declaration; gives the memos of its specs, to be invalidated."""
        del self.declared[decl]
        specs = () if isinstance(decl, ast.FuncDecl) else decl.specs
        return [self._specs.pop(spec) for spec in specs if spec in self._specs]

    def unbind(self, *nodes: ast.Node | None) -> None:
        """Forgets what the identifiers in some nodes refer to, and the local types that are declared
        there."""
        for node in nodes:
            for each in () if node is None else ast.walk(node):
                if isinstance(each, ast.Ident):
                    self.uses.pop(each.span.start, None)
                    self.selected.pop(each.span.start, None)
                elif isinstance(each, ast.TypeSpec):
                    self.unit.local_types.pop(self.local_key(each), None)

    def local_key(self, spec: ast.TypeSpec) -> int:
        """What tells a type that is declared in a function of this file from others of the package."""
        return (self.index << 32) + spec.name.span.start + 1

    def declaration_at(self, offset: int) -> ast.Decl | None:
        """The package-level declaration that stands at `offset`."""
        decls = self.syntax.decls
        index = bisect_right(decls, offset, key=lambda decl: decl.span.start) - 1
        return decls[index] if index >= 0 and decls[index].span.holds(offset) else None

    def mentions(self, name: str) -> Sequence[int]:
        """The offsets at which `name` stands as a word, in code or elsewhere."""
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


class GoPackage:
    """A package. `path` is its import path. `methods` are by the name of their receiver's base type.
    `standard`: it is of Go's library, so that what it imports is too. `unreadable` are the paths of files
    that a build would take and that can't be read. `broken` is the input of who asks what its files may
    declare where they don't parse."""

    standard = False
    unreadable: tuple[str, ...] = ()

    files: list[GoFile]
    scope: Scope
    methods: dict[str, dict[str, FunctionName]]
    local_types: dict[int, TypeName]
    _functions: list[FunctionName]
    _files_importing: dict[str, list[GoFile]]

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
        self._declare_nothing()

    def __str__(self) -> str:
        return self.path

    def _declare_nothing(self) -> None:
        self.files = []
        self.scope = self._new_scope()
        self.methods = {}
        self.local_types = {}
        self._functions = []
        self._files_importing = {}

    def _new_scope(self) -> Scope:
        return PackageScope(UNIVERSE, self.names)

    def new_memo(self, *about: object) -> Memo:
        """A memo for something that this package declares."""
        return (ConstantMemo if self.standard else Memo)(self.table, *about)

    def add(self, document: Document, syntax: ast.File) -> GoFile:
        """Adds a file; files come in the order of their base names."""
        file = GoFile(self, len(self.files), document, syntax)
        self.files.append(file)
        self._add_declarations(file, syntax.decls)
        return file

    def _add_declarations(self, file: GoFile, decls: Iterable[ast.Decl]) -> None:
        for decl in decls:
            file.declared[decl] = objects_of(file, decl)
            for item in file.declared[decl]:
                self._declare(item)

    def declare_again(self) -> None:
        """Puts in the scope what the files declare now."""
        self.scope.names.clear()
        self.methods.clear()
        self._functions.clear()
        for file in self.files:
            for decl in file.syntax.decls:
                for item in file.declared[decl]:
                    self._declare(item)

    def _declare(self, item: Object) -> None:
        if isinstance(item, FunctionName):
            self._functions.append(item)
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

    @property
    def functions(self) -> Sequence[FunctionName]:
        """Its functions and methods, in the order of the source."""
        self.declarations.read()
        return self._functions

    def files_importing(self, path: str) -> Sequence[GoFile]:
        """The files that import `path`, in their order."""
        known = self._files_importing.get(path)
        if known is None:
            known = [file for file in self.files if any(spec.path == path for spec in file.syntax.imports)]
            self._files_importing[path] = known
        return known

    def method(self, base: str, name: str) -> FunctionName | None:
        """The method `name` of the type `base`."""
        self.method_names.read(name)
        found = self.methods.get(base, {}).get(name)
        return next(self._by_aliases(base, name), None) if found is None else found

    def methods_named(self, name: str) -> Iterator[FunctionName]:
        """The methods `name` of all types."""
        self.method_names.read(name)
        for methods in self.methods.values():
            if name in methods:
                yield methods[name]

    def methods_of(self, base: str) -> Iterator[FunctionName]:
        """The methods that are declared for the type `base`."""
        self.declarations.read()
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
    """A package of a main module, of which nothing but the headers was read so far. `parse` gives its files
    once something is asked of it: most packages are only imported for their names."""

    def __init__(
        self,
        table: Table,
        directory: str,
        path: str,
        name: str,
        module: Module | None,
        parse: Callable[[], Iterable[tuple[Document, ast.File]]],
    ) -> None:
        self._parse = parse
        super().__init__(table, directory, path, name, module)

    def _declare_nothing(self) -> None:
        """Waits: the attributes are set when one of them is first asked for."""

    def is_parsed(self) -> bool:
        return "files" in self.__dict__

    def __getattr__(self, name: str) -> Any:
        if name not in GoPackage.__annotations__:
            raise AttributeError(name)
        super()._declare_nothing()
        for document, syntax in self._parse():
            self.add(document, syntax)
        return getattr(self, name)


def objects_of(file: GoFile, decl: ast.Decl) -> tuple[Object, ...]:
    """What a declaration at package level declares."""
    if isinstance(decl, ast.FuncDecl):
        return (FunctionName(file, decl),)
    return tuple(declared(file, decl, package_level=True))


def declared(file: GoFile, decl: ast.GenDecl, package_level: bool) -> Iterator[Object]:
    """The objects of a const, var or type declaration, one spec after the other."""
    inherited: ast.ValueSpec | None = None
    for spec in decl.specs:
        if isinstance(spec, ast.TypeSpec):
            yield TypeName(file, spec, 0 if package_level else file.local_key(spec))
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
    file: GoFile,
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
