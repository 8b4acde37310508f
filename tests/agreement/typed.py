"""Compares every expression and identifier with go/types: whether it is a type, a value or a constant, its
type and value, and where the named object is declared.

Unknown results are counted separately, because modgo reports nothing about them.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import ConstantName, FunctionName, Object
from modgo_lsp.golang.types.operand import Operand
from modgo_lsp.golang.types.packages import GoFile, declared
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import (
    Array,
    Basic,
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
from modgo_lsp.model.load import Loader
from tests.agreement.compare import loader_for
from tests.agreement.oracle import Oracle


class Typed(NamedTuple):
    """Expressions and identifiers: the number for which both agree, those that modgo doesn't know, and
    those that differ."""

    same: int = 0
    unknown: tuple[str, ...] = ()
    different: tuple[str, ...] = ()

    def __add__(self, other: object) -> Typed:
        assert isinstance(other, Typed)
        return Typed(
            self.same + other.same,
            (*self.unknown, *other.unknown),
            (*self.different, *other.different),
        )


class _NotKnownError(Exception):
    """modgo doesn't know."""


class _DifferentError(Exception):
    """modgo's result differs."""


def compare_types(oracle: Oracle, module: Path, pattern: str = "./...") -> Typed:
    """Compares the packages of the Go module in `module` that match `pattern` with the oracle."""
    found = Typed()
    loader = loader_for(oracle)
    for answer in oracle.asks("expressions", pattern, module):
        if not answer["errors"]:
            found += _package(loader, answer)
    return found


def _package(loader: Loader, answer: dict[str, Any]) -> Typed:
    # Rules see registrations; this compares the layer below.
    unit = loader._world.unit(answer["dir"])
    operands = loader._world.program(answer["dir"]).operands
    same = 0
    unknown: list[str] = []
    different: list[str] = []
    for file in unit.files if unit is not None else ():
        for decl in file.syntax.decls:
            operands.resolver.bindings.bind_at(file, decl.span.start)
        name = Path(file.path).name
        checks = [
            *_expressions(operands, file, answer["expressions"].get(name, ())),
            *_uses(operands, file, answer["uses"].get(name, ())),
        ]
        for start, end, check in checks:
            try:
                same += check()
            except (_NotKnownError, _DifferentError) as error:
                line = file.document.text[:start].count(b"\n") + 1
                text = file.document.text[start:end].decode()[:60]
                difference = f"{file.path}:{line}: {text}: {error}"
                (unknown if isinstance(error, _NotKnownError) else different).append(difference)
    return Typed(same, tuple(unknown), tuple(different))


# --- expressions


def _expressions(operands: Operands, file: GoFile, theirs: Any) -> Iterator[tuple[int, int, Any]]:
    iotas = _iotas(file)
    all_nodes = [node for decl in file.syntax.decls for node in ast.walk(decl)]
    nodes = {(node.span.start, node.span.end): node for node in all_nodes if _is_typed_alone(node)}
    apart = {(node.span.start, node.span.end) for node in all_nodes if not _is_typed_alone(node)}
    for each in theirs:
        span = (each["Start"], each["End"])
        node = nodes.get(span)
        if node is not None or span not in apart:
            iota = iotas.get(node)
            yield *span, lambda node=node, each=each, iota=iota: _expression(operands, file, node, each, iota)


def _iotas(file: GoFile) -> dict[ast.Node | None, int]:
    """The value of iota in constant expressions. For a repeated expression, go/types records the last
    value."""
    return {
        node: item.iota
        for decl in file.syntax.decls
        for inner in ast.walk(decl)
        if isinstance(inner, ast.GenDecl) and inner.token == "const"
        for item in declared(file, inner, package_level=False)
        if isinstance(item, ConstantName) and item.value_expr is not None
        for node in ast.walk(item.value_expr)
    }


def _is_typed_alone(node: ast.Node) -> bool:
    """Whether modgo types the expression by itself. A literal without a type, and a variadic parameter, get
    their type from the context."""
    is_elided = isinstance(node, ast.CompositeLit) and node.type is None
    return not is_elided and not isinstance(node, ast.Field | ast.FieldList | ast.Ellipsis | ast.BadExpr)


def _expression(
    operands: Operands, file: GoFile, node: Any, theirs: dict[str, Any], iota: int | None
) -> bool:
    """Compares an expression; returns whether the comparison was possible."""
    if node is None:
        raise _NotKnownError("it isn't looked at")
    operands._iota.append(0 if iota is None else iota)
    operand = operands.operand(file, node)
    operands._iota.pop()
    expected = f"Go says {theirs['Mode']} {theirs['Type']} {theirs['Value']}"
    # go/types gives a generic function the type of its instance, and a union is not the type of a value.
    if (operand.generic and operand.mode in ("value", "type")) or theirs["Type"] == "?":
        return False
    if operand.mode in ("unknown", "package"):
        raise _NotKnownError(expected)
    if operand.mode != theirs["Mode"]:
        if operand.mode == "constant" and operand.value is None:
            raise _NotKnownError(expected)  # whether the size of a type parameter's type is constant
        raise _DifferentError(f"modgo: {operand.mode} {operand.name}, {expected}")
    if operand.mode in ("builtin", "nil", "no value"):
        return True
    text = _text(operands, operand)
    # go/types records the final type of an untyped constant.
    if text != theirs["Type"] and not text.startswith("untyped "):
        raise _DifferentError(f"modgo: {operand.mode} {text}, {expected}")
    if operand.mode == "constant" and not _same_value(operand.value, theirs):
        raise _DifferentError(f"modgo: constant {operand.value!r}, {expected}")
    return True


def _text(operands: Operands, operand: Operand) -> str:
    if operand.results is not None and len(operand.results) != 1:
        return "(" + ",".join(canonical(operands.resolver, each) for each in operand.results) + ")"
    return canonical(operands.resolver, operand.type)


def _same_value(value: object, theirs: dict[str, Any]) -> bool:
    text = theirs["Value"]
    if isinstance(value, bytes):
        return base64.b64decode(text) == value
    if isinstance(value, bool):
        return bool(text == str(value).lower())
    try:
        exact = Fraction(text)
    except ValueError:
        raise _NotKnownError(f"a complex number, or a very long one: {text}") from None
    if not isinstance(value, int | Fraction):
        raise _NotKnownError(f"the constant {text}")
    if theirs["Type"] == "float32":
        return struct.pack("f", float(value)) == struct.pack("f", float(exact))
    return exact == value or (theirs["Type"] == "float64" and float(exact) == float(value))


def canonical(resolver: Resolver, type_: Type) -> str:
    """A type in the oracle's format. Raises _NotKnownError if a part of it is unknown."""

    def of(inner: Type) -> str:
        return canonical(resolver, inner)

    match type_:
        case Basic(name=name):
            return name
        case Named():
            name = f"{type_.package}.{type_.name}" if type_.package else type_.name
            return name + (f"[{','.join(map(of, type_.arguments))}]" if type_.arguments else "")
        case TypeParameter(name=name):
            return f"${name}"
        case Pointer(element=element):
            return f"*{of(element)}"
        case Slice(element=element):
            return f"[]{of(element)}"
        case Array(length=length, element=element) if length >= 0:
            return f"[{length}]{of(element)}"
        case Map(key=key, value=value):
            return f"map[{of(key)}]{of(value)}"
        case Chan(direction=direction, element=element):
            return f"{'chan' if direction == 'both' else direction}({of(element)})"
        case Func():
            parameters = [of(parameter) for parameter in type_.parameters]
            if type_.variadic:
                parameters[-1] = f"...{parameters[-1]}"
            return f"func({','.join(parameters)})({','.join(map(of, type_.results))})"
        case Struct(fields=fields):
            return "struct{" + "; ".join(_field(resolver, field) for field in fields) + "}"
        case Interface():
            methods = dict(_methods(resolver, type_, 0))
            if "" in methods:
                return "constraint"
            return "interface{" + "; ".join(sorted(f"{name} {text}" for name, text in methods.items())) + "}"
    raise _NotKnownError("a part of its type")


def _field(resolver: Resolver, field: Field) -> str:
    tag = field.tag.replace("\\", "\\\\").replace('"', '\\"')
    return f'{"embedded " if field.embedded else ""}{field.name} {canonical(resolver, field.type)} "{tag}"'


def _methods(resolver: Resolver, face: Interface, depth: int) -> Iterator[tuple[str, str]]:
    """The method set of an interface; "" is in it if it is a constraint."""
    if face.constraint or depth > 30:
        yield "", ""
    for name, type_ in zip(face.methods, face.method_types, strict=True):
        yield name, canonical(resolver, type_)
    for embedded in face.embedded:
        under = resolver.underlying(embedded)
        if isinstance(under, Unknown):
            raise _NotKnownError("an interface that is embedded")
        if isinstance(under, Interface):
            yield from _methods(resolver, under, depth + 1)
        else:
            yield "", ""


# --- identifiers


def _uses(operands: Operands, file: GoFile, theirs: Any) -> Iterator[tuple[int, int, Any]]:
    selectors = {
        node.sel.span.start: node
        for decl in file.syntax.decls
        for node in ast.walk(decl)
        if isinstance(node, ast.SelectorExpr)
    }
    for each in theirs:
        offset = each["Offset"]
        if offset in file.uses:
            yield offset, offset, lambda each=each: _same_object(file.uses[each["Offset"]], each)
        elif offset in selectors:
            source = operands.operand(file, selectors[offset]).source
            # Among selections, modgo identifies functions and methods.
            if isinstance(source, FunctionName):
                yield offset, offset, lambda source=source, each=each: _same_object(source, each)


def _same_object(item: Object | None, theirs: dict[str, Any]) -> bool:
    if item is None:
        raise _DifferentError("modgo says it refers to nothing")
    if theirs["At"] < 0:
        return True
    if item.file is None or item.ident is None:
        raise _DifferentError(f"modgo: {item.name} is predeclared, Go {theirs['Path']} {theirs['At']}")
    ours = (item.file.path, item.ident.span.start)
    if ours != (theirs["Path"], theirs["At"]):
        raise _DifferentError(f"modgo: {ours}, Go {theirs['Path']} {theirs['At']}")
    return True
