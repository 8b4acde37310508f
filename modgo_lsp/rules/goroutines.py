"""Whether a function waits for the goroutines that it starts.

Not for: what is wrong with those it doesn't wait for (MG302, MG306).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.code import Code
from modgo_lsp.model.objects import VariableName
from modgo_lsp.model.types import Chan
from modgo_lsp.syntax import ast


def started(code: Code) -> Iterator[ast.GoStmt]:
    """The go statements in a function."""
    return (node for node in code.nodes if isinstance(node, ast.GoStmt))


def is_waited_for(code: Code, statement: ast.GoStmt) -> bool:
    """Whether something in the function waits: for a group, or at a channel that the goroutine sends to or
    closes, or that it is given and so may."""
    # Of sync.WaitGroup, errgroup.Group and every other group; its type need not be known.
    if any(True for _ in code.methods("Wait")):
        return True
    used = _channels_of(code, statement)
    return any(channel in used for channel in _awaited(code, statement))


def _channels_of(code: Code, statement: ast.GoStmt) -> set[VariableName]:
    call = ast.unparen(statement.call)
    if not isinstance(call, ast.CallExpr):
        return set()
    found = {
        item
        for argument in call.args
        for _, item in code.variables_in(argument)
        if isinstance(code.underlying(code.type_of(argument)), Chan)
    }
    literal = ast.unparen(call.fun)
    for node in ast.walk(literal) if isinstance(literal, ast.FuncLit) else ():
        if isinstance(node, ast.SendStmt):
            found.update(item for _, item in code.variables_in(node.chan))
        elif isinstance(node, ast.CallExpr):
            closed = isinstance(node.fun, ast.Ident) and node.fun.name == "close"
            for argument in node.args:
                # A function that is given a channel may send to it.
                if closed or isinstance(code.underlying(code.type_of(argument)), Chan):
                    found.update(item for _, item in code.variables_in(argument))
    return found


def _awaited(code: Code, statement: ast.GoStmt) -> Iterator[VariableName]:
    """The channels that the function receives from, outside of the goroutine."""
    for node in code.nodes:
        channel: ast.Expr | None = None
        if (isinstance(node, ast.UnaryExpr) and node.op == "<-") or isinstance(node, ast.RangeStmt):
            channel = node.x
        if channel is not None and not statement.span.holds(channel.span.start):
            for _, item in code.variables_in(channel):
                yield item
