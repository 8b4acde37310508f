"""The types of variables: declared, or inferred from their initial values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types import constants
from modgo_lsp.golang.types.declaration_order import Dependencies
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.golang.types.operand import Operand
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.type_expressions import UNKNOWN, Resolver
from modgo_lsp.golang.types.types import Array, Basic, Chan, Func, Map, Pointer, Slice, Type
from modgo_lsp.golang.types.universe import BOOL, INT


class Variables:
    """The variables of one build. `operand` evaluates their initial values."""

    def __init__(
        self, resolver: Resolver, operand: Callable[[GoFile, ast.Expr], Operand], dependencies: Dependencies
    ) -> None:
        self._resolver = resolver
        self._operand = operand
        self._dependencies = dependencies

    def type_of(self, item: VariableName) -> Type:
        """The type of a variable; Unknown if it cannot be determined."""
        memo = item.memo
        memo.read()
        if item not in memo.answers:
            self._dependencies.evaluate_first(item)
        if item in memo.answers:
            known: Type = memo.answers[item]
            return known
        if item.resolving:
            return UNKNOWN
        item.resolving = True
        try:
            return memo.ask(item, partial(self._find_type, item, item.file))
        finally:
            item.resolving = False

    def _find_type(self, item: VariableName, file: GoFile) -> Type:
        self._resolver.bindings.ensure(item)
        type_, _ = self._resolver.depth.evaluate(partial(self._variable_type, item, file))
        return type_

    def _variable_type(self, item: VariableName, file: GoFile) -> Type:
        if item.type_expr is not None:
            if isinstance(item.type_expr, ast.Ellipsis) and item.type_expr.element is not None:
                return Slice(self._resolver.type_of(file, item.type_expr.element))
            operand = self._operand(file, item.type_expr)
            if item.origin == "switch" and operand.mode == "nil":
                return self._operand(file, item.value).type if item.value is not None else UNKNOWN
            return self._resolver.type_of(file, item.type_expr)
        if item.value is None:
            return UNKNOWN
        operand = self._operand(file, item.value)
        if item.origin == "range":
            return self._ranged(operand.type, item.index)
        if item.count > 1:
            return self._one_of(item, operand)
        return defaulted(operand.type) if operand.mode in ("value", "constant") else UNKNOWN

    def _one_of(self, item: VariableName, operand: Operand) -> Type:
        """The type of one of several variables that a call or a comma-ok form initializes."""
        if operand.results is not None:
            return operand.results[item.index] if item.index < len(operand.results) else UNKNOWN
        if item.value is not None and _has_ok_form(ast.unparen(item.value)):
            return operand.type if item.index == 0 else BOOL
        return UNKNOWN

    def _ranged(self, type_: Type, index: int) -> Type:
        """The type of the first or second iteration variable of a range over a value of `type_`."""
        under = self._resolver.underlying(type_)
        if isinstance(under, Pointer):
            under = self._resolver.underlying(under.element)
        match under:
            case Slice(element=element) | Array(element=element):
                return INT if index == 0 else element
            case Map():
                return under.key if index == 0 else under.value
            case Chan():
                return under.element if index == 0 else UNKNOWN
            case Basic(name="string" | "untyped string"):
                return INT if index == 0 else Basic("int32")
            case Basic() if index == 0:
                return defaulted(type_)
            case Func(parameters=(yield_,)):
                yielded = self._resolver.underlying(yield_)
                if isinstance(yielded, Func) and index < len(yielded.parameters):
                    return yielded.parameters[index]
        return UNKNOWN


def defaulted(type_: Type) -> Type:
    """The type of a variable that is initialized with a value of `type_`."""
    return constants.default_type(type_) if isinstance(type_, Basic) else type_


def _has_ok_form(expr: ast.Expr) -> bool:
    return isinstance(expr, ast.IndexExpr | ast.TypeAssertExpr) or (
        isinstance(expr, ast.UnaryExpr) and expr.op == "<-"
    )
