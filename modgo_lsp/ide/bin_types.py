"""The type of a bin, from the Go value that a UDF reads from it or stores in it."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.types import Basic, Map, Pointer, Slice, Struct, Type
from modgo_lsp.golang.types.universe import FLOATS, INTEGERS
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.sdk_types import GEOJSON, LIST_VIEW

# How many pointers are followed: `type P *P` is a valid type.
_MOST_POINTERS = 10
_BYTES = (Basic("byte"), Basic("uint8"))
_UNTYPED = {"bool": "Bool", "int": "Int", "rune": "Int", "float": "Float", "string": "String"}


def method_of_type(code: Code, type_: Type) -> str:
    """The method of udf.Record that reads a bin with values of this Go type; "Bin" if none is known."""
    for _ in range(_MOST_POINTERS):
        if type_ == GEOJSON:
            return "GeoJSON"
        if type_ == LIST_VIEW:
            return "List"
        match code.underlying(type_):
            case Pointer(element=element):
                type_ = element
            case Basic(name=name):
                return _method_of_basic(name)
            case Slice(element=element):
                return "Bytes" if code.underlying(element) in _BYTES else "List"
            case Map() | Struct():
                return "Map"
            case _:
                return "Bin"
    return "Bin"


def method_of_assertion(code: Code, read: ast.CallExpr) -> str:
    """The same for `read`, a call of Record.Bin, by the type that its value is asserted to have."""
    for type_ in _asserted(code, read):
        method = method_of_type(code, code.denoted(type_))
        if method != "Bin":
            return method
    return "Bin"


def _method_of_basic(name: str) -> str:
    if name in INTEGERS or name == "byte" or name == "rune":
        return "Int"
    if name in FLOATS:
        return "Float"
    return _UNTYPED.get(name.removeprefix("untyped "), "Bin")


def _asserted(code: Code, read: ast.CallExpr) -> Iterator[ast.Expr]:
    """The types in the assertions and type switches about the value of `read`."""

    def is_about(x: ast.Expr) -> bool:
        x = ast.unparen(x)
        value = code.only_value(x)
        return x is read or (value is not None and ast.unparen(value) is read)

    for node in code.of_kind(ast.TypeAssertExpr):
        if node.type is not None and is_about(node.x):
            yield node.type
    for switch in code.of_kind(ast.TypeSwitchStmt):
        if is_about(switch.x):
            for clause in switch.clauses:
                yield from clause.values
