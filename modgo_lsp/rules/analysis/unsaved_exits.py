"""The paths through a function on which a record is changed and then not stored.

Follows Go's control flow over sets of what is unstored; says nothing of code that it cannot follow: closures,
other names for the record, goto. Where one condition decides whether the record is changed and another, on
the same variables, whether it is stored, they are taken to agree. Not for: what to tell about it (MG311).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Union

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import Nil, Object, VariableName
from modgo_lsp.model.code import Code
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.analysis.error_returns import returns_error

_CHANGES = tuple(f"{SDK_PATH}.Record.{name}" for name in ("Set", "Unset", "SetTTL"))
_STORES = tuple(f"{SDK_PATH}.Record.{name}" for name in ("Create", "Update", "Remove"))
_READING = f"{SDK_PATH}.Get"
_LEAVES = ("panic", "os.Exit", "syscall.Exit", "runtime.Goexit", "log.Fatal*", "log.Panic*")

# For each way to get somewhere, the first change that is not stored; None where there is none. No way at all:
# nothing gets there.
_Ways = frozenset[Union[ast.CallExpr, None]]
_STORED: _Ways = frozenset([None])
_NOWHERE: _Ways = frozenset()

# Statements that choose whether something is done.
_CHOOSING = (ast.IfStmt, ast.SwitchStmt, ast.TypeSwitchStmt, ast.ForStmt, ast.RangeStmt)
# So many of them around a change are looked at.
_NEAR = 20


class Exit(NamedTuple):
    """A way out of the function on which `first` is lost; `statement` is None at the end of the body."""

    first: ast.CallExpr
    statement: ast.ReturnStmt | None


class _Choice(NamedTuple):
    """A statement that chooses, and the one around it."""

    choice: ast.Stmt
    around: _Choice | None


class _CannotFollowError(Exception):
    """The record goes ways that are not followed here."""


class _Target:
    """What break and continue lead out of."""

    def __init__(self, label: str | None, loop: bool) -> None:
        self.label = label
        self.loop = loop
        self.broken: _Ways = _NOWHERE
        self.continued: _Ways = _NOWHERE


def unstored_exits(code: Code, record: Object) -> list[Exit]:
    """The exits on which a change of `record` is lost, in the order of the source."""
    try:
        return _Follower(code, record).exits()
    except _CannotFollowError:
        return []


class _Follower:
    def __init__(self, code: Code, record: Object) -> None:
        self._code = code
        self._record = record
        self._gives_error = returns_error(code)
        self._changes = {id(call) for call, _ in code.calls(*_CHANGES)}
        self._stores = {id(call) for call, _ in code.calls(*_STORES)}
        self._leaves = {id(call) for call, _ in code.calls(*_LEAVES)}
        self._reads = {id(call) for call, _ in code.calls(_READING)}
        self._around = _choices_around(code)
        self._hang_on: dict[ast.Stmt, tuple[set[Object], set[str]]] = {}
        self._targets: list[_Target] = []
        self._found: dict[tuple[int, int], Exit] = {}
        self._deferred = False

    def exits(self) -> list[Exit]:
        end = self._statements(self._code.statements, _STORED)
        if self._code.type.results is None or not self._code.type.results.fields:
            self._leave(end, None)
        found = sorted(self._found.values(), key=lambda each: each.first.span.start)
        return [] if self._deferred else found

    def _leave(self, ways: _Ways, statement: ast.ReturnStmt | None) -> None:
        for first in ways:
            if first is not None:
                offset = -1 if statement is None else statement.span.start
                self._found[first.span.start, offset] = Exit(first, statement)

    # --- statements

    def _statements(self, statements: Iterable[ast.Stmt], ways: _Ways) -> _Ways:
        for statement in statements:
            ways = self._statement(statement, ways, None)
        return ways

    def _statement(self, stmt: ast.Stmt | None, ways: _Ways, label: str | None) -> _Ways:
        match stmt:
            case None | ast.EmptyStmt():
                return ways
            case ast.LabeledStmt():
                return self._statement(stmt.stmt, ways, stmt.label.name)
            case ast.BlockStmt():
                return self._statements(stmt.statements, ways)
            case ast.ReturnStmt():
                return self._return(stmt, self._evaluate(stmt, ways))
            case ast.IfStmt():
                return self._if(stmt, ways)
            case ast.ForStmt() | ast.RangeStmt():
                return self._loop(stmt, ways, label)
            case ast.SwitchStmt() | ast.TypeSwitchStmt():
                ways = self._statement(stmt.init, ways, None)
                head = stmt.tag if isinstance(stmt, ast.SwitchStmt) else stmt.x
                ways = ways if head is None else self._evaluate(head, ways)
                ways = self._agreeing(stmt, _conditions(stmt), ways)
                bodies = [clause.body for clause in stmt.clauses]
                whole = any(clause.default for clause in stmt.clauses)
                return self._choice(bodies, ways, label, whole)
            case ast.SelectStmt():
                communications = [
                    (*((clause.comm,) if clause.comm else ()), *clause.body) for clause in stmt.clauses
                ]
                return self._choice(communications, ways, label, True)
            case ast.BranchStmt():
                return self._branch(stmt, ways)
            case ast.DeferStmt():
                self._deferred = self._deferred or id(ast.unparen(stmt.call)) in self._stores
                return ways if self._deferred else self._evaluate(stmt, ways)
        return self._evaluate(stmt, ways)

    def _if(self, stmt: ast.IfStmt, ways: _Ways) -> _Ways:
        """What holds after all the branches; there may be many."""
        out = _NOWHERE
        while True:
            ways = self._evaluate(stmt.cond, self._statement(stmt.init, ways, None))
            ways = self._agreeing(stmt, (stmt.cond,), ways)
            out |= self._statement(stmt.body, ways, None)
            if not isinstance(stmt.else_, ast.IfStmt):
                return out | self._statement(stmt.else_, ways, None)
            stmt = stmt.else_

    def _return(self, stmt: ast.ReturnStmt, ways: _Ways) -> _Ways:
        if not self._gives_error or self._is_nil(stmt):
            self._leave(ways, stmt)
        return _NOWHERE

    def _is_nil(self, stmt: ast.ReturnStmt) -> bool:
        """Whether the error that is returned is nil for certain: nil itself, or a variable that has no value
        yet and never gets one."""
        results = self._code.type.results
        if stmt.results:
            last: ast.Node | None = ast.unparen(stmt.results[-1])
        else:
            names = () if results is None else results.fields[-1].names
            last = names[-1] if names else None
            if isinstance(last, ast.Ident) and last.name == "_":
                return True
        item = None if last is None else self._code.object_of(last)
        if isinstance(item, Nil):
            return True
        if not isinstance(item, VariableName) or item.ident is None or item.value is not None:
            return False
        begins_nil = any(
            each.span.holds(item.ident.span.start) for each in (results, *self._code.statements) if each
        )
        return begins_nil and item.origin != "switch" and not self._code.is_set_again(item)

    def _agreeing(self, stmt: ast.Stmt, conditions: Iterable[ast.Expr], ways: _Ways) -> _Ways:
        """The ways without changes that were made under a condition on the same variables, or beside what
        sets one of these."""
        if ways <= _STORED:
            return ways
        conditions = tuple(conditions)
        texts = {self._code.text(each).lstrip("!") for each in conditions}
        deciding = {item for each in conditions for _, item in self._code.variables_in(each)}
        deciding.discard(self._record)
        return frozenset(
            None if first is not None and self._decides(stmt, first, texts, deciding) else first
            for first in ways
        )

    def _decides(
        self, stmt: ast.Stmt, change: ast.CallExpr, texts: set[str], deciding: set[VariableName]
    ) -> bool:
        """Whether what a change hangs on, and `stmt` doesn't, has to do with these conditions."""
        outer = self._around[change]
        for _ in range(_NEAR):
            if outer is None or outer.choice.span.holds(stmt.span.start):
                break
            if outer.choice not in self._hang_on:
                self._hang_on[outer.choice] = _hangs_on(self._code, outer.choice)
            items, written = self._hang_on[outer.choice]
            if not deciding.isdisjoint(items) or not texts.isdisjoint(written):
                return True
            outer = outer.around
        return False

    def _loop(self, stmt: ast.ForStmt | ast.RangeStmt, ways: _Ways, label: str | None) -> _Ways:
        target = _Target(label, True)
        endless = isinstance(stmt, ast.ForStmt) and stmt.cond is None
        if isinstance(stmt, ast.ForStmt):
            ways = self._statement(stmt.init, ways, None)
        else:
            ways = self._evaluate(stmt.x, ways)
        self._targets.append(target)
        while True:
            inside = ways
            if isinstance(stmt, ast.ForStmt) and stmt.cond is not None:
                inside = self._evaluate(stmt.cond, inside)
            after = self._statement(stmt.body, inside, None) | target.continued
            if isinstance(stmt, ast.ForStmt):
                after = self._statement(stmt.post, after, None)
            if after <= ways:  # a further round adds nothing
                break
            ways |= after
        self._targets.pop()
        return target.broken if endless else inside | target.broken

    def _choice(
        self, bodies: Iterable[tuple[ast.Stmt, ...]], ways: _Ways, label: str | None, whole: bool
    ) -> _Ways:
        target = _Target(label, False)
        self._targets.append(target)
        out = _NOWHERE if whole else ways
        fallen = _NOWHERE
        for body in bodies:
            falls = bool(body) and isinstance(body[-1], ast.BranchStmt) and body[-1].token == "fallthrough"
            done = self._statements(body[:-1] if falls else body, ways | fallen)
            fallen = done if falls else _NOWHERE
            out |= _NOWHERE if falls else done
        self._targets.pop()
        return out | target.broken

    def _branch(self, stmt: ast.BranchStmt, ways: _Ways) -> _Ways:
        label = None if stmt.label is None else stmt.label.name
        for target in reversed(self._targets):
            fits = target.label == label if label is not None else target.loop or stmt.token == "break"
            if fits and stmt.token == "break":
                target.broken |= ways
                return _NOWHERE
            if fits and stmt.token == "continue":
                target.continued |= ways
                return _NOWHERE
        raise _CannotFollowError

    # --- expressions

    def _evaluate(self, node: ast.Node, ways: _Ways) -> _Ways:
        """What holds after `node`, whose calls are made innermost first."""
        if isinstance(node, ast.FuncLit):
            if any(item is self._record for _, item in self._code.variables_in(node)):
                raise _CannotFollowError
            return ways
        if isinstance(node, ast.SelectorExpr) and self._is_record(node.x):
            return ways  # the receiver of a call, which is looked at there
        if isinstance(node, ast.BinaryExpr) and self._is_nil_check(node):
            for side in (ast.unparen(node.x), ast.unparen(node.y)):
                ways = ways if self._is_record(side) else self._evaluate(side, ways)
            return ways
        if id(node) in self._reads and isinstance(node, ast.CallExpr):
            for argument in node.args:
                ways = ways if self._is_record(ast.unparen(argument)) else self._evaluate(argument, ways)
            return ways
        if self._is_record(node):
            return _STORED if ways else ways  # handed to somebody who may store it
        if isinstance(node, ast.AssignStmt) and any(map(self._is_record, (*node.lhs, *node.rhs))):
            raise _CannotFollowError
        for child in self._parts(node):
            ways = self._evaluate(child, ways)
        if not isinstance(node, ast.CallExpr) or not ways:
            return ways
        if id(node) in self._leaves:
            return _NOWHERE
        fun = ast.unparen(node.fun)
        if isinstance(fun, ast.SelectorExpr) and self._is_record(fun.x):
            if id(node) in self._changes:
                return frozenset(node if first is None else first for first in ways)
            if id(node) in self._stores:
                return _STORED
        return ways

    def _parts(self, node: ast.Node) -> list[ast.Node]:
        """The nodes directly below one. Chains of operators lean to the left, and may be long: of those all
        that is between the operators, up to a comparison with nil."""
        parts: list[ast.Node] = []
        while isinstance(node, ast.BinaryExpr) and not self._is_nil_check(node):
            parts.append(node.y)
            node = node.x
        return [node, *reversed(parts)] if parts else ast.children(node)

    def _is_nil_check(self, node: ast.BinaryExpr) -> bool:
        if node.op not in ("==", "!="):
            return False
        return any(isinstance(self._code.object_of(ast.unparen(side)), Nil) for side in (node.x, node.y))

    def _is_record(self, node: ast.Node) -> bool:
        return isinstance(node, ast.Ident) and self._code.object_of(node) is self._record


def _conditions(stmt: ast.Stmt) -> list[ast.Expr]:
    """The expressions that a statement chooses by."""
    match stmt:
        case ast.IfStmt():
            return [stmt.cond]
        case ast.SwitchStmt():
            values = [value for clause in stmt.clauses for value in clause.values]
            return values if stmt.tag is None else [stmt.tag, *values]
        case ast.TypeSwitchStmt():
            return [stmt.x]
        case ast.ForStmt():
            return [] if stmt.cond is None else [stmt.cond]
    return []


def _choices_around(code: Code) -> dict[ast.CallExpr, _Choice | None]:
    """For each call the statements around it that choose whether it is made, innermost first."""
    found: dict[ast.CallExpr, _Choice | None] = {}
    pending: list[tuple[ast.Node, _Choice | None]] = [(each, None) for each in code.statements]
    while pending:
        node, around = pending.pop()
        if isinstance(node, ast.CallExpr):
            found[node] = around
        inner = _Choice(node, around) if isinstance(node, _CHOOSING) else around
        pending += [(child, inner) for child in ast.children(node)]
    return found


def _hangs_on(code: Code, choice: ast.Stmt) -> tuple[set[Object], set[str]]:
    """The variables that a statement chooses by, or sets, and the conditions that go with it."""
    items: set[Object] = set(code.set_in(choice))
    if isinstance(choice, ast.RangeStmt):
        return items, {f"len({code.text(choice.x)}) {sign} 0" for sign in (">", "==", "!=")}
    conditions = _conditions(choice)
    items.update(item for each in conditions for _, item in code.variables_in(each))
    return items, {code.text(each).lstrip("!") for each in conditions}
