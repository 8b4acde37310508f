"""Whether a lock is held where something stands: taken before it, and not let go of since.

A lock is whatever has a method Lock: the types of sync.Mutex, sync.RWMutex and all that embed or imitate them
need not be known. Not for: what needs a lock (MG305).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from modgo_lsp.model.code import Code
from modgo_lsp.model.imports import may_be_standard
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.targets import Declaration
from modgo_lsp.syntax import ast

_TAKING = ("Lock", "TryLock")
_LETTING_GO = ("Unlock",)


class _Event(NamedTuple):
    """A call that takes a lock or lets go of it; `lock` is how the lock is written."""

    call: ast.CallExpr
    lock: str


class Locks:
    """The locks that some code takes."""

    def __init__(self, reached: Sequence[Code]) -> None:
        # Functions that take a lock or let go of one for their caller, with how it is written there.
        self._takes: dict[Declaration, str] = {}
        self._lets_go: dict[Declaration, str] = {}
        self._locking = {code.declaration for code in reached if any(True for _ in code.methods(*_TAKING))}
        for code in reached:
            taken, let_go = list(_own(code, _TAKING)), list(_own(code, _LETTING_GO))
            if taken and not let_go:
                self._takes[code.declaration] = taken[-1]
            elif let_go and not taken:
                self._lets_go[code.declaration] = let_go[-1]
        on_the_way = {step.location for code in reached for step in code.steps}
        self._locked = {
            code.place(node)
            for code in reached
            for node in code.nodes
            if isinstance(node, ast.CallExpr) and code.place(node) in on_the_way and self.are_held(code, node)
        }

    def are_held_on_the_way(self, code: Code) -> bool:
        """Whether a lock is held by a call that leads to `code`."""
        return any(step.location in self._locked for step in code.steps)

    def are_held(self, code: Code, node: ast.Node) -> bool:
        """Whether a lock is taken before `node`, in the order of the source, in the function or a closure
        around it, or by what calls the closure that it stands in."""
        around = [each for each in code.nodes if isinstance(each, ast.FuncLit) and _in(node, each)]
        if any(self._is_called_locked(code, literal) for literal in around):
            return True
        surely_done = list(_done_before(code, node))
        for taken in self._events(code, _TAKING, self._takes):
            if taken.call.span.start >= node.span.start or not _is_around(code, taken.call, around):
                continue
            let_go = (
                each
                for each in self._events(code, _LETTING_GO, self._lets_go)
                if each.lock == taken.lock
                and taken.call.span.start < each.call.span.start
                and any(each.call is done for done in surely_done)
            )
            if not any(True for _ in let_go):
                return True
        return False

    def _events(
        self, code: Code, methods: tuple[str, ...], functions: dict[Declaration, str]
    ) -> Iterator[_Event]:
        for call in code.methods(*methods):
            yield _Event(call, _lock(code, call))
        if functions:
            for node in code.nodes:
                callee = code.callee(node.fun) if isinstance(node, ast.CallExpr) else None
                declaration = None if callee is None else callee.declaration
                if isinstance(node, ast.CallExpr) and declaration in functions:
                    yield _Event(node, functions[declaration])

    def _is_called_locked(self, code: Code, literal: ast.FuncLit) -> bool:
        """Whether a closure is handed to a function that takes a lock, or may: of other Go modules, and of
        what is called there, that is not known."""
        for node in code.nodes:
            if isinstance(node, ast.CallExpr) and any(_is(code, each, literal) for each in node.args):
                callee = code.callee(node.fun)
                if callee is None:
                    return True
                if callee.file is not None and callee.file.unit.module == code.file.unit.module:
                    return callee.declaration in self._locking
                path = callee.name
                return path.startswith("sync.") or not (path.startswith(SDK_PATH) or may_be_standard(path))
        return False


def _own(code: Code, methods: tuple[str, ...]) -> Iterator[str]:
    """The locks of the calls that a function makes itself, outside of its closures."""
    literals = [node for node in code.nodes if isinstance(node, ast.FuncLit)]
    for call in code.methods(*methods):
        if not any(_in(call, literal) for literal in literals):
            yield _lock(code, call)


def _lock(code: Code, call: ast.CallExpr) -> str:
    fun = ast.unparen(call.fun)
    return code.text(fun.x) if isinstance(fun, ast.SelectorExpr) else ""


def _is_around(code: Code, call: ast.CallExpr, around: Sequence[ast.FuncLit]) -> bool:
    """Whether a call stands in no other closure than those."""
    return all(
        any(literal is each for each in around)
        for literal in code.nodes
        if isinstance(literal, ast.FuncLit) and _in(call, literal)
    )


def _done_before(code: Code, node: ast.Node) -> Iterator[ast.Expr]:
    """The expressions that are statements of their own and were surely evaluated before `node`: they stand
    before it in a list of statements that holds it."""
    lists: list[Sequence[ast.Stmt]] = [code.statements]
    for each in code.nodes:
        match each:
            case ast.BlockStmt():
                lists.append(each.statements)
            case ast.FuncLit():
                lists.append(each.body.statements)
            case ast.CaseClause() | ast.CommClause():
                lists.append(each.body)
    for statements in lists:
        if any(_in(node, statement) for statement in statements):
            for statement in statements:
                if statement.span.end <= node.span.start and isinstance(statement, ast.ExprStmt):
                    yield ast.unparen(statement.x)


def _is(code: Code, expr: ast.Expr, literal: ast.FuncLit) -> bool:
    """Whether an expression is a closure, or a variable that holds it."""
    expr = ast.unparen(expr)
    held = code.held_by(expr)
    return expr is literal or (held is not None and ast.unparen(held) is literal)


def _in(node: ast.Node, outer: ast.Node) -> bool:
    return outer.span.start <= node.span.start and node.span.end <= outer.span.end
