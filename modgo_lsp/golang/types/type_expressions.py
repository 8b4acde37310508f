"""What Go types source denotes, and what lies under them.

Types are worked out when asked for, so that recursive ones are finite. Not for: expressions that are no
types (expressions.py), nor whether code is type-correct: where it isn't, the answer is Unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.literals import unquote
from modgo_lsp.golang.types.bind import Binder, is_exported
from modgo_lsp.golang.types.depth import Depth
from modgo_lsp.golang.types.imports import FindUnit, declare_imports
from modgo_lsp.golang.types.known_packages import KnownPackages
from modgo_lsp.golang.types.objects import (
    ConstantName,
    FunctionName,
    Object,
    Predeclared,
    TypeName,
    TypeParameterName,
    VariableName,
)
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
from modgo_lsp.golang.types.units import FileUnit, PackageUnit
from modgo_lsp.golang.types.universe import CONTEXT, CONTEXT_METHODS, ERROR, ERROR_METHODS, UNSAFE_POINTER

if TYPE_CHECKING:
    from modgo_lsp.golang.types.operand import Operand

# How many parts the type may have that an alias stands for.
_MAX_ALIASED = 2000

UNKNOWN = Unknown()


class Resolver:
    """The types of one snapshot. `find_unit` gives the package that a file's import path means, `unit` that
    of an import path of a type; both None where its source isn't known. `unread` are the paths of packages
    that something was asked of, and whose source isn't known."""

    def __init__(
        self,
        find_unit: FindUnit,
        unit: Callable[[str], PackageUnit | None],
        known: KnownPackages,
    ) -> None:
        self._known = known
        self.find_unit = find_unit
        self.unit = unit
        self.unread: set[str] = set()
        self.depth = Depth()
        self._under: dict[Named, Type] = {}
        self._operand: Callable[[FileUnit, ast.Expr], Operand] | None = None
        self._before: Callable[[TypeName], None] | None = None

    def use_operands(
        self, operand: Callable[[FileUnit, ast.Expr], Operand], before: Callable[[TypeName], None]
    ) -> None:
        """Array lengths are expressions: `operand` evaluates them. `before` works out what an alias needs."""
        self._operand, self._before = operand, before

    def package(self, file: FileUnit, path: str) -> PackageUnit | None:
        """The package that `file` imports as `path`, to ask something of it."""
        unit = self.find_unit(file, path)
        if unit is None and path not in ("C", "unsafe"):
            self.unread.add(path)
        return unit

    def forget_types(self) -> None:
        """Some declaration isn't what it was: works out anew what lies under types."""
        self._under.clear()

    def forget_local_types(self, units: Collection[PackageUnit]) -> None:
        """Functions of these packages aren't what they were: nor are the types that are declared in them."""
        paths = {unit.path for unit in units}
        for type_ in [each for each in self._under if each.local and each.package in paths]:
            del self._under[type_]

    # --- binding

    def binder(self, file: FileUnit) -> Binder:
        if not file.imports_declared:
            file.imports_declared = True
            declare_imports(file, self.find_unit, self._known)
        return Binder(file, self.find_unit, self.type_of, self.underlying)

    def ensure(self, item: Object) -> None:
        """Binds the declaration of a package-level object."""
        file = item.file
        if file is None:
            return
        if isinstance(item, TypeName):
            if item.local == 0 and item.spec not in file.bound:
                self.binder(file).bind_general(item.spec)
        elif isinstance(item, ConstantName | VariableName):
            if item.owner is not None and item.owner not in file.bound:
                self.binder(file).bind_general(item.owner)
        elif isinstance(item, FunctionName) and item.decl not in file.bound:
            self.binder(file).bind_signature(item.decl)

    def bind_at(self, file: FileUnit, offset: int) -> None:
        """Binds the package-level declaration that stands at `offset`."""
        decl = file.declaration_at(offset)
        if decl is not None:
            self._bind_declaration(file, decl)

    def bind_mentions(self, file: FileUnit, name: str) -> Sequence[int]:
        """Binds the declarations in which the identifier `name` stands; gives the offsets where it does."""
        offsets = file.mentions(name)
        for offset in offsets:
            self.bind_at(file, offset)
        return offsets

    def may_be_unread(self, unit: PackageUnit, name: str) -> bool:
        """Whether `unit` may declare a name where it can't be read: in a file that can't, or in a part of one
        that doesn't parse."""
        known = unit.doubted.get(name)
        if known is None:
            # While it is worked out, somebody may ask again.
            unit.doubted[name] = True
            broken = (file for file in unit.files if file.document.first_bad is not None)
            known = unit.doubted[name] = bool(unit.unreadable) or any(
                offset not in file.uses for file in broken for offset in self.bind_mentions(file, name)
            )
        return known

    def _bind_declaration(self, file: FileUnit, decl: ast.Decl) -> None:
        if isinstance(decl, ast.FuncDecl):
            self.bind_function(file, decl)
        else:
            for spec in decl.specs:
                self.bind_spec(file, spec)

    def bind_spec(self, file: FileUnit, spec: ast.Spec) -> None:
        if spec not in file.bound and not isinstance(spec, ast.ImportSpec):
            self.binder(file).bind_general(spec)

    def bind_function(self, file: FileUnit, decl: ast.FuncDecl) -> None:
        if decl.body is not None and decl.body not in file.bound:
            self.binder(file).bind_body(decl)
        elif decl not in file.bound:
            self.binder(file).bind_signature(decl)

    # --- from source to types

    def type_of(self, file: FileUnit, expr: ast.Expr) -> Type:
        """The type that a type expression denotes; Unknown where it denotes none."""
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

    def _type_of(self, file: FileUnit, expr: ast.Expr) -> Type:
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

    def func_type(self, file: FileUnit, expr: ast.FuncType) -> Func:
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
        """The type of a declared function; a method's without its receiver."""
        self.ensure(function)
        return UNKNOWN_FUNC if function.file is None else self.func_type(function.file, function.decl.type)

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
        if item.file is None:
            return UNKNOWN
        if len(arguments) != len(item.parameters):
            return Unknown(item.name)
        if is_too_large(arguments):
            self.depth.met = True
            return Unknown(item.name)
        if not item.spec.alias:
            return Named(item.file.unit.path, item.name, arguments, item.local)
        given = dict(zip(item.parameters, arguments, strict=True))
        return substitute(self._aliased(item, item.file), given, self.depth)

    def _aliased(self, item: TypeName, file: FileUnit) -> Type:
        """What an alias stands for, its parameters in it."""
        if item.aliased is None and self._before is not None:
            self._before(item)
        known = item.aliased
        if known is None:
            if item.resolving:
                return Unknown(item.name)
            self.ensure(item)
            item.resolving = True
            try:
                aliased, beyond = self.depth.alone(lambda: self.type_of(file, item.spec.type))
            finally:
                item.resolving = False
            item.beyond = beyond or is_too_large((aliased,), _MAX_ALIASED)
            item.aliased = known = Unknown(item.name) if item.beyond else aliased
        return known

    def _qualified(self, file: FileUnit, expr: ast.SelectorExpr) -> Type:
        selected = file.selected.get(expr.x.span.start)
        if selected is None or not isinstance(ast.unparen(expr.x), ast.Ident):
            return Unknown(file.document.slice(expr.span))
        return self.package_type(file, *selected)

    def package_type(self, file: FileUnit, path: str, name: str) -> Type:
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

    def _instantiated(self, file: FileUnit, expr: ast.IndexExpr) -> Type:
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

    def _length(self, file: FileUnit, expr: ast.Expr) -> int:
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

    def _struct(self, file: FileUnit, expr: ast.StructType) -> Struct:
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

    def _interface(self, file: FileUnit, expr: ast.InterfaceType) -> Interface:
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

    # --- what lies under a type

    def is_too_complex(self, item: TypeName) -> bool:
        """Whether a bound is met where a type is declared, so that it is unknown what it is."""
        if item.file is None:
            return False
        if item.spec.alias:
            self._aliased(item, item.file)
        else:
            self.underlying(Named(item.file.unit.path, item.name, (), item.local))
        return item.beyond

    def underlying(self, type_: Type) -> Type:
        """`type_` without its name. Unknown where the declaration can't be found."""
        if not isinstance(type_, Named):
            return type_
        chain: list[Named] = []
        under: Type = type_
        while isinstance(under, Named):
            known = self._under.get(under)
            if known is not None:
                under = known
                break
            # A cycle (`type A B; type B A`) finds this and ends.
            self._under[under] = UNKNOWN
            chain.append(under)
            under = self._declared_as(under)
        for each in chain:
            self._under[each] = under
        return under

    def _declared_as(self, type_: Named) -> Type:
        """The type that the declaration of a named one gives it, which may be named as well."""
        if type_ == ERROR:
            return ERROR_METHODS
        if type_ == CONTEXT:
            return CONTEXT_METHODS
        item = self.type_name(type_)
        if item is None or item.file is None:
            return UNKNOWN
        file, expr = item.file, item.spec.type
        self.ensure(item)
        direct, item.beyond = self.depth.alone(lambda: self.type_of(file, expr))
        return substitute(direct, dict(zip(item.parameters, type_.arguments, strict=False)), self.depth)

    def type_name(self, type_: Named) -> TypeName | None:
        """The declaration of a named type."""
        unit = self.unit(type_.package)
        if unit is None:
            return None
        item = unit.local_types.get(type_.local) if type_.local else unit.lookup(type_.name)
        return item if isinstance(item, TypeName) else None

    def is_empty_interface(self, type_: Type) -> bool:
        pending, seen = [type_], {type_}
        while pending:
            under = self.underlying(pending.pop())
            if not isinstance(under, Interface) or under.methods or under.constraint:
                return False
            news = [each for each in dict.fromkeys(under.embedded) if each not in seen]
            seen.update(news)
            pending += news
        return True


UNKNOWN_FUNC = Func((), ())


def _embedded_name(expr: ast.Expr) -> str:
    """The field name that an embedded type has."""
    expr = ast.unparen(expr)
    while isinstance(expr, ast.StarExpr | ast.IndexExpr):
        expr = ast.unparen(expr.x)
    if isinstance(expr, ast.SelectorExpr):
        return expr.sel.name
    return expr.name if isinstance(expr, ast.Ident) else ""
