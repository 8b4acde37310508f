"""Whether a function waits for the goroutines that it starts.

Not for: what is wrong with those it doesn't wait for (MG302, MG306).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.code import Code
from modgo_lsp.model.objects import VariableName
from modgo_lsp.model.types import Chan
from modgo_lsp.syntax import ast

# What starts a goroutine and leaves it to the group's Wait.
_GROUPS = (
    "sync.WaitGroup.Go",
    "golang.org/x/sync/errgroup.Group.Go",
    "golang.org/x/sync/errgroup.Group.TryGo",
)
# What waits for something else than goroutines.
_OTHER_WAITS = ("os/exec.Cmd.Wait", "os.Process.Wait")


def left_alone(code: Code) -> Iterator[tuple[ast.Node, ast.Expr]]:
    """The goroutines that nothing in the function waits for: what starts each, and the call that runs in it,
    or of a group the call that hands the function over."""
    for node in code.nodes:
        if isinstance(node, ast.GoStmt) and not is_waited_for(code, node):
            yield node, node.call
    for call, _ in code.calls(*_GROUPS):
        if not _waits(code, call) and _is_of_own_group(code, call):
            yield call, call


def _is_of_own_group(code: Code, call: ast.CallExpr) -> bool:
    """Whether a group is the function's own: declared there, and used for nothing but calls of its methods.
    Another one may be waited for elsewhere."""
    fun = ast.unparen(call.fun)
    group = ast.unparen(fun.x) if isinstance(fun, ast.SelectorExpr) else None
    item = None if group is None else code.object_of(group)
    if not isinstance(item, VariableName) or item.owner is not None or item.ident is None:
        return False
    if not any(body.span.holds(item.ident.span.start) for body in code.statements):
        return False
    selected = {ast.unparen(node.x) for node in code.nodes if isinstance(node, ast.SelectorExpr)}
    uses = [ident for each in code.statements for ident, used in code.variables_in(each) if used is item]
    return all(ident in selected or ident.span == item.ident.span for ident in uses)


def _waits(code: Code, start: ast.Node) -> bool:
    """Whether the function waits for a group outside of what `start` starts: a sync.WaitGroup, an
    errgroup.Group or any other; its type need not be known."""
    others = {id(call) for call, _ in code.calls(*_OTHER_WAITS)}
    return any(
        id(call) not in others and not start.span.holds(call.span.start) for call in code.methods("Wait")
    )


def is_waited_for(code: Code, statement: ast.GoStmt) -> bool:
    """Whether something in the function waits: for a group, or at a channel that the goroutine sends to or
    closes, or that it is given and so may. Where the channel or the group goes elsewhere, or comes from
    there, it is waited for there."""
    if _waits(code, statement):
        return True
    used = _channels_of(code, statement)
    if any(item in used for item in (*_awaited(code, statement), *_given_away(code, statement))):
        return True
    return any(
        statement.span.holds(call.span.start) and not _is_of_own_group(code, call)
        for call, _ in code.calls("sync.WaitGroup.Done")
    )


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
            closed = code.is_builtin(node, "close")
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


def _given_away(code: Code, statement: ast.GoStmt) -> Iterator[VariableName]:
    """The variables that the function returns, or hands to a function that may wait, outside of the
    goroutine."""
    for node in code.nodes:
        given: tuple[ast.Expr, ...] = ()
        match node:
            case ast.ReturnStmt():
                given = node.results
            case ast.CallExpr() if not code.is_builtin(node, "close", "len", "cap", "make"):
                given = node.args
        for expr in given:
            if not statement.span.holds(expr.span.start):
                item = code.object_of(ast.unparen(expr))
                if isinstance(item, VariableName):
                    yield item
