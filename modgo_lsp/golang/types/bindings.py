"""Binds declarations on first use. Each stays bound until an edit invalidates what its binding has read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from modgo_lsp.golang.queries import Memo, Query, Table
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.bind import Binder, TypeOf, Underlying
from modgo_lsp.golang.types.imports import FindUnit, declare_imports
from modgo_lsp.golang.types.known_packages import KnownPackages
from modgo_lsp.golang.types.objects import ConstantName, FunctionName, Object, Scope, TypeName, VariableName
from modgo_lsp.golang.types.packages import GoFile, GoPackage


class Bindings:
    """The bound declarations of one build. `find_unit` returns the package that a file imports by a path,
    `type_of` the type of a bound type expression, `underlying` a type's underlying type."""

    def __init__(
        self, table: Table, find_unit: FindUnit, known: KnownPackages, type_of: TypeOf, underlying: Underlying
    ) -> None:
        self._find_unit = find_unit
        self._known = known
        self._type_of = type_of
        self._underlying = underlying
        # Binding a declaration may request the same declaration again.
        self._unread_names: Query[tuple[GoPackage, str], bool] = Query(
            table, "may be unread", self._may_be_unread, True
        )

    def _binder(self, file: GoFile, memo: Memo) -> Binder:
        if not file.imports_declared:
            file.imports_declared = True
            declare_imports(file, self._find_unit, self._known)
        return Binder(file, memo, self._find_unit, self._type_of, self._underlying)

    def ensure(self, item: Object) -> None:
        """Binds the declaration of an object, and records the dependency on it."""
        item.read()
        file = item.file
        if isinstance(item, FunctionName):
            self._signature_scope(item)
        elif file is not None and isinstance(item, TypeName) and item.local == 0:
            self.bind_spec(file, item.spec)
        elif file is not None and isinstance(item, ConstantName | VariableName) and item.owner is not None:
            self.bind_spec(file, item.owner)

    def bind_at(self, file: GoFile, offset: int) -> None:
        """Binds the package-level declaration at `offset`."""
        decl = file.declaration_at(offset)
        if isinstance(decl, ast.FuncDecl):
            self.bind_function(file.function(decl))
        elif decl is not None:
            for spec in decl.specs:
                self.bind_spec(file, spec)

    def bind_mentions(self, file: GoFile, name: str) -> Sequence[int]:
        """Binds the declarations that contain the identifier `name`, and returns the offsets of all its
        occurrences."""
        offsets = file.mentions(name)
        for offset in offsets:
            self.bind_at(file, offset)
        return offsets

    def may_be_unread(self, unit: GoPackage, name: str) -> bool:
        """Whether `unit` may declare a name in source that cannot be read: in an unreadable file, or in a
        part of one that does not parse."""
        return self._unread_names((unit, name))

    def _may_be_unread(self, asked: tuple[GoPackage, str]) -> bool:
        unit, name = asked
        unit.broken.read()
        broken = (file for file in unit.files if file.document.first_bad is not None)
        return bool(unit.unreadable) or any(
            offset not in file.uses for file in broken for offset in self.bind_mentions(file, name)
        )

    def bind_spec(self, file: GoFile, spec: ast.Spec) -> None:
        """Binds a package-level const, var or type spec."""
        if isinstance(spec, ast.ImportSpec):
            return
        memo = file.memo_of(spec)

        def bind() -> None:
            memo.answers["bound"] = None  # binding may request the same declaration
            memo.on_empty = partial(file.unbind, spec)
            self._binder(file, memo).bind_general(spec)

        memo.ask("bound", bind)

    def bind_function(self, function: FunctionName) -> None:
        """Binds a whole function."""
        scope = self._signature_scope(function)
        file, body, memo = function.file, function.decl.body, function.body

        def bind() -> None:
            memo.answers["bound"] = None
            if body is not None:
                memo.on_empty = partial(file.unbind, *body.statements)
                self._signature_scope(function)  # a dependency of the body, too
                self._binder(file, memo).bind_body(body, scope)

        memo.ask("bound", bind)

    def _signature_scope(self, function: FunctionName) -> Scope:
        """Binds a function's receiver and type, and returns their scope."""
        file, memo, decl = function.file, function.memo, function.decl

        def bind() -> Scope:
            memo.on_empty = partial(file.unbind, decl.receiver, decl.type)
            return self._binder(file, memo).bind_signature(decl)

        return memo.ask("scope", bind)
