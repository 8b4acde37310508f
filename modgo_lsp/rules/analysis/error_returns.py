"""Writing a return of an error into a function, for fixes that hand a failure to the caller.

Not for: what is wrong (the rules say).
"""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.types import Basic, Map, Pointer, Slice, Type
from modgo_lsp.golang.types.universe import ERROR
from modgo_lsp.model.code import Code


def result_types(code: Code) -> tuple[ast.Expr, ...]:
    """The types of a function's results, as they are written."""
    results = code.type.results
    if results is None:
        return ()
    return tuple(field.type for field in results.fields for _ in range(max(1, len(field.names))))


def returns_error(code: Code) -> bool:
    """Whether the last result is an error."""
    types = result_types(code)
    return bool(types) and code.type_of(types[-1]) == ERROR


def returned(code: Code, error: str) -> str | None:
    """Go source that returns `error` (an expression) from the function; None where it returns no error, or
    where nothing is known to stand for its other result."""
    types = result_types(code)
    if not returns_error(code):
        return None
    zeros = [_zero(code.underlying(code.type_of(written))) for written in types[:-1]]
    known = [zero for zero in zeros if zero is not None]
    return f"return {', '.join([*known, error])}" if len(known) == len(zeros) else None


def _zero(under: Type) -> str | None:
    if isinstance(under, Slice | Map | Pointer):
        return "nil"
    if isinstance(under, Basic):
        return {"string": '""', "bool": "false"}.get(under.name, "0")
    return None


def statement_of(code: Code, call: ast.CallExpr) -> ast.ExprStmt | None:
    """The statement that a call is, where it is one by itself and in no closure."""
    return code.remembered("calls that are statements", lambda: _statements(code)).get(call)


def _statements(code: Code) -> dict[ast.Expr, ast.ExprStmt]:
    found = {}
    pending: list[ast.Node] = list(code.statements)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ExprStmt):
            found[ast.unparen(node.x)] = node
        if not isinstance(node, ast.FuncLit):
            pending += ast.children(node)
    return found
