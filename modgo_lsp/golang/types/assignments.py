"""The nodes that set a variable or take its address: assignments, ranges, `x++` and `&x`."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import Object
from modgo_lsp.golang.types.packages import GoFile

# The kinds of nodes that may set a variable.
ASSIGNING = (ast.AssignStmt, ast.RangeStmt, ast.IncDecStmt, ast.UnaryExpr)


def reassignments(file: GoFile, node: ast.Node) -> Iterator[tuple[Object, ast.Expr | None]]:
    """The objects that a node in `file` sets after their declaration, or takes the address of, each with the
    value as `assignments` has it."""
    for target, value in assignments(node):
        item = file.uses.get(target.span.start) if isinstance(target, ast.Ident) else None
        if item is not None and not _declares(file, item, target):
            yield item, value


def _declares(file: GoFile, item: Object, target: ast.Expr) -> bool:
    return item.file is file and item.ident is not None and item.ident.span == target.span


def assignments(node: ast.Node) -> Iterator[tuple[ast.Expr, ast.Expr | None]]:
    """The operands that a node sets or takes the address of, each with the value assigned to it, or None
    where the source has no such expression. Includes declarations by `:=`."""
    match node:
        case ast.AssignStmt(lhs=targets, rhs=values) if len(targets) == len(values):
            yield from ((ast.unparen(target), value) for target, value in zip(targets, values, strict=True))
        case ast.AssignStmt(lhs=targets) | ast.RangeStmt(lhs=targets):
            yield from ((ast.unparen(target), None) for target in targets)
        case ast.IncDecStmt(x=x) | ast.UnaryExpr(op="&", x=x):
            yield ast.unparen(x), None
