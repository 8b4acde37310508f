"""Which functions of a Go module a UDF reaches, and by which calls.

Follows calls of declared functions and methods, of function values whose target is known, and the functions
that streams are given; closures belong to the function that they stand in. A target that is not known is not
guessed. Not for: what runs when a package is initialised (reach.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from modgo_lsp.model.code import Callee, Code, Declaration, Step
from modgo_lsp.model.finding import Location
from modgo_lsp.model.objects import FunctionName, VariableName
from modgo_lsp.model.operands import Operands
from modgo_lsp.model.registrations import Site, sites
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.units import FileUnit, PackageUnit
from modgo_lsp.syntax import ast

# They call the functions that they are given, for each element of the stream.
_STREAM_OPERATIONS = tuple(f"{SDK_PATH}.{name}" for name in ("Filter", "Map", "Aggregate", "Reduce"))


def reached_code(operands: Operands, unit: PackageUnit) -> tuple[Code, ...]:
    """The UDFs that `unit` registers, then everything of its Go module that they reach, nearest first, each
    function once, by the shortest way there."""
    found: dict[Declaration, Code] = {}
    pending: deque[Code] = deque()
    for code in _udfs(operands, unit):
        if code.declaration not in found:
            found[code.declaration] = code
            pending.append(code)
    while pending:
        caller = pending.popleft()
        for place, callee in _calls(caller):
            if callee.file is None or callee.declaration is None or callee.declaration in found:
                continue
            if callee.file.unit.module != unit.module or callee.file.unit.path == SDK_PATH:
                continue
            if isinstance(callee.declaration, ast.FuncLit) and _is_inside(callee.declaration, caller):
                continue  # a closure of the caller's own
            name = callee.name.rpartition("/")[2].partition(".")[2] or callee.name
            step = Step(Location(caller.file.path, place.span), f"{caller.name} calls {name}")
            code = _code(operands, callee.file, callee.declaration, name, caller.udf, (*caller.steps, step))
            found[callee.declaration] = code
            pending.append(code)
    return tuple(found.values())


def _udfs(operands: Operands, unit: PackageUnit) -> Iterator[Code]:
    for site in sites(operands.resolver, unit):
        if site.call is None or len(site.call.args) != 2:
            continue
        name = operands.operand(site.file, site.call.args[0])
        udf = name.value.decode("utf-8", "replace") if isinstance(name.value, bytes) else None
        target = _registered(operands, site, site.call.args[1])
        if target is not None:
            file, declaration, called = target
            yield _code(operands, file, declaration, called, udf, ())


def _registered(operands: Operands, site: Site, expr: ast.Expr) -> tuple[FileUnit, Declaration, str] | None:
    """What is registered: where, which declaration, and what people call it."""
    expr = ast.unparen(expr)
    if isinstance(expr, ast.FuncLit):
        return site.file, expr, "the function"
    if isinstance(expr, ast.CallExpr) and len(expr.args) == 1:
        if operands.operand(site.file, expr.fun).mode == "type":  # any(Add), or a conversion
            return _registered(operands, site, expr.args[0])
        return None
    source = operands.operand(site.file, expr).source
    if isinstance(source, FunctionName) and source.file is not None:
        same_module = source.file.unit.module == site.file.unit.module
        return (source.file, source.decl, source.qualified) if same_module else None
    if isinstance(source, VariableName) and source.file is not None and source.value is not None:
        value = ast.unparen(source.value)
        if isinstance(value, ast.FuncLit):
            return source.file, value, source.name
    return None


def _calls(code: Code) -> Iterator[tuple[ast.Node, Callee]]:
    for node in code.nodes:
        if isinstance(node, ast.CallExpr):
            callee = code.callee(node.fun)
            if callee is not None:
                yield node, callee
                if callee.name in _STREAM_OPERATIONS:
                    for given in code.functions_in(node.args):
                        yield node, given


def _is_inside(literal: ast.FuncLit, code: Code) -> bool:
    return any(node is literal for node in code.nodes)


def _code(
    operands: Operands,
    file: FileUnit,
    declaration: Declaration,
    name: str,
    udf: str | None,
    steps: tuple[Step, ...],
) -> Code:
    operands.resolver.bind_at(file, declaration.span.start)
    return Code(operands, file, declaration, name, udf, steps)
