"""Finds the names that an expression for a bin may have: constants, and values of parameters."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import Object, VariableName
from modgo_lsp.golang.types.universe import STRING
from modgo_lsp.model.function_body import FunctionBody
from modgo_lsp.model.sdk import BIN_NAME_MAX


class BinNames(msgspec.Struct, frozen=True):
    """Constant names, and the positions of the function's parameters that have the other names."""

    names: tuple[str, ...]
    parameters: tuple[int, ...] = ()


def bin_names(body: FunctionBody, expr: ast.Expr) -> BinNames | None:
    """All names that `expr` may have; None if that is uncertain."""
    return _names(body, expr, frozenset())


def _names(body: FunctionBody, expr: ast.Expr, within: frozenset[Object]) -> BinNames | None:
    """`within` are the variables whose names are being determined."""
    value = body.operands.operand(body.file, expr).value
    if value is not None:
        name = _valid(value)
        return None if name is None else BinNames((name,))
    item = body.own_variable(ast.unparen(expr))
    if item is None or item in within or item in body.changed:
        return None
    if body.operands.variables.type_of(item) != STRING:
        return None
    for index, slot in enumerate(body.parameters):
        if slot.item is item:
            return BinNames((), (index,))
    values = _values(body, item)
    return None if values is None else _all(_names(body, each, within | {item}) for each in values)


def _values(body: FunctionBody, item: VariableName) -> Iterable[ast.Expr] | None:
    """All values that a variable has, which is never set after its declaration."""
    if item.origin == "value" and item.count == 1 and item.value is not None:
        return (item.value,)
    if item.origin == "range" and item.index == 1 and item.value is not None:
        return _elements(ast.unparen(item.value))
    if item not in body.literals:
        return None
    literal, index = body.literals[item]
    calls = body.calls_of(literal)
    count = sum(1 for _ in body.slots(literal.type))
    if calls is None or any(call.ellipsis or len(call.args) != count for call in calls):
        return None
    return [call.args[index] for call in calls]


def _elements(expr: ast.Expr) -> Iterable[ast.Expr] | None:
    """The elements of a slice literal."""
    if not isinstance(expr, ast.CompositeLit) or not isinstance(expr.type, ast.ArrayType):
        return None
    return expr.elements if expr.type.length is None else None  # an array may have empty elements as well


def _all(found: Iterable[BinNames | None]) -> BinNames | None:
    names: dict[str, None] = {}
    parameters: dict[int, None] = {}
    for each in found:
        if each is None:
            return None
        names.update(dict.fromkeys(each.names))
        parameters.update(dict.fromkeys(each.parameters))
    return BinNames(tuple(names), tuple(parameters))


def _valid(value: object) -> str | None:
    """The name of a bin, if the value of a constant is a valid one."""
    if not isinstance(value, bytes) or not 0 < len(value) <= BIN_NAME_MAX or b"\0" in value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
