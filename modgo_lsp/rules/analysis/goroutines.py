"""The goroutines that a function starts and does not wait for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.golang.types.types import Chan
from modgo_lsp.model.function_code import Code

# Calls that start a goroutine for which the group's Wait waits.
_GROUPS = (
    "sync.WaitGroup.Go",
    "golang.org/x/sync/errgroup.Group.Go",
    "golang.org/x/sync/errgroup.Group.TryGo",
)
# Methods named Wait that do not wait for goroutines.
_OTHER_WAITS = ("os/exec.Cmd.Wait", "os.Process.Wait")


def unawaited(code: Code) -> Iterator[tuple[ast.Node, ast.Expr]]:
    """The goroutines that nothing in the function waits for: the statement or call that starts each, and the
    call that runs in it. For a group that is the call of Go, which takes the function."""
    groups = [call for call, _ in code.calls(*_GROUPS)]
    starts = code.of_kind(ast.GoStmt)
    if not groups and not starts:
        return
    others = {id(call) for call, _ in code.calls(*_OTHER_WAITS)}
    waits = [call for call in code.methods("Wait") if id(call) not in others]
    channels = _Channels(code)
    elsewhere = [call for call, _ in code.calls("sync.WaitGroup.Done") if not _is_local_group(code, call)]
    for node in starts:
        may_wait_elsewhere = any(node.span.holds(call.span.start) for call in elsewhere)
        if not _is_waited_for(waits, node) and not may_wait_elsewhere and not channels.has_receiver(node):
            yield node, node.call
    for call in groups:
        if not _is_waited_for(waits, call) and _is_local_group(code, call):
            yield call, call


def _is_waited_for(waits: Sequence[ast.CallExpr], start: ast.Node) -> bool:
    """Whether the function waits for a group outside of what `start` starts. Any method Wait counts, so the
    group's type need not be known."""
    return any(not start.span.holds(call.span.start) for call in waits)


def _is_local_group(code: Code, call: ast.CallExpr) -> bool:
    """Whether the group is declared in the function and only its methods are called. Any other group may be
    waited for elsewhere."""
    fun = ast.unparen(call.fun)
    group = ast.unparen(fun.x) if isinstance(fun, ast.SelectorExpr) else None
    item = None if group is None else code.object_of(group)
    if not isinstance(item, VariableName) or item.owner is not None or item.ident is None:
        return False
    if not any(body.span.holds(item.ident.span.start) for body in code.statements):
        return False
    selected = {ast.unparen(node.x) for node in code.of_kind(ast.SelectorExpr)}
    uses = [ident for each in code.statements for ident, used in code.variables_in(each) if used is item]
    return all(ident in selected or ident.span == item.ident.span for ident in uses)


class _Channels:
    """Where a function receives from channels, and where it lets them escape: the receiver of a channel that
    is returned or passed to a function may be there."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._uses: dict[VariableName, list[int]] = {}
        for node in code.of_kind(ast.UnaryExpr, ast.RangeStmt, ast.ReturnStmt, ast.CallExpr):
            match node:
                case ast.UnaryExpr(op="<-") | ast.RangeStmt():
                    self._add(node.x, (item for _, item in code.variables_in(node.x)))
                case ast.ReturnStmt():
                    self._add_escaping(node.results)
                case ast.CallExpr() if not code.is_builtin(node, "close", "len", "cap", "make"):
                    self._add_escaping(node.args)

    def _add_escaping(self, values: Iterable[ast.Expr]) -> None:
        for value in values:
            item = self._code.object_of(ast.unparen(value))
            if isinstance(item, VariableName):
                self._add(value, (item,))

    def _add(self, place: ast.Expr, items: Iterable[VariableName]) -> None:
        for item in items:
            self._uses.setdefault(item, []).append(place.span.start)

    def has_receiver(self, statement: ast.GoStmt) -> bool:
        """Whether there is a receive, outside of the goroutine, from a channel that the goroutine sends to,
        closes or takes as an argument."""
        return any(
            not statement.span.holds(place)
            for item in _channels_of(self._code, statement)
            for place in self._uses.get(item, ())
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
                # A function that takes a channel may send to it.
                if closed or isinstance(code.underlying(code.type_of(argument)), Chan):
                    found.update(item for _, item in code.variables_in(argument))
    return found
