"""The functions of a Go module that UDFs reach, and the calls on the path to each.

Follows calls to declared functions and methods, to function values with a known target, and to functions
passed to stream operations. A closure belongs to the function that contains it. Unknown targets are not
guessed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.call_targets import Callee, Declaration, Targets
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.model.function_code import Code, Step
from modgo_lsp.model.initialization import memo_of
from modgo_lsp.model.registrations import Site
from modgo_lsp.model.sdk import SDK_PATH

# Call their function argument for each element of the stream.
_STREAM_OPERATIONS = tuple(f"{SDK_PATH}.{name}" for name in ("Filter", "Map", "Aggregate", "Reduce"))


def reached_code(operands: Operands, sites: Iterable[Site]) -> tuple[Code, ...]:
    """The UDFs registered at `sites`, followed by everything of their Go module that they reach, in
    breadth-first order. Each function occurs once, with a shortest path."""
    found: dict[Declaration, Code] = {}
    pending: deque[Code] = deque()
    targets = Targets(operands)
    for code in _udfs(targets, sites):
        if code.declaration not in found:
            found[code.declaration] = code
            pending.append(code)
    while pending:
        caller = pending.popleft()
        for name, callee, step in caller.cached(f"{caller.name} calls", partial(_own_calls, caller)):
            declaration = callee.declaration
            if declaration is None or callee.file is None or declaration in found:
                continue
            code = Code(targets, callee.file, declaration, name, caller.udf, caller, step)
            found[declaration] = code
            pending.append(code)
    return tuple(found.values())


class _Udf(NamedTuple):
    """A function registered under the name `udf`, None if that is not a constant. `called` is its name in
    messages."""

    udf: str | None
    called: str
    callee: Callee


def _udfs(targets: Targets, sites: Iterable[Site]) -> Iterator[Code]:
    for site in sites:
        found = memo_of(site.file, site.owner).ask(("udf", site.node), partial(_udf, targets, site))
        callee = None if found is None else found.callee
        if found is not None and callee is not None and callee.file and callee.declaration:
            yield Code(targets, callee.file, callee.declaration, found.called, found.udf, None, None)


def _udf(targets: Targets, site: Site) -> _Udf | None:
    if site.call is None or len(site.call.args) != 2:
        return None
    name = targets.operands.operand(site.file, site.call.args[0])
    udf = name.value.decode("utf-8", "replace") if isinstance(name.value, bytes) else None
    registered = _registered(targets, site.file, site.call.args[1])
    return None if registered is None else _Udf(udf, *registered)


def _registered(targets: Targets, file: GoFile, expr: ast.Expr) -> tuple[str, Callee] | None:
    """The registered function, and its name in messages."""
    expr = ast.unparen(expr)
    if isinstance(expr, ast.FuncLit):
        return "the function", Callee("", file, expr)
    if isinstance(expr, ast.CallExpr):
        inner = targets.converted(file, expr)  # any(Add), or a conversion to a function type
        return None if inner is None else _registered(targets, file, inner)
    source = targets.operands.operand(file, expr).source
    variable = source if isinstance(source, VariableName) else None
    # Other packages may assign to an exported variable, but not before this package is initialized.
    callee = targets.callee(file, expr) if variable is None else targets.only_function(variable)
    if callee is None or callee.file is None or callee.function is None:
        return None
    if callee.file.unit.module != file.unit.module:
        return None
    return _short_name(callee.name) if variable is None else variable.name, callee


def _short_name(name: str) -> str:
    """The name of a function in messages, by its full name: "Add", "T.Add"."""
    return name.rpartition("/")[2].partition(".")[2] or name


def _own_calls(code: Code) -> list[tuple[str, Callee, Step]]:
    """The calls to functions of the same Go module, closures of the code itself excluded: the name in
    messages, the target and the step."""
    found = []
    for place, callee in _calls(code):
        if callee.function is None or callee.file is None or callee.file.unit.path == SDK_PATH:
            continue
        if callee.file.unit.module != code.file.unit.module:
            continue
        if isinstance(callee.function, ast.FuncLit) and callee.function in code.of_kind(ast.FuncLit):
            continue
        name = _short_name(callee.name)
        found.append((name, callee, Step(code.place(place), f"{code.name} calls {name}")))
    return found


def _calls(code: Code) -> Iterator[tuple[ast.Node, Callee]]:
    for node in code.of_kind(ast.CallExpr):
        callee = code.callee(node.fun)
        if callee is not None:
            yield node, callee
            if callee.name in _STREAM_OPERATIONS:
                for given in code.functions_in(node.args):
                    yield node, given
