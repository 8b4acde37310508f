"""Which functions of a Go module a UDF reaches, and by which calls.

Follows calls of declared functions and methods, of function values whose target is known, and the functions
that streams are given; closures belong to the function that they stand in. A target that is not known is not
guessed. Not for: what runs when a package is initialised (reach.py).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from modgo_lsp.model.code import Code, Step
from modgo_lsp.model.finding import Location
from modgo_lsp.model.objects import VariableName
from modgo_lsp.model.operands import Operands
from modgo_lsp.model.registrations import sites
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.targets import Callee, Declaration, Targets
from modgo_lsp.model.units import FileUnit, PackageUnit
from modgo_lsp.syntax import ast

# They call the functions that they are given, for each element of the stream.
_STREAM_OPERATIONS = tuple(f"{SDK_PATH}.{name}" for name in ("Filter", "Map", "Aggregate", "Reduce"))


def reached_code(operands: Operands, unit: PackageUnit) -> tuple[Code, ...]:
    """The UDFs that `unit` registers, then everything of its Go module that they reach, nearest first, each
    function once, by the shortest way there."""
    found: dict[Declaration, Code] = {}
    pending: deque[Code] = deque()
    targets = Targets(operands)
    for code in _udfs(targets, unit):
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
            name = _short(callee.name)
            step = Step(Location(caller.file.path, place.span), f"{caller.name} calls {name}")
            code = _code(targets, callee.file, callee.declaration, name, caller.udf, (*caller.steps, step))
            found[callee.declaration] = code
            pending.append(code)
    return tuple(found.values())


def _udfs(targets: Targets, unit: PackageUnit) -> Iterator[Code]:
    for site in sites(targets.operands.resolver, unit):
        if site.call is None or len(site.call.args) != 2:
            continue
        name = targets.operands.operand(site.file, site.call.args[0])
        udf = name.value.decode("utf-8", "replace") if isinstance(name.value, bytes) else None
        target = _registered(targets, site.file, site.call.args[1])
        if target is not None:
            file, declaration, called = target
            yield _code(targets, file, declaration, called, udf, ())


def _registered(targets: Targets, file: FileUnit, expr: ast.Expr) -> tuple[FileUnit, Declaration, str] | None:
    """What is registered: where, which declaration, and what people call it."""
    expr = ast.unparen(expr)
    if isinstance(expr, ast.FuncLit):
        return file, expr, "the function"
    if isinstance(expr, ast.CallExpr):
        inner = targets.converted(file, expr)  # any(Add), or to a function type
        return None if inner is None else _registered(targets, file, inner)
    source = targets.operands.operand(file, expr).source
    variable = source if isinstance(source, VariableName) else None
    # An exported variable may be changed from outside, but not before this package is initialised.
    callee = targets.callee(file, expr) if variable is None else targets.held(variable)
    if callee is None or callee.file is None or callee.declaration is None:
        return None
    if callee.file.unit.module != file.unit.module:
        return None
    return callee.file, callee.declaration, _short(callee.name) if variable is None else variable.name


def _short(name: str) -> str:
    """What people call a function of that full name: "Add", "T.Add"."""
    return name.rpartition("/")[2].partition(".")[2] or name


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
    targets: Targets,
    file: FileUnit,
    declaration: Declaration,
    name: str,
    udf: str | None,
    steps: tuple[Step, ...],
) -> Code:
    targets.operands.resolver.bind_at(file, declaration.span.start)
    return Code(targets, file, declaration, name, udf, steps)
