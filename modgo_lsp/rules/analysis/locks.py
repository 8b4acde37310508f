"""Whether a lock is held at a place in the source: acquired before it, and not released since.

Anything with a method Lock counts as a lock, so that types that embed or imitate sync.Mutex need not be
known. A lock is identified by its source text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.call_targets import Declaration
from modgo_lsp.golang.types.imports import may_be_standard
from modgo_lsp.model.finding import Location
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.sdk import SDK_PATH

_ACQUIRING = ("Lock", "TryLock")
_RELEASING = ("Unlock",)


class _Acquire(NamedTuple):
    """A call that acquires `lock`, and the closure around the call. `until` is the end of the statement that
    releases the lock in the same list of statements, None if there is none."""

    start: int
    lock: str
    closure: ast.FuncLit | None
    until: int | None


class _Release(NamedTuple):
    """A statement that releases `lock` for the rest of its list of statements, which ends at `until`."""

    span: Span
    lock: str
    until: int


class _Summary(NamedTuple):
    """What one function does with locks. `guarded` are its closures that run, or may run, under a lock."""

    acquires: tuple[_Acquire, ...]
    releases: tuple[_Release, ...]
    guarded: tuple[ast.FuncLit, ...]


class Locks:
    """The locks that the functions in `reached` hold."""

    def __init__(self, reached: Sequence[Code]) -> None:
        # Functions that acquire or release a lock for their caller, with the lock's text in that function.
        self._acquirers: dict[Declaration, str] = {}
        self._releasers: dict[Declaration, str] = {}
        self._summaries: dict[Code, _Summary] = {}
        self._locking = {code.declaration for code in reached if any(True for _ in code.methods(*_ACQUIRING))}
        for code in reached:
            acquired = list(_locks_outside_closures(code, _ACQUIRING))
            released = list(_locks_outside_closures(code, _RELEASING))
            if acquired and not released:
                self._acquirers[code.declaration] = acquired[-1]
            elif released and not acquired:
                self._releasers[code.declaration] = released[-1]
        leading = _calls_leading_to(reached)
        self._locked = {
            code.place(node)
            for code in reached
            for node in (code.of_kind(ast.CallExpr) if leading else ())
            if code.place(node) in leading and self.are_held(code, node)
        }

    def are_held_by_callers(self, code: Code) -> bool:
        """Whether a call on the path from the UDF to `code` is made under a lock."""
        return any(step.location in self._locked for step in code.steps_back())

    def are_held(self, code: Code, node: ast.Node) -> bool:
        """Whether a lock is acquired before `node`, in source order, by the function or a closure around
        `node`, or by the function that such a closure is passed to."""
        summary = self._summaries.get(code)
        if summary is None:
            summary = self._summaries[code] = self._summarize(code)
        offset = node.span.start
        if any(closure.span.holds(offset) for closure in summary.guarded):
            return True
        released: dict[str, int] = {}
        for release in summary.releases:
            if release.span.end <= offset < release.until:
                released[release.lock] = max(released.get(release.lock, 0), release.span.start)
        return any(
            released.get(acquire.lock, -1) < acquire.start < offset
            and (acquire.until is None or offset < acquire.until)
            and (acquire.closure is None or acquire.closure.span.holds(offset))
            for acquire in summary.acquires
        )

    def _summarize(self, code: Code) -> _Summary:
        acquires, releases = [], []
        acquiring = dict(self._calls(code, _ACQUIRING, self._acquirers))
        releasing = dict(self._calls(code, _RELEASING, self._releasers))
        until: dict[ast.Expr, int] = {}
        for statements in _statement_lists(code) if acquiring or releasing else ():
            held: dict[str, list[ast.Expr]] = {}
            for each in statements:
                call = ast.unparen(each.x) if isinstance(each, ast.ExprStmt) else None
                if call in acquiring:
                    held.setdefault(acquiring[call], []).append(call)
                elif call in releasing:
                    releases.append(_Release(each.span, releasing[call], statements[-1].span.end))
                    until.update(dict.fromkeys(held.pop(releasing[call], ()), each.span.end))
        closures = code.of_kind(ast.FuncLit)
        for call, lock in acquiring.items():
            around = [each for each in closures if each.span.holds(call.span.start)]
            acquires.append(_Acquire(call.span.start, lock, around[-1] if around else None, until.get(call)))
        return _Summary(tuple(acquires), tuple(releases), tuple(self._guarded(code)))

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
        """The closures that are passed to a function that acquires a lock, or may: functions of other Go
        modules are not analysed."""
        for node in code.of_kind(ast.CallExpr):
            for argument in node.args:
                given = ast.unparen(argument)
                closure = given if isinstance(given, ast.FuncLit) else code.only_value(given)
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


def _calls_leading_to(reached: Sequence[Code]) -> set[Location]:
    """The calls on the paths from UDFs to the functions in `reached`. A shared path is followed once."""
    found: set[Location] = set()
    followed: set[Code] = set()
    for code in reached:
        while code not in followed and code.caller is not None and code.step is not None:
            followed.add(code)
            found.add(code.step.location)
            code = code.caller
    return found


def _locks_outside_closures(code: Code, methods: tuple[str, ...]) -> Iterator[str]:
    """The locks that a function calls `methods` of, outside of its closures."""
    calls = list(code.methods(*methods))
    closures = code.of_kind(ast.FuncLit) if calls else []
    for call in calls:
        if not any(closure.span.holds(call.span.start) for closure in closures):
            yield _lock(code, call)


def _lock(code: Code, call: ast.CallExpr) -> str:
    fun = ast.unparen(call.fun)
    return code.text(fun.x) if isinstance(fun, ast.SelectorExpr) else ""


def _statement_lists(code: Code) -> Iterator[Sequence[ast.Stmt]]:
    """The lists of statements in a function: its body, blocks, closures and clauses."""
    yield code.statements
    for node in code.of_kind(ast.BlockStmt, ast.FuncLit, ast.CaseClause, ast.CommClause):
        match node:
            case ast.BlockStmt():
                yield node.statements
            case ast.FuncLit():
                yield node.body.statements
            case ast.CaseClause() | ast.CommClause():
                yield node.body
