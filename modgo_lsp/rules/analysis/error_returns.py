"""Return statements for fixes that return an error to the caller."""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.types import Basic, Map, Pointer, Slice, Type
from modgo_lsp.golang.types.universe import ERROR
from modgo_lsp.model.function_code import Code


def result_types(code: Code) -> tuple[ast.Expr, ...]:
    """The type expressions of a function's results, one for each result."""
    results = code.type.results
    if results is None:
        return ()
    return tuple(field.type for field in results.fields for _ in range(max(1, len(field.names))))


def returns_error(code: Code) -> bool:
    """Whether the last result is an error."""
    types = result_types(code)
    return bool(types) and code.type_of(types[-1]) == ERROR


def return_statement(code: Code, error: str) -> str | None:
    """The Go statement that returns the expression `error` from the function; None if the function returns no
    error, or if the zero value of another result is not known."""
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
    """The statement that consists of `call`, outside of closures; None if there is none."""
    return code.cached("calls that are statements", lambda: _statements(code)).get(call)


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
