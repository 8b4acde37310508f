"""Whether a function waits for the goroutines that it starts.

Not for: what is wrong with those it doesn't wait for (MG302, MG306).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.golang.types.types import Chan
from modgo_lsp.model.code import Code

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
    groups = [call for call, _ in code.calls(*_GROUPS)]
    starts = code.of_kind(ast.GoStmt)
    if not groups and not starts:
        return
    others = {id(call) for call, _ in code.calls(*_OTHER_WAITS)}
    waits = [call for call in code.methods("Wait") if id(call) not in others]
    channels = _Channels(code)
    elsewhere = [call for call, _ in code.calls("sync.WaitGroup.Done") if not _is_of_own_group(code, call)]
    for node in starts:
        done_elsewhere = any(node.span.holds(call.span.start) for call in elsewhere)
        if not _waits(waits, node) and not done_elsewhere and not channels.are_awaited(node):
            yield node, node.call
    for call in groups:
        if not _waits(waits, call) and _is_of_own_group(code, call):
            yield call, call


def _waits(waits: Sequence[ast.CallExpr], start: ast.Node) -> bool:
    """Whether the function waits for a group outside of what `start` starts: a sync.WaitGroup, an
    errgroup.Group or any other; its type need not be known."""
    return any(not start.span.holds(call.span.start) for call in waits)


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
    selected = {ast.unparen(node.x) for node in code.of_kind(ast.SelectorExpr)}
    uses = [ident for each in code.statements for ident, used in code.variables_in(each) if used is item]
    return all(ident in selected or ident.span == item.ident.span for ident in uses)


class _Channels:
    """Where a function receives from channels, and where it gives them away: what is returned, or handed to a
    function, may be received from there."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._places: dict[VariableName, list[int]] = {}
        for node in code.of_kind(ast.UnaryExpr, ast.RangeStmt, ast.ReturnStmt, ast.CallExpr):
            match node:
                case ast.UnaryExpr(op="<-") | ast.RangeStmt():
                    self._add(node.x, (item for _, item in code.variables_in(node.x)))
                case ast.ReturnStmt():
                    self._given(node.results)
                case ast.CallExpr() if not code.is_builtin(node, "close", "len", "cap", "make"):
                    self._given(node.args)

    def _given(self, values: Iterable[ast.Expr]) -> None:
        for value in values:
            item = self._code.object_of(ast.unparen(value))
            if isinstance(item, VariableName):
                self._add(value, (item,))

    def _add(self, place: ast.Expr, items: Iterable[VariableName]) -> None:
        for item in items:
            self._places.setdefault(item, []).append(place.span.start)

    def are_awaited(self, statement: ast.GoStmt) -> bool:
        """Whether a channel that a goroutine sends to or closes, or is given and so may, is waited at outside
        of it."""
        return any(
            not statement.span.holds(place)
            for item in _channels_of(self._code, statement)
            for place in self._places.get(item, ())
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
