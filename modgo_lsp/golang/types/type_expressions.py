"""Evaluates type expressions, and finds underlying types.

Types are evaluated on demand, so recursive ones are finite. In code that is not type-correct the result is
Unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from modgo_lsp.golang.queries import Query, Table
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.literals import unquote
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.bindings import Bindings
from modgo_lsp.golang.types.depth import Depth
from modgo_lsp.golang.types.imports import FindUnit
from modgo_lsp.golang.types.known_packages import KnownPackages
from modgo_lsp.golang.types.objects import (
    FunctionName,
    Object,
    Predeclared,
    TypeName,
    TypeParameterName,
)
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.substitute import is_too_large, substitute
from modgo_lsp.golang.types.types import (
    Array,
    Chan,
    Field,
    Func,
    Interface,
    Map,
    Named,
    Pointer,
    Slice,
    Struct,
    Type,
    TypeParameter,
    Unknown,
)
from modgo_lsp.golang.types.universe import CONTEXT, CONTEXT_METHODS, ERROR, ERROR_METHODS, UNSAFE_POINTER

if TYPE_CHECKING:
    from modgo_lsp.golang.types.operand import Operand

# The most parts that an aliased type may have.
_MAX_ALIASED = 2000

# The length of a chain of named types from which the underlying type of each is cached.
_LONG_CHAIN = 20

UNKNOWN = Unknown()


class Resolver:
    """The types of one build. `find_unit` returns the package that a file imports by a path, `unit` the
    package with an import path; both return None if its source is not found. `unread` are the paths of
    packages that were needed and whose source is not found."""

    def __init__(
        self,
        table: Table,
        find_unit: FindUnit,
        unit: Callable[[str], GoPackage | None],
        known: KnownPackages,
    ) -> None:
        self._known = known
        self.find_unit = find_unit
        self.unit = unit
        self.unread: set[str] = set()
        self.depth = Depth()
        self._underlying: Query[Named, Type] = Query(table, "underlying", self._find_underlying, UNKNOWN)
        self.bindings = Bindings(table, find_unit, known, self.type_of, self.underlying)
        self._operand: Callable[[GoFile, ast.Expr], Operand] | None = None
        self._before: Callable[[TypeName], None] | None = None

    def use_operands(
        self, operand: Callable[[GoFile, ast.Expr], Operand], before: Callable[[TypeName], None]
    ) -> None:
        """Sets the evaluator for array lengths, and `before`, which evaluates the dependencies of an
        alias."""
        self._operand, self._before = operand, before

    def package(self, file: GoFile, path: str) -> GoPackage | None:
        """The package that `file` imports as `path`, for lookups in it."""
        unit = self.find_unit(file, path)
        if unit is None and path not in ("C", "unsafe"):
            self.unread.add(path)
        return unit

    # --- from source to types

    def type_of(self, file: GoFile, expr: ast.Expr) -> Type:
        """The type that a type expression denotes; Unknown if it denotes none."""
        depth = self.depth
        if depth.is_beyond():
            return UNKNOWN
        depth.inside += 1
        depth.stack += 1
        try:
            return self._type_of(file, expr)
        finally:
            depth.inside -= 1
            depth.stack -= 1

    def _type_of(self, file: GoFile, expr: ast.Expr) -> Type:
        match expr:
            case ast.Ident():
                return self._denoted(file.uses.get(expr.span.start), expr.name)
            case ast.ParenExpr():
                return self.type_of(file, expr.x)
            case ast.StarExpr():
                return Pointer(self.type_of(file, expr.x))
            case ast.SelectorExpr():
                return self._qualified(file, expr)
            case ast.ArrayType():
                element = self.type_of(file, expr.element)
                return (
                    Slice(element) if expr.length is None else Array(self._length(file, expr.length), element)
                )
            case ast.MapType():
                return Map(self.type_of(file, expr.key), self.type_of(file, expr.value))
            case ast.ChanType(direction="send" | "receive" | "both" as direction):
                return Chan(direction, self.type_of(file, expr.value))
            case ast.FuncType():
                return self.func_type(file, expr)
            case ast.StructType():
                return self._struct(file, expr)
            case ast.InterfaceType():
                return self._interface(file, expr)
            case ast.IndexExpr():
                return self._instantiated(file, expr)
        return Unknown(file.document.slice(expr.span))

    def func_type(self, file: GoFile, expr: ast.FuncType) -> Func:
        parameters = []
        variadic = False
        for field in expr.params.fields:
            type_ = field.type
            if isinstance(type_, ast.Ellipsis) and type_.element is not None:
                variadic = True
                resolved: Type = Slice(self.type_of(file, type_.element))
            else:
                resolved = self.type_of(file, type_)
            parameters += [resolved] * max(1, len(field.names))
        results: list[Type] = []
        for field in () if expr.results is None else expr.results.fields:
            results += [self.type_of(file, field.type)] * max(1, len(field.names))
        return Func(tuple(parameters), tuple(results), variadic)

    def function_type(self, function: FunctionName) -> Func:
        """The type of a declared function; that of a method has no receiver."""
        self.bindings.ensure(function)
        return self.func_type(function.file, function.decl.type)

    def _denoted(self, item: Object | None, name: str) -> Type:
        if isinstance(item, Predeclared):
            return item.type
        if isinstance(item, TypeParameterName):
            return TypeParameter(item.name)
        if isinstance(item, TypeName):
            return self.declared_type(item, ())
        return Unknown(name)

    def declared_type(self, item: TypeName, arguments: tuple[Type, ...]) -> Type:
        """The type that a type name denotes, instantiated with `arguments`."""
        if len(arguments) != len(item.parameters):
            return Unknown(item.name)
        if is_too_large(arguments):
            self.depth.exceeded = True
            return Unknown(item.name)
        if not item.is_alias:
            return Named(item.file.unit.path, item.name, arguments, item.local)
        given = dict(zip(item.parameters, arguments, strict=True))
        return substitute(self._aliased(item, item.file), given, self.depth)

    def _aliased(self, item: TypeName, file: GoFile) -> Type:
        """The aliased type, with the alias's type parameters unsubstituted."""
        memo = item.memo
        memo.read()
        if item not in memo.answers and self._before is not None:
            self._before(item)
        if item not in memo.answers and item.resolving:
            return Unknown(item.name)

        def aliased() -> tuple[Type, bool]:
            type_, beyond = self._type_in_declaration(item, file)
            beyond = beyond or is_too_large((type_,), _MAX_ALIASED)
            return (Unknown(item.name) if beyond else type_), beyond

        item.resolving = True
        try:
            return memo.ask(item, aliased)[0]
        finally:
            item.resolving = False

    def _type_in_declaration(self, item: TypeName, file: GoFile) -> tuple[Type, bool]:
        """The type in a type's declaration, and whether it exceeds a bound."""
        self.bindings.ensure(item)
        return self.depth.evaluate(lambda: self.type_of(file, item.spec.type))

    def _qualified(self, file: GoFile, expr: ast.SelectorExpr) -> Type:
        selected = file.selected.get(expr.x.span.start)
        if selected is None or not isinstance(ast.unparen(expr.x), ast.Ident):
            return Unknown(file.document.slice(expr.span))
        return self.package_type(file, *selected)

    def package_type(self, file: GoFile, path: str, name: str) -> Type:
        """The type `name` of the package that `file` imports as `path`."""
        if path == "unsafe":
            return UNSAFE_POINTER if name == "Pointer" else Unknown(f"unsafe.{name}")
        known = self._known.get(path)
        if known is not None and name in known.types:
            return known.types[name]
        if (path, name) == (CONTEXT.package, CONTEXT.name):
            return CONTEXT
        unit = self.package(file, path)
        if unit is None:
            return Named(path, name) if path != "C" else Unknown(f"C.{name}")
        return self._denoted(unit.lookup(name) if is_exported(name) else None, f"{path}.{name}")

    def _instantiated(self, file: GoFile, expr: ast.IndexExpr) -> Type:
        arguments = tuple(self.type_of(file, index) for index in expr.indices)
        base = ast.unparen(expr.x)
        if isinstance(base, ast.Ident):
            item = file.uses.get(base.span.start)
            return self.declared_type(item, arguments) if isinstance(item, TypeName) else Unknown(base.name)
        if isinstance(base, ast.SelectorExpr):
            selected = file.selected.get(base.x.span.start)
            if selected is not None:
                path, name = selected
                unit = self.package(file, path)
                if unit is None:
                    return Named(path, name, arguments)
                item = unit.lookup(name)
                if isinstance(item, TypeName):
                    return self.declared_type(item, arguments)
        return Unknown(file.document.slice(expr.span))

    def _length(self, file: GoFile, expr: ast.Expr) -> int:
        if isinstance(expr, ast.Ellipsis) or self._operand is None:
            return -1
        value = self._operand(file, expr).value
        if (
            not isinstance(value, int | Fraction)
            or isinstance(value, bool)
            or value < 0
            or value != int(value)
        ):
            return -1
        return int(value)

    def _struct(self, file: GoFile, expr: ast.StructType) -> Struct:
        fields = []
        for field in expr.fields.fields:
            type_ = self.type_of(file, field.type)
            raw = None if field.tag is None else unquote(field.tag.value.encode())
            tag = "" if raw is None else raw.decode("utf-8", "replace")
            if field.names:
                fields += [Field(name.name, type_, False, tag) for name in field.names]
            else:
                fields.append(Field(_embedded_name(field.type), type_, True, tag))
        return Struct(tuple(fields))

    def _interface(self, file: GoFile, expr: ast.InterfaceType) -> Interface:
        methods: list[tuple[str, Type]] = []
        embedded: list[Type] = []
        constraint = False
        for field in expr.methods.fields:
            if field.names:
                methods.append((field.names[0].name, self.type_of(file, field.type)))
            elif isinstance(field.type, ast.BinaryExpr | ast.UnaryExpr):
                constraint = True
            else:
                embedded.append(self.type_of(file, field.type))
        methods.sort(key=lambda method: method[0])
        return Interface(
            not methods and not embedded and not constraint,
            tuple(name for name, _ in methods),
            constraint,
            tuple(type_ for _, type_ in methods),
            tuple(embedded),
        )

    # --- underlying types

    def is_too_complex(self, item: TypeName) -> bool:
        """Whether a type's declaration exceeds a bound, which makes the type unknown."""
        if item.is_alias:
            self._aliased(item, item.file)
        else:
            self.underlying(Named(item.file.unit.path, item.name, (), item.local))
        return item in item.memo.answers and bool(item.memo.answers[item][1])

    def underlying(self, type_: Type) -> Type:
        """The underlying type of `type_`; Unknown if its declaration is not found."""
        return self._underlying(type_) if isinstance(type_, Named) else type_

    def _find_underlying(self, type_: Named) -> Type:
        passed = {type_: None}
        under = self._declared_as(type_)
        while isinstance(under, Named):
            if under in passed:
                return UNKNOWN  # type A B; type B A
            if under in self._underlying:
                return self._underlying(under)
            passed[under] = None
            under = self._declared_as(under)
        if len(passed) > _LONG_CHAIN:
            # From the far end, so that asking for each of them walks the chain only once.
            for each in list(passed)[:0:-1]:
                self._underlying(each)
        return under

    def _declared_as(self, type_: Named) -> Type:
        """The type in the declaration of a named type, which may itself be named."""
        if type_ == ERROR:
            return ERROR_METHODS
        if type_ == CONTEXT:
            return CONTEXT_METHODS
        item = self.type_name(type_)
        if item is None:
            return UNKNOWN
        direct, _ = item.memo.ask(item, partial(self._type_in_declaration, item, item.file))
        return substitute(direct, dict(zip(item.parameters, type_.arguments, strict=False)), self.depth)

    def type_name(self, type_: Named) -> TypeName | None:
        """The declaration of a named type."""
        unit = self.unit(type_.package)
        if unit is None:
            return None
        item = unit.local_types.get(type_.local) if type_.local else unit.lookup(type_.name)
        if not isinstance(item, TypeName):
            return None
        item.read()
        return item

    def is_empty_interface(self, type_: Type) -> bool:
        pending, seen = [type_], {type_}
        while pending:
            under = self.underlying(pending.pop())
            if not isinstance(under, Interface) or under.methods or under.constraint:
                return False
            added = [each for each in dict.fromkeys(under.embedded) if each not in seen]
            seen.update(added)
            pending += added
        return True


UNKNOWN_FUNC = Func((), ())


def _embedded_name(expr: ast.Expr) -> str:
    """The field name of an embedded type."""
    expr = ast.unparen(expr)
    while isinstance(expr, ast.StarExpr | ast.IndexExpr):
        expr = ast.unparen(expr.x)
    if isinstance(expr, ast.SelectorExpr):
        return expr.sel.name
    return expr.name if isinstance(expr, ast.Ident) else ""
