"""Finds the bins that a UDF reads in its own body. A call sends only these.

A bin's name may come from an argument: `add(rec, bin, n)`. If it is uncertain which bins are read, all are
sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.assignments import assignments
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import Object
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Basic, Unknown
from modgo_lsp.golang.types.universe import CONTEXT
from modgo_lsp.model.package import BinsRead
from modgo_lsp.model.sdk import BIN_NAME_MAX, SDK_PATH
from modgo_lsp.model.sdk_types import RECORD_POINTER, STREAM_POINTER

# Methods of udf.Record that read the bin named by their first argument.
READING = ("Bin", "Bool", "Bytes", "Float", "GeoJSON", "Int", "List", "Map", "String")
# Methods that read no bin, even as method values: `store := r.Create`.
NOT_READING = frozenset(
    {"Create", "Digest", "Exists", "Generation", "Key", "LastUpdate", "Remove"}
    | {"Set", "SetName", "SetTTL", "Size", "TTL", "Unset", "Update"}
)
# Methods that may read any bin.
READING_ALL = frozenset({"Bins"})

_STRING = Basic("string")


def bins_read(
    operands: Operands, file: GoFile, type_: ast.FuncType, body: ast.Body | None
) -> BinsRead | None:
    """The bins that a function in `file` reads through its record. None if that is uncertain: it computes a
    bin's name, loops over all bins, or lets the record escape."""
    if body is None:
        return None
    operands.resolver.bindings.bind_at(file, type_.span.start)
    fields = [field for field in type_.params.fields if not isinstance(field.type, ast.Ellipsis)]
    kinds = [operands.resolver.type_of(file, field.type) for field in fields]
    if any(kind == STREAM_POINTER or isinstance(kind, Unknown) for kind in kinds):
        return None
    record = _record(operands, file, type_)
    if record is None:
        return BinsRead()
    nodes = [node for statement in body.statements for node in ast.walk(statement)]
    parameters = _unchanged_parameters(operands, file, type_, nodes)
    names: dict[str, None] = {}
    arguments: dict[int, None] = {}
    followed: set[ast.Node] = set()
    for node in nodes:
        if isinstance(node, ast.BadExpr | ast.BadStmt):
            return None
        if isinstance(node, ast.CallExpr):
            ident, read = _read(file, node, record)
            if ident is None:
                continue
            name = _bin_name(operands, file, read)
            position = _position(file, read, parameters)
            if name is not None:
                names[name] = None
            elif position is not None:
                arguments[position] = None
            else:
                return None
            followed.add(ident)
        elif isinstance(node, ast.SelectorExpr) and node.sel.name in NOT_READING:
            followed.add(ast.unparen(node.x))
        elif isinstance(node, ast.BinaryExpr) and node.op in ("==", "!="):
            sides = (ast.unparen(node.x), ast.unparen(node.y))
            if any(operands.operand(file, side).mode == "nil" for side in sides):
                followed.update(sides)
    escapes = any(_refers_to(file, node, record) and node not in followed for node in nodes)
    return None if escapes else BinsRead(tuple(names), tuple(arguments))


def _record(operands: Operands, file: GoFile, type_: ast.FuncType) -> Object | None:
    """The object of the record parameter."""
    for field in type_.params.fields:
        if field.names and operands.resolver.type_of(file, field.type) == RECORD_POINTER:
            return file.uses.get(field.names[0].span.start)
    return None


def _unchanged_parameters(
    operands: Operands, file: GoFile, type_: ast.FuncType, nodes: Sequence[ast.Node]
) -> list[tuple[Object, int]]:
    """The string parameters that always have the caller's value, because the body neither sets them nor takes
    their address, each with its position among the arguments."""
    changed = [target for node in nodes for target, _ in assignments(node)]
    found: list[tuple[Object, int]] = []
    position = 0
    for field in type_.params.fields:
        kind = operands.resolver.type_of(file, field.type)
        for ident in field.names:
            item = file.uses.get(ident.span.start)
            if (
                kind == _STRING
                and item is not None
                and not any(_refers_to(file, each, item) for each in changed)
            ):
                found.append((item, position))
            position += kind not in (CONTEXT, RECORD_POINTER)
    return found


def _position(file: GoFile, expr: ast.Expr | None, parameters: Sequence[tuple[Object, int]]) -> int | None:
    """The position of the argument that `expr` refers to."""
    if expr is None:
        return None
    stripped = ast.unparen(expr)
    return next((position for item, position in parameters if _refers_to(file, stripped, item)), None)


def _refers_to(file: GoFile, node: ast.Node, item: Object) -> bool:
    return isinstance(node, ast.Ident) and file.uses.get(node.span.start) is item


def _read(file: GoFile, call: ast.CallExpr, record: Object) -> tuple[ast.Expr | None, ast.Expr | None]:
    """The use of the record in a call that reads a bin, and the expression for the bin's name: `r.Int(name)`
    or `udf.Get[T](r, name)`. The use is None for any other call."""
    fun = ast.unparen(call.fun)
    if isinstance(fun, ast.SelectorExpr) and fun.sel.name in READING:
        x = ast.unparen(fun.x)
        if _refers_to(file, x, record):
            return x, call.args[0] if len(call.args) == 1 else None
    generic = ast.unparen(fun.x) if isinstance(fun, ast.IndexExpr) else fun
    if len(call.args) == 2 and _is_get(file, generic):
        x = ast.unparen(call.args[0])
        if _refers_to(file, x, record):
            return x, call.args[1]
    return None, None


def _is_get(file: GoFile, expr: ast.Expr) -> bool:
    """Whether `expr` is udf.Get, in any form of import."""
    if isinstance(expr, ast.SelectorExpr) and isinstance(expr.x, ast.Ident):
        return file.selected.get(expr.x.span.start) == (SDK_PATH, "Get")
    if isinstance(expr, ast.Ident) and expr.name == "Get" and SDK_PATH in file.dots:
        item = file.uses.get(expr.span.start)
        return item is not None and item.file is not None and item.file.unit.path == SDK_PATH
    return False


def _bin_name(operands: Operands, file: GoFile, expr: ast.Expr | None) -> str | None:
    """The constant value of `expr`, if it is a valid name of a bin."""
    value = operands.operand(file, expr).value if expr is not None else None
    if not isinstance(value, bytes) or not 0 < len(value) <= BIN_NAME_MAX or b"\0" in value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
