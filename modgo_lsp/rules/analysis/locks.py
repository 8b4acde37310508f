"""Whether a lock is held where something stands: taken before it, and not let go of since.

A lock is whatever has a method Lock: the types of sync.Mutex, sync.RWMutex and all that embed or imitate them
need not be known. Not for: what needs a lock (MG305).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.call_targets import Declaration
from modgo_lsp.golang.types.imports import may_be_standard
from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Location
from modgo_lsp.model.sdk import SDK_PATH

_TAKING = ("Lock", "TryLock")
_LETTING_GO = ("Unlock",)


class _Taken(NamedTuple):
    """A call that takes a lock, how the lock is written, and the closure that the call stands in. `until` is
    where it is let go of again in the same list of statements; after that nothing is left of it."""

    start: int
    lock: str
    closure: ast.FuncLit | None
    until: int | None


class _LetGo(NamedTuple):
    """A call that lets go of a lock, as a statement of its own: it was made wherever its list of statements,
    which goes on until `until`, has come to."""

    span: Span
    lock: str
    until: int


class Locks:
    """The locks that some code takes."""

    def __init__(self, reached: Sequence[Code]) -> None:
        # Functions that take a lock or let go of one for their caller, with how it is written there.
        self._takes: dict[Declaration, str] = {}
        self._lets_go: dict[Declaration, str] = {}
        self._seen: dict[Code, _Seen] = {}
        self._locking = {code.declaration for code in reached if any(True for _ in code.methods(*_TAKING))}
        for code in reached:
            taken, let_go = list(_own(code, _TAKING)), list(_own(code, _LETTING_GO))
            if taken and not let_go:
                self._takes[code.declaration] = taken[-1]
            elif let_go and not taken:
                self._lets_go[code.declaration] = let_go[-1]
        on_the_way = _on_the_way(reached)
        self._locked = {
            code.place(node)
            for code in reached
            for node in (code.of_kind(ast.CallExpr) if on_the_way else ())
            if code.place(node) in on_the_way and self.are_held(code, node)
        }

    def are_held_on_the_way(self, code: Code) -> bool:
        """Whether a lock is held by a call that leads to `code`."""
        return any(step.location in self._locked for step in code.steps_back())

    def are_held(self, code: Code, node: ast.Node) -> bool:
        """Whether a lock is taken before `node`, in the order of the source, in the function or a closure
        around it, or by what calls the closure that it stands in."""
        seen = self._seen.get(code)
        if seen is None:
            seen = self._seen[code] = self._look_at(code)
        at = node.span.start
        if any(closure.span.holds(at) for closure in seen.guarded):
            return True
        since: dict[str, int] = {}
        for done in seen.let_go:
            if done.span.end <= at < done.until:
                since[done.lock] = max(since.get(done.lock, 0), done.span.start)
        return any(
            since.get(taken.lock, -1) < taken.start < at
            and (taken.until is None or at < taken.until)
            and (taken.closure is None or taken.closure.span.holds(at))
            for taken in seen.taken
        )

    def _look_at(self, code: Code) -> _Seen:
        taken, let_go = [], []
        takes = dict(self._calls(code, _TAKING, self._takes))
        lets_go = dict(self._calls(code, _LETTING_GO, self._lets_go))
        again: dict[ast.Expr, int] = {}
        for statements in _lists(code) if takes or lets_go else ():
            pending: dict[str, list[ast.Expr]] = {}
            for each in statements:
                done = ast.unparen(each.x) if isinstance(each, ast.ExprStmt) else None
                if done in takes:
                    pending.setdefault(takes[done], []).append(done)
                elif done in lets_go:
                    let_go.append(_LetGo(each.span, lets_go[done], statements[-1].span.end))
                    again.update(dict.fromkeys(pending.pop(lets_go[done], ()), each.span.end))
        closures = code.of_kind(ast.FuncLit)
        for call, lock in takes.items():
            around = [each for each in closures if each.span.holds(call.span.start)]
            taken.append(_Taken(call.span.start, lock, around[-1] if around else None, again.get(call)))
        return _Seen(tuple(taken), tuple(let_go), tuple(self._guarded(code)))

    def _calls(
        self, code: Code, methods: tuple[str, ...], functions: dict[Declaration, str]
    ) -> Iterator[tuple[ast.Expr, str]]:
        for call in code.methods(*methods):
            yield call, _lock(code, call)
        for node in code.of_kind(ast.CallExpr) if functions else ():
            callee = code.callee(node.fun)
            lock = None if callee is None or callee.declaration is None else functions.get(callee.declaration)
            if lock is not None:
                yield node, lock

    def _guarded(self, code: Code) -> Iterator[ast.FuncLit]:
        """The closures that are handed to a function that takes a lock, or may: of other Go modules, and of
        what is called there, that is not known."""
        for node in code.of_kind(ast.CallExpr):
            for argument in node.args:
                given = ast.unparen(argument)
                closure = given if isinstance(given, ast.FuncLit) else code.held_by(given)
                closure = None if closure is None else ast.unparen(closure)
                if isinstance(closure, ast.FuncLit) and self._may_lock(code, node):
                    yield closure

    def _may_lock(self, code: Code, call: ast.CallExpr) -> bool:
        callee = code.callee(call.fun)
        if callee is None:
            return True
        if callee.file is not None and callee.file.unit.module == code.file.unit.module:
            return callee.declaration in self._locking
        folder, slash, last = callee.name.rpartition("/")
        path = folder + slash + last.partition(".")[0]
        return path == "sync" or not (path == SDK_PATH or may_be_standard(path))


class _Seen(NamedTuple):
    """What one function does with locks; `guarded` are its closures that run under one, or may."""

    taken: tuple[_Taken, ...]
    let_go: tuple[_LetGo, ...]
    guarded: tuple[ast.FuncLit, ...]


def _on_the_way(reached: Sequence[Code]) -> set[Location]:
    """The calls that lead to any of these, each way followed once as far as it is shared."""
    found: set[Location] = set()
    seen: set[Code] = set()
    for code in reached:
        while code not in seen and code.caller is not None and code.step is not None:
            seen.add(code)
            found.add(code.step.location)
            code = code.caller
    return found


def _own(code: Code, methods: tuple[str, ...]) -> Iterator[str]:
    """The locks of the calls that a function makes itself, outside of its closures."""
    calls = list(code.methods(*methods))
    closures = code.of_kind(ast.FuncLit) if calls else []
    for call in calls:
        if not any(closure.span.holds(call.span.start) for closure in closures):
            yield _lock(code, call)


def _lock(code: Code, call: ast.CallExpr) -> str:
    fun = ast.unparen(call.fun)
    return code.text(fun.x) if isinstance(fun, ast.SelectorExpr) else ""


def _lists(code: Code) -> Iterator[Sequence[ast.Stmt]]:
    """The lists of statements in a function."""
    yield code.statements
    for node in code.of_kind(ast.BlockStmt, ast.FuncLit, ast.CaseClause, ast.CommClause):
        match node:
            case ast.BlockStmt():
                yield node.statements
            case ast.FuncLit():
                yield node.body.statements
            case ast.CaseClause() | ast.CommClause():
                yield node.body
