"""Operands of calls to functions and builtins, and of conversions."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types import constants
from modgo_lsp.golang.types.constants import is_untyped
from modgo_lsp.golang.types.inference import infer
from modgo_lsp.golang.types.objects import FunctionName
from modgo_lsp.golang.types.operand import UNKNOWN_OPERAND, Operand
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.substitute import substitute
from modgo_lsp.golang.types.type_expressions import UNKNOWN, Resolver
from modgo_lsp.golang.types.types import Array, Basic, Func, Interface, Pointer, Slice, Type, Unknown
from modgo_lsp.golang.types.universe import INT, STRING, UNSAFE_POINTER
from modgo_lsp.golang.types.variables import defaulted

_NO_VALUE = Operand("no value", results=())

# Complex types by the type of their parts.
_COMPLEX_OF = {Basic("float32"): Basic("complex64"), Basic("float64"): Basic("complex128")}


class Calls:
    """The calls of one snapshot. `operand` evaluates the called expression and the arguments."""

    def __init__(self, resolver: Resolver, operand: Callable[[GoFile, ast.Expr], Operand]) -> None:
        self._resolver = resolver
        self._operand = operand

    def operand(self, file: GoFile, expr: ast.CallExpr) -> Operand:
        """The operand of a call or conversion."""
        fun = self._operand(file, expr.fun)
        if fun.mode == "type":
            operand = self._operand(file, expr.args[0]) if len(expr.args) == 1 else UNKNOWN_OPERAND
            return self.converted(fun.type, operand)
        if fun.mode == "builtin":
            return self._builtin(file, fun.name, expr)
        if fun.mode != "value":
            return fun if fun.mode == "unresolved" else UNKNOWN_OPERAND
        func = self._resolver.underlying(fun.type)
        if not isinstance(func, Func):
            return UNKNOWN_OPERAND
        if fun.generic:
            inferred = self._inferred(file, fun, func, expr)
            if inferred is None:
                return UNKNOWN_OPERAND
            func = inferred
        if len(func.results) == 1:
            return Operand("value", func.results[0])
        return _NO_VALUE if not func.results else Operand("value", UNKNOWN, results=func.results)

    def _inferred(self, file: GoFile, fun: Operand, func: Func, expr: ast.CallExpr) -> Func | None:
        arguments = []
        for argument in expr.args:
            operand = self._operand(file, argument)
            arguments.append(operand.type if operand.mode in ("value", "constant") else UNKNOWN)
        source = fun.source if isinstance(fun.source, FunctionName) else None
        found = infer(self._resolver, func, fun.generic, arguments, expr.ellipsis, source)
        if found is None:
            return None
        result = substitute(func, found)
        return result if isinstance(result, Func) else None

    def converted(self, target: Type, operand: Operand) -> Operand:
        """The operand of `target(operand)`."""
        if operand.mode != "constant":
            return Operand("value", target)
        under = self._resolver.underlying(target)
        if not isinstance(under, Basic):
            return Operand("value", target)
        value = constants.convert(operand.value, under)
        return Operand("constant", target, value)

    def _builtin(self, file: GoFile, name: str, expr: ast.CallExpr) -> Operand:
        first = self._operand(file, expr.args[0]) if expr.args else UNKNOWN_OPERAND
        match name:
            case "len" | "cap":
                if name == "len" and first.mode == "constant" and isinstance(first.value, bytes):
                    return Operand("constant", INT, len(first.value))
                under = self._resolver.underlying(first.type)
                if isinstance(under, Pointer):
                    under = self._resolver.underlying(under.element)
                if isinstance(under, Array) and under.length >= 0 and _no_call(expr.args[0]):
                    return Operand("constant", INT, under.length)
                return _value(INT)
            case "make":
                return _value(first.type) if first.mode == "type" else UNKNOWN_OPERAND
            case "new":
                return _value(Pointer(defaulted(first.type)))
            case "append":
                return _value(first.type)
            case "copy":
                return _value(INT)
            case "min" | "max":
                return self._extreme(name, [first, *(self._operand(file, each) for each in expr.args[1:])])
            case "complex" | "real" | "imag":
                return self._complex(name, [first, *(self._operand(file, each) for each in expr.args[1:])])
            case "recover":
                return _value(Interface(empty=True))
            case "clear" | "close" | "delete" | "panic" | "print" | "println":
                return _NO_VALUE
        return self._unsafe(name, first.type)

    def _unsafe(self, name: str, first: Type) -> Operand:
        match name, self._resolver.underlying(first):
            case "unsafe.Sizeof" | "unsafe.Alignof" | "unsafe.Offsetof", _:
                return Operand("constant", Basic("uintptr"))
            case "unsafe.Add", _:
                return _value(UNSAFE_POINTER)
            case "unsafe.String", _:
                return _value(STRING)
            case "unsafe.StringData", _:
                return _value(Pointer(Basic("uint8")))
            case "unsafe.Slice", Pointer(element=element):
                return _value(Slice(element))
            case "unsafe.SliceData", Slice(element=element):
                return _value(Pointer(element))
        return UNKNOWN_OPERAND

    def _extreme(self, name: str, operands: list[Operand]) -> Operand:
        """The operand of `min` or `max`. All typed arguments have the same type."""
        if not operands or any(operand.mode not in ("value", "constant") for operand in operands):
            return UNKNOWN_OPERAND
        typed = [operand.type for operand in operands if not is_untyped(operand.type)]
        if typed and isinstance(typed[0], Unknown):
            return UNKNOWN_OPERAND
        basics = [operand.type for operand in operands if isinstance(operand.type, Basic)]
        type_ = typed[0] if typed else reduce(constants.wider, basics)
        if any(operand.mode == "value" for operand in operands):
            return _value(defaulted(type_))
        return Operand("constant", type_, constants.extreme(name, [operand.value for operand in operands]))

    def _complex(self, name: str, operands: list[Operand]) -> Operand:
        """For complex numbers the types are evaluated, but not the values."""
        unders = [self._resolver.underlying(operand.type) for operand in operands]
        of = _COMPLEX_OF if name == "complex" else {made: part for part, made in _COMPLEX_OF.items()}
        for under in unders:
            if isinstance(under, Basic) and under in of:
                constant = all(operand.mode == "constant" for operand in operands)
                return Operand("constant" if constant else "value", of[under])
        if not unders or not all(map(is_untyped, unders)):
            return UNKNOWN_OPERAND
        return Operand(
            "constant", constants.UNTYPED_COMPLEX if name == "complex" else constants.UNTYPED_FLOAT
        )


def _value(type_: Type) -> Operand:
    return Operand("value", type_)


def _no_call(expr: ast.Expr) -> bool:
    """Whether `len` or `cap` of the expression is a constant: it contains no call and no receive
    operation."""
    return not any(
        isinstance(node, ast.CallExpr) or (isinstance(node, ast.UnaryExpr) and node.op == "<-")
        for node in ast.walk(expr)
    )
