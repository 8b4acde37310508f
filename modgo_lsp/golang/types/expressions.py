"""Evaluates Go expressions to operands: types, constants, values with their types, functions.

Assumes type-correct code. An expression that cannot be evaluated has the unknown operand.
"""

from __future__ import annotations

from functools import partial

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types import constants
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.calls import Calls
from modgo_lsp.golang.types.constants import Value, is_untyped
from modgo_lsp.golang.types.declaration_order import Dependencies
from modgo_lsp.golang.types.inference import infer
from modgo_lsp.golang.types.objects import (
    Builtin,
    ConstantName,
    FunctionName,
    Iota,
    Nil,
    Object,
    PackageName,
    Predeclared,
    TypeName,
    TypeParameterName,
    VariableName,
)
from modgo_lsp.golang.types.operand import UNKNOWN_OPERAND, Operand
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.selection import Selection, Selector
from modgo_lsp.golang.types.substitute import substitute
from modgo_lsp.golang.types.type_expressions import UNKNOWN, Resolver
from modgo_lsp.golang.types.types import (
    Array,
    Basic,
    Chan,
    Func,
    Map,
    Named,
    Pointer,
    Slice,
    Type,
    TypeParameter,
    Unknown,
)
from modgo_lsp.golang.types.universe import UNSAFE_POINTER, TrueOrFalse
from modgo_lsp.golang.types.variables import Variables, defaulted


class Operands:
    """The operands of one snapshot's expressions. An expression must be bound before it is evaluated."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._dependencies = Dependencies(resolver, self.of_object)
        self.variables = Variables(resolver, self.operand, self._dependencies)
        self._calls = Calls(resolver, self.operand)
        self._selector_of = Selector(resolver)
        self._iota: list[int] = []
        self._depth = resolver.depth
        resolver.use_operands(self.operand, self._dependencies.evaluate_first)

    def operand(self, file: GoFile, expr: ast.Expr) -> Operand:
        """The operand of `expr`; unknown if it is nested too deeply."""
        depth = self._depth
        if depth.is_beyond():
            return UNKNOWN_OPERAND
        depth.inside += 1
        depth.stack += 1
        try:
            return self._operand(file, expr)
        finally:
            depth.inside -= 1
            depth.stack -= 1

    def _operand(self, file: GoFile, expr: ast.Expr) -> Operand:
        match expr:
            case ast.Ident():
                return self._ident(file, expr)
            case ast.BasicLit():
                basic, value = constants.literal(expr)
                if value is None and constants.is_too_large(expr):
                    self._depth.exceeded = True
                return Operand("constant", basic, value)
            case ast.ParenExpr():
                return self.operand(file, expr.x)
            case ast.SelectorExpr():
                return self._selector(file, expr)
            case ast.CallExpr():
                return self._calls.operand(file, expr)
            case ast.FuncLit():
                return Operand("value", self.resolver.func_type(file, expr.type))
            case ast.CompositeLit():
                return self._composite(file, expr)
            case ast.IndexExpr():
                return self._index(file, expr)
            case ast.SliceExpr():
                return self._slice(file, expr)
            case ast.TypeAssertExpr():
                return (
                    UNKNOWN_OPERAND
                    if expr.type is None
                    else self._value_of_type(self.resolver.type_of(file, expr.type))
                )
            case ast.StarExpr():
                return self._star(file, expr)
            case ast.UnaryExpr():
                return self._unary(file, expr)
            case ast.BinaryExpr():
                return self._binary(file, expr)
            case ast.BadExpr() | ast.Ellipsis() | ast.KeyValueExpr():
                return UNKNOWN_OPERAND
        return Operand("type", self.resolver.type_of(file, expr))

    def _value_of_type(self, type_: Type) -> Operand:
        return Operand("value", type_)

    # --- names

    def _ident(self, file: GoFile, ident: ast.Ident) -> Operand:
        if ident.span.start not in file.uses:
            return UNKNOWN_OPERAND
        item = file.uses[ident.span.start]
        if item is None:
            # It may be the package name of an import, or a name from a dot import that cannot be read.
            hidden = file.uncertain or any(self.resolver.find_unit(file, path) is None for path in file.dots)
            return self._undeclared(file.unit, ident.name) if not hidden else UNKNOWN_OPERAND
        return self.of_object(item)

    def _undeclared(self, unit: GoPackage | None, name: str, shown: str = "") -> Operand:
        """The operand of a name that `unit` should declare but does not. Unknown if source that cannot be
        read may declare it."""
        if unit is not None and self.resolver.bindings.may_be_unread(unit, name):
            return UNKNOWN_OPERAND
        return Operand("unresolved", name=shown or name)

    def of_object(self, item: Object) -> Operand:
        """The operand of an object."""
        match item:
            case PackageName():
                return Operand("package", name=item.path)
            case Predeclared():
                return Operand("type", item.type)
            case TypeParameterName():
                return Operand("type", TypeParameter(item.name))
            case TypeName():
                return Operand(
                    "type", self.resolver.declared_type(item, ()), source=item, generic=item.parameters
                )
            case ConstantName():
                return self._constant(item)
            case VariableName():
                return Operand("value", self.variables.type_of(item), source=item)
            case FunctionName():
                type_ = self.resolver.function_type(item)
                return Operand("value", type_, source=item, generic=item.parameters)
            case Builtin():
                return Operand("builtin", name=item.name)
            case Nil():
                return Operand("nil", constants.UNTYPED_NIL)
            case TrueOrFalse():
                return Operand("constant", constants.UNTYPED_BOOL, item.name == "true")
            case Iota():
                return Operand("constant", constants.UNTYPED_INT, self._iota[-1] if self._iota else None)
        return UNKNOWN_OPERAND

    def _constant(self, item: ConstantName) -> Operand:
        return self._constant_and_bound(item)[0]

    def is_beyond_bounds(self, item: ConstantName) -> bool:
        """Whether the declaration of a constant exceeds a bound."""
        return self._constant_and_bound(item)[1]

    def _constant_and_bound(self, item: ConstantName) -> tuple[Operand, bool]:
        """The operand of a constant, and whether its evaluation exceeded a bound."""
        memo = item.memo
        memo.read()
        if item not in memo.answers:
            self._dependencies.evaluate_first(item)
        if item in memo.answers:
            known: tuple[Operand, bool] = memo.answers[item]
            return known
        if item.resolving or item.value_expr is None:
            return Operand("constant", UNKNOWN), False
        item.resolving = True
        self._iota.append(item.iota)
        try:
            evaluate = partial(self._evaluate_constant, item, item.file)
            return memo.ask(item, partial(self._depth.evaluate, evaluate))
        finally:
            self._iota.pop()
            item.resolving = False

    def _evaluate_constant(self, item: ConstantName, file: GoFile) -> Operand:
        self.resolver.bindings.ensure(item)
        operand = UNKNOWN_OPERAND if item.value_expr is None else self.operand(file, item.value_expr)
        if item.type_expr is None:
            return Operand("constant", operand.type, operand.value)
        return self._calls.converted(self.resolver.type_of(file, item.type_expr), operand)

    # --- selectors

    def _selector(self, file: GoFile, expr: ast.SelectorExpr) -> Operand:
        selected = file.selected.get(expr.x.span.start) if isinstance(expr.x, ast.Ident) else None
        if selected is not None:
            return self._qualified(file, *selected)
        x = self.operand(file, expr.x)
        if x.mode == "type":
            return self._method_expression(file, x.type, expr.sel.name)
        if x.mode == "unresolved":
            return x
        if x.mode not in ("value", "constant") or isinstance(x.type, TypeParameter):
            return UNKNOWN_OPERAND
        selection = self._selector_of.select(x.type, expr.sel.name, file.unit)
        if selection is None:
            return self._not_selected(x.type, expr.sel.name)
        return self._selected(selection)

    def _not_selected(self, type_: Type, name: str) -> Operand:
        type_ = _pointed(type_)
        if isinstance(self.resolver.underlying(type_), Unknown):
            return UNKNOWN_OPERAND
        unit = self.resolver.unit(type_.package) if isinstance(type_, Named) and type_.package else None
        return self._undeclared(unit, name)

    def _selected(self, selection: Selection) -> Operand:
        if selection.unknown:
            return UNKNOWN_OPERAND
        generic = () if selection.function is None else selection.function.parameters
        name = "interface method" if selection.is_method and selection.function is None else ""
        return Operand("value", selection.type, source=selection.function, generic=generic, name=name)

    def _qualified(self, file: GoFile, path: str, name: str) -> Operand:
        unit = self.resolver.package(file, path)
        if path == "C":
            return UNKNOWN_OPERAND
        if path == "unsafe":
            is_type = name == "Pointer"
            return Operand("type", UNSAFE_POINTER) if is_type else Operand("builtin", name=f"unsafe.{name}")
        if unit is None:
            return Operand("unknown", self.resolver.package_type(file, path, name))
        item = unit.lookup(name) if is_exported(name) else None
        return self._undeclared(unit, name, f"{unit.name}.{name}") if item is None else self.of_object(item)

    def _method_expression(self, file: GoFile, type_: Type, name: str) -> Operand:
        if isinstance(_pointed(type_), TypeParameter):
            return UNKNOWN_OPERAND  # the methods of its constraint are not searched
        selection = self._selector_of.select(type_, name, file.unit)
        if selection is None:
            return self._not_selected(type_, name)
        if selection.unknown or not selection.is_method or not isinstance(selection.type, Func):
            return UNKNOWN_OPERAND
        method = selection.type
        func = Func((type_, *method.parameters), method.results, method.variadic)
        generic = () if selection.function is None else selection.function.parameters
        return Operand("value", func, source=selection.function, generic=generic, name="method expression")

    # --- the rest

    def _composite(self, file: GoFile, expr: ast.CompositeLit) -> Operand:
        if expr.type is None:
            return UNKNOWN_OPERAND
        if isinstance(expr.type, ast.ArrayType) and isinstance(expr.type.length, ast.Ellipsis):
            element = self.resolver.type_of(file, expr.type.element)
            return self._value_of_type(Array(self._literal_length(file, expr), element))
        return self._value_of_type(self.resolver.type_of(file, expr.type))

    def _literal_length(self, file: GoFile, expr: ast.CompositeLit) -> int:
        length = position = 0
        for element in expr.elements:
            if isinstance(element, ast.KeyValueExpr):
                value = self.operand(file, element.key).value
                if not isinstance(value, int):
                    return -1
                position = int(value)
            position += 1
            length = max(length, position)
        return length

    def _index(self, file: GoFile, expr: ast.IndexExpr) -> Operand:
        x = self.operand(file, expr.x)
        if x.mode == "type":
            return Operand("type", self.resolver.type_of(file, expr))
        if x.mode == "constant":
            text = self.resolver.underlying(x.type) in (Basic("string"), constants.UNTYPED_STRING)
            return self._value_of_type(Basic("uint8")) if text else UNKNOWN_OPERAND
        if x.mode != "value":
            return x if x.mode == "unresolved" else UNKNOWN_OPERAND
        if x.generic:
            return self._instantiated(file, x, expr)
        under = self.resolver.underlying(x.type)
        if isinstance(under, Pointer):
            under = self.resolver.underlying(under.element)
        match under:
            case Slice(element=element) | Array(element=element) | Map(value=element):
                return self._value_of_type(element)
            case Basic():
                return self._value_of_type(Basic("uint8"))
        return UNKNOWN_OPERAND

    def _instantiated(self, file: GoFile, x: Operand, expr: ast.IndexExpr) -> Operand:
        arguments = {
            name: self.resolver.type_of(file, index)
            for name, index in zip(x.generic, expr.indices, strict=False)
        }
        type_ = substitute(x.type, arguments)
        rest = x.generic[len(expr.indices) :]
        if rest and isinstance(x.source, FunctionName) and isinstance(type_, Func):
            found = infer(self.resolver, type_, rest, [], False, x.source, arguments)
            if found is not None:
                type_, rest = substitute(type_, found), ()
        return Operand("value", type_, source=x.source, generic=rest, name=x.name)

    def _slice(self, file: GoFile, expr: ast.SliceExpr) -> Operand:
        x = self.operand(file, expr.x)
        if x.mode == "unresolved":
            return x
        under = self.resolver.underlying(x.type)
        if isinstance(under, Pointer):
            under = self.resolver.underlying(under.element)
        if isinstance(under, Array):
            return self._value_of_type(Slice(under.element))
        if isinstance(under, Basic):
            return self._value_of_type(defaulted(x.type))
        return self._value_of_type(x.type) if x.mode == "value" else UNKNOWN_OPERAND

    def _star(self, file: GoFile, expr: ast.StarExpr) -> Operand:
        x = self.operand(file, expr.x)
        if x.mode == "type":
            return Operand("type", Pointer(x.type))
        if x.mode == "unresolved":
            return x
        under = self.resolver.underlying(x.type)
        return self._value_of_type(under.element) if isinstance(under, Pointer) else UNKNOWN_OPERAND

    def _unary(self, file: GoFile, expr: ast.UnaryExpr) -> Operand:
        x = self.operand(file, expr.x)
        if x.mode == "unresolved":
            return x
        if expr.op == "&":
            return self._value_of_type(Pointer(x.type)) if x.mode == "value" else UNKNOWN_OPERAND
        if expr.op == "<-":
            under = self.resolver.underlying(x.type)
            return self._value_of_type(under.element) if isinstance(under, Chan) else UNKNOWN_OPERAND
        if x.mode == "constant":
            under = self.resolver.underlying(x.type)
            basic = under if isinstance(under, Basic) else None
            return Operand("constant", x.type, constants.unary(expr.op, x.value, basic))
        return Operand(x.mode, x.type)

    def _binary(self, file: GoFile, expr: ast.BinaryExpr) -> Operand:
        """Iterates over left-leaning chains instead of recursing."""
        chain = []
        left: ast.Expr = expr
        while isinstance(left, ast.BinaryExpr):
            chain.append(left)
            left = left.x
        x = self.operand(file, left)
        for link in reversed(chain):
            x = self._operation(x, link.op, self.operand(file, link.y))
        return x

    def _operation(self, x: Operand, op: str, y: Operand) -> Operand:
        if "unresolved" in (x.mode, y.mode):
            return x if x.mode == "unresolved" else y
        if op in ("<<", ">>"):
            type_ = constants.UNTYPED_INT if x.mode == y.mode == "constant" and is_untyped(x.type) else x.type
        elif is_untyped(x.type) and not is_untyped(y.type):
            type_ = y.type
        elif isinstance(x.type, Basic) and isinstance(y.type, Basic) and is_untyped(x.type):
            type_ = constants.wider(x.type, y.type)
        else:
            type_ = x.type
        constant = x.mode == "constant" and y.mode == "constant"
        under = self.resolver.underlying(type_)
        basic = under if isinstance(under, Basic) else None
        value = self._computed(x.value, op, y.value, basic) if constant else None
        if constants.is_comparison(op):
            return Operand("constant" if constant else "value", constants.UNTYPED_BOOL, value)
        if constant:
            return Operand("constant", type_, value)
        return Operand("value", type_) if x.mode in ("value", "constant") else UNKNOWN_OPERAND

    def _computed(self, x: Value | None, op: str, y: Value | None, basic: Basic | None) -> Value | None:
        try:
            return constants.binary(x, op, y, basic)
        except constants.TooLargeError:
            self._depth.exceeded = True
            return None


def _pointed(type_: Type) -> Type:
    return type_.element if isinstance(type_, Pointer) else type_
