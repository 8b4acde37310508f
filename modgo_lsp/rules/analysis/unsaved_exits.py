"""The exits of a function at which a changed record is not saved.

A forward data-flow analysis over the syntax tree. The state at a point is the set of the first unsaved change
on each path that leads there. Code that the analysis cannot follow (closures that use the record, aliases of
the record, goto) has no exits reported. If the record is changed under one condition and saved under another
one on the same variables, the two conditions are assumed to agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Union

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import Nil, Object, VariableName
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.analysis.error_returns import returns_error

_CHANGING = tuple(f"{SDK_PATH}.Record.{name}" for name in ("Set", "Unset", "SetTTL"))
# Calls that save a record.
SAVING = tuple(f"{SDK_PATH}.Record.{name}" for name in ("Create", "Update", "Remove"))
_READING = f"{SDK_PATH}.Get"
# Calls that do not return.
NO_RETURN = ("panic", "os.Exit", "syscall.Exit", "runtime.Goexit", "log.Fatal*", "log.Panic*")

# The first unsaved change on each path to a point, None on paths without one. Empty: the point is
# unreachable.
_State = frozenset[Union[ast.CallExpr, None]]
_SAVED: _State = frozenset([None])
_UNREACHABLE: _State = frozenset()

# Statements that decide whether their body runs.
_CONDITIONAL = (ast.IfStmt, ast.SwitchStmt, ast.TypeSwitchStmt, ast.ForStmt, ast.RangeStmt)
# How many of these statements around a change are considered.
_MAX_CONDITIONS = 20
# How many unsaved changes a condition is compared with: the first ones, of which one is reported.
_MAX_CHANGES = 50


class Exit(NamedTuple):
    """An exit at which the change `first` is lost. `statement` is None at the end of the body."""

    first: ast.CallExpr
    statement: ast.ReturnStmt | None


class _Condition(NamedTuple):
    """A conditional statement, and the one around it."""

    statement: ast.Stmt
    around: _Condition | None


class _CannotFollowError(Exception):
    """The function does something with the record that this analysis does not follow."""


class _Target:
    """A statement that break and continue can refer to, with the states of those that do."""

    def __init__(self, label: str | None, loop: bool) -> None:
        self.label = label
        self.loop = loop
        self.break_state: _State = _UNREACHABLE
        self.continue_state: _State = _UNREACHABLE


def unsaved_exits(code: Code, record: Object) -> list[Exit]:
    """The exits at which a change of `record` is lost, in source order; none if the code cannot be
    followed."""
    try:
        return _Flow(code, record).exits()
    except _CannotFollowError:
        return []


class _Flow:
    def __init__(self, code: Code, record: Object) -> None:
        self._code = code
        self._record = record
        self._returns_error = returns_error(code)
        self._changing = {id(call) for call, _ in code.calls(*_CHANGING)}
        self._saving = {id(call) for call, _ in code.calls(*SAVING)}
        self._exiting = {id(call) for call, _ in code.calls(*NO_RETURN)}
        self._reading = {id(call) for call, _ in code.calls(_READING)}
        self._around = _conditions_around(code)
        self._related: dict[ast.Stmt, tuple[set[Object], set[str]]] = {}
        self._targets: list[_Target] = []
        self._found: dict[tuple[int, int], Exit] = {}
        self._deferred = False

    def exits(self) -> list[Exit]:
        end = self._statements(self._code.statements, _SAVED)
        if self._code.type.results is None or not self._code.type.results.fields:
            self._exit(end, None)
        found = sorted(self._found.values(), key=lambda each: each.first.span.start)
        return [] if self._deferred else found

    def _exit(self, state: _State, statement: ast.ReturnStmt | None) -> None:
        for first in state:
            if first is not None:
                offset = -1 if statement is None else statement.span.start
                self._found[first.span.start, offset] = Exit(first, statement)

    # --- statements

    def _statements(self, statements: Iterable[ast.Stmt], state: _State) -> _State:
        for statement in statements:
            state = self._statement(statement, state, None)
        return state

    def _statement(self, stmt: ast.Stmt | None, state: _State, label: str | None) -> _State:
        match stmt:
            case None | ast.EmptyStmt():
                return state
            case ast.LabeledStmt():
                return self._statement(stmt.stmt, state, stmt.label.name)
            case ast.BlockStmt():
                return self._statements(stmt.statements, state)
            case ast.ReturnStmt():
                return self._return(stmt, self._evaluate(stmt, state))
            case ast.IfStmt():
                return self._if(stmt, state)
            case ast.ForStmt() | ast.RangeStmt():
                return self._loop(stmt, state, label)
            case ast.SwitchStmt() | ast.TypeSwitchStmt():
                state = self._statement(stmt.init, state, None)
                head = stmt.tag if isinstance(stmt, ast.SwitchStmt) else stmt.x
                state = state if head is None else self._evaluate(head, state)
                state = self._without_agreeing(stmt, _conditions(stmt), state)
                bodies = [clause.body for clause in stmt.clauses]
                exhaustive = any(clause.default for clause in stmt.clauses)
                return self._branches(bodies, state, label, exhaustive)
            case ast.SelectStmt():
                communications = [
                    (*((clause.comm,) if clause.comm else ()), *clause.body) for clause in stmt.clauses
                ]
                return self._branches(communications, state, label, True)
            case ast.BranchStmt():
                return self._jump(stmt, state)
            case ast.DeferStmt():
                self._deferred = self._deferred or id(ast.unparen(stmt.call)) in self._saving
                return state if self._deferred else self._evaluate(stmt, state)
        return self._evaluate(stmt, state)

    def _if(self, stmt: ast.IfStmt, state: _State) -> _State:
        """The state after all branches of an if-else chain, which may be long."""
        out = _UNREACHABLE
        while True:
            state = self._evaluate(stmt.cond, self._statement(stmt.init, state, None))
            state = self._without_agreeing(stmt, (stmt.cond,), state)
            out |= self._statement(stmt.body, state, None)
            if not isinstance(stmt.else_, ast.IfStmt):
                return out | self._statement(stmt.else_, state, None)
            stmt = stmt.else_

    def _return(self, stmt: ast.ReturnStmt, state: _State) -> _State:
        if not self._returns_error or self._is_nil(stmt):
            self._exit(state, stmt)
        return _UNREACHABLE

    def _is_nil(self, stmt: ast.ReturnStmt) -> bool:
        """Whether the error that is returned is certainly nil: nil itself, or a variable that is never
        set."""
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
        if not isinstance(item, VariableName) or item.value is not None:
            return False
        begins_nil = any(
            each.span.holds(item.ident.span.start) for each in (results, *self._code.statements) if each
        )
        return begins_nil and item.origin != "switch" and not self._code.is_set_again(item)

    def _without_agreeing(self, stmt: ast.Stmt, conditions: Iterable[ast.Expr], state: _State) -> _State:
        """The state without the changes that were made under conditions on the same variables as
        `conditions`, or next to a statement that sets one of these variables."""
        if state <= _SAVED:
            return state
        conditions = tuple(conditions)
        texts = {self._code.text(each).lstrip("!") for each in conditions}
        deciding = {item for each in conditions for _, item in self._code.variables_in(each)}
        deciding.discard(self._record)
        changes = sorted((each for each in state if each is not None), key=lambda call: call.span.start)
        others = frozenset(
            None if self._agrees(stmt, first, texts, deciding) else first for first in changes[:_MAX_CHANGES]
        )
        return others | _SAVED if None in state else others

    def _agrees(
        self, stmt: ast.Stmt, change: ast.CallExpr, texts: set[str], deciding: set[VariableName]
    ) -> bool:
        """Whether the conditions around a change, but not around `stmt`, are related to the conditions of
        `stmt`."""
        outer = self._around[change]
        for _ in range(_MAX_CONDITIONS):
            if outer is None or outer.statement.span.holds(stmt.span.start):
                break
            if outer.statement not in self._related:
                self._related[outer.statement] = _related_to(self._code, outer.statement)
            items, written = self._related[outer.statement]
            if not deciding.isdisjoint(items) or not texts.isdisjoint(written):
                return True
            outer = outer.around
        return False

    def _loop(self, stmt: ast.ForStmt | ast.RangeStmt, state: _State, label: str | None) -> _State:
        target = _Target(label, True)
        endless = isinstance(stmt, ast.ForStmt) and stmt.cond is None
        if isinstance(stmt, ast.ForStmt):
            state = self._statement(stmt.init, state, None)
        else:
            state = self._evaluate(stmt.x, state)
        self._targets.append(target)
        while True:
            inside = state
            if isinstance(stmt, ast.ForStmt) and stmt.cond is not None:
                inside = self._evaluate(stmt.cond, inside)
            after = self._statement(stmt.body, inside, None) | target.continue_state
            if isinstance(stmt, ast.ForStmt):
                after = self._statement(stmt.post, after, None)
            if after <= state:  # another iteration adds nothing
                break
            state |= after
        self._targets.pop()
        return target.break_state if endless else inside | target.break_state

    def _branches(
        self, bodies: Iterable[tuple[ast.Stmt, ...]], state: _State, label: str | None, exhaustive: bool
    ) -> _State:
        target = _Target(label, False)
        self._targets.append(target)
        out = _UNREACHABLE if exhaustive else state
        fallen = _UNREACHABLE
        for body in bodies:
            falls = bool(body) and isinstance(body[-1], ast.BranchStmt) and body[-1].token == "fallthrough"
            done = self._statements(body[:-1] if falls else body, state | fallen)
            fallen = done if falls else _UNREACHABLE
            out |= _UNREACHABLE if falls else done
        self._targets.pop()
        return out | target.break_state

    def _jump(self, stmt: ast.BranchStmt, state: _State) -> _State:
        label = None if stmt.label is None else stmt.label.name
        for target in reversed(self._targets):
            matches = target.label == label if label is not None else target.loop or stmt.token == "break"
            if matches and stmt.token == "break":
                target.break_state |= state
                return _UNREACHABLE
            if matches and stmt.token == "continue":
                target.continue_state |= state
                return _UNREACHABLE
        raise _CannotFollowError

    # --- expressions

    def _evaluate(self, node: ast.Node, state: _State) -> _State:
        """The state after `node` is evaluated. Inner calls are made first."""
        if isinstance(node, ast.FuncLit):
            if any(item is self._record for _, item in self._code.variables_in(node)):
                raise _CannotFollowError
            return state
        if isinstance(node, ast.SelectorExpr) and self._is_record(node.x):
            return state  # the receiver of a call, which is handled with the call
        if isinstance(node, ast.BinaryExpr) and self._is_nil_check(node):
            for side in (ast.unparen(node.x), ast.unparen(node.y)):
                state = state if self._is_record(side) else self._evaluate(side, state)
            return state
        if id(node) in self._reading and isinstance(node, ast.CallExpr):
            for argument in node.args:
                state = state if self._is_record(ast.unparen(argument)) else self._evaluate(argument, state)
            return state
        if self._is_record(node):
            return _SAVED if state else state  # passed to code that may save it
        if isinstance(node, ast.AssignStmt) and any(map(self._is_record, (*node.lhs, *node.rhs))):
            raise _CannotFollowError
        for child in self._operands(node):
            state = self._evaluate(child, state)
        if not isinstance(node, ast.CallExpr) or not state:
            return state
        if id(node) in self._exiting:
            return _UNREACHABLE
        fun = ast.unparen(node.fun)
        if isinstance(fun, ast.SelectorExpr) and self._is_record(fun.x):
            if id(node) in self._changing:
                return frozenset(node if first is None else first for first in state)
            if id(node) in self._saving:
                return _SAVED
        return state

    def _operands(self, node: ast.Node) -> list[ast.Node]:
        """The children of a node. A chain of binary operators, which may be long, counts as one node with all
        its operands, up to a comparison with nil."""
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
    """The expressions that decide which branch of a statement runs."""
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


def _conditions_around(code: Code) -> dict[ast.CallExpr, _Condition | None]:
    """For each call the conditional statements around it, innermost first."""
    found: dict[ast.CallExpr, _Condition | None] = {}
    pending: list[tuple[ast.Node, _Condition | None]] = [(each, None) for each in code.statements]
    while pending:
        node, around = pending.pop()
        if isinstance(node, ast.CallExpr):
            found[node] = around
        inner = _Condition(node, around) if isinstance(node, _CONDITIONAL) else around
        pending += [(child, inner) for child in ast.children(node)]
    return found


def _related_to(code: Code, statement: ast.Stmt) -> tuple[set[Object], set[str]]:
    """The variables that a conditional statement tests or sets, and the source of its conditions."""
    items: set[Object] = set(code.set_in(statement))
    if isinstance(statement, ast.RangeStmt):
        return items, {f"len({code.text(statement.x)}) {sign} 0" for sign in (">", "==", "!=")}
    conditions = _conditions(statement)
    items.update(item for each in conditions for _, item in code.variables_in(each))
    return items, {code.text(each).lstrip("!") for each in conditions}
