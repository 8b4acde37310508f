"""MG306: a record or stream outlives its call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk_types import RECORD_POINTER, STREAM_POINTER
from modgo_lsp.rules.analysis.goroutines import unawaited
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `*udf.Record` or `*udf.Stream` that outlives the call it was passed to, because it is

- stored in a package variable,
- sent to a channel, unless all receivers are goroutines that the function itself starts and waits for,
- passed to a goroutine that nothing waits for, or to `time.AfterFunc`, or
- captured by a function literal or a method value that is stored or sent, or by a literal that the UDF
  returns.

## Why is this bad?

A record belongs to its call. After the call the server may have reused its memory. The SDK then refuses every
operation on the record, so the intended work is not done.

## Example

```go
var last *udf.Record

func Touch(rec *udf.Record) {
	last = rec
}
```

## Use instead

```go
var last atomic.Value

func Touch(rec *udf.Record) {
	last.Store(rec.Bin("name"))
}
```
"""


_CALL_BOUND = (RECORD_POINTER, STREAM_POINTER)
# Methods of Go's library that store their argument.
_STORING_METHODS = (
    *("sync.Map.Store", "sync.Map.LoadOrStore", "sync.Map.Swap", "sync.Pool.Put"),
    *("sync/atomic.Value.Store", "sync/atomic.Value.Swap"),
    *("sync/atomic.Pointer.Store", "sync/atomic.Pointer.Swap"),
    *("container/list.List.PushBack", "container/list.List.PushFront"),
)

# Functions that call their argument later.
_CALLING_LATER = ("time.AfterFunc", "context.AfterFunc")


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        reported: set[int] = set()
        for ident, how in _escapes(code):
            if ident.span.start not in reported:
                reported.add(ident.span.start)
                held = f"{_named(code, ident)} {how}"
                message = f"{held}, but is invalid after its call: copy the values that you need"
                yield RULE.finding(message, code.place(ident), code.call_path())


def _named(code: Code, ident: ast.Ident) -> str:
    kind = code.type_of(ident)
    if kind in _CALL_BOUND:
        return "the record" if kind == RECORD_POINTER else "the stream"
    return f"what {ident.name} holds"


def _escapes(code: Code) -> Iterator[tuple[ast.Ident, str]]:
    for node in code.of_kind(ast.AssignStmt, ast.SendStmt, ast.ReturnStmt):
        match node:
            case ast.AssignStmt() if node.op != ":=":
                for index, target in enumerate(node.lhs):
                    if _is_shared(code, target) and index < len(node.rhs):
                        yield from _with_reason(
                            _held(code, node.rhs[index]), "is stored in a package variable"
                        )
            case ast.SendStmt() if not _stays_inside(code, node.chan):
                yield from _with_reason(_held(code, node.value), "is sent to a channel")
            case ast.ReturnStmt() if code.is_udf:
                # A function other than the UDF may return it to a caller that calls it at once.
                for result in node.results:
                    if isinstance(ast.unparen(result), ast.FuncLit):
                        yield from _with_reason(_held(code, result), "is held by a function that is returned")
    for call, _ in code.calls(*_STORING_METHODS):
        fun = ast.unparen(call.fun)
        if isinstance(fun, ast.SelectorExpr) and _is_shared(code, fun.x):
            for argument in call.args:
                yield from _with_reason(_held(code, argument), "is stored in a package variable")
    timed = {id(call): call for call, _ in code.calls(*_CALLING_LATER)}
    for node in code.of_kind(ast.ExprStmt) if timed else ():
        # Code that keeps the timer may stop it.
        later = timed.get(id(ast.unparen(node.x)))
        for argument in () if later is None else later.args[1:]:
            yield from _with_reason(_held(code, argument), "is held by a function that runs later")
    for _, run in unawaited(code):
        yield from _with_reason(_held_in_call(code, run), "is passed to a goroutine that nothing waits for")


def _stays_inside(code: Code, channel: ast.Expr) -> bool:
    """Whether only goroutines that the function starts and waits for receive from a channel."""
    item = code.object_of(ast.unparen(channel))
    if not isinstance(item, VariableName) or item.owner is not None or item.ident is None:
        return False
    own = any(statement.span.holds(item.ident.span.start) for statement in code.statements)
    started = bool(code.of_kind(ast.GoStmt))
    return own and started and not any(True for _ in unawaited(code))


def _with_reason(idents: Iterable[ast.Ident], how: str) -> Iterator[tuple[ast.Ident, str]]:
    return ((ident, how) for ident in idents)


def _is_shared(code: Code, target: ast.Expr) -> bool:
    """Whether an assignment to `target` stores in a package variable."""
    while True:
        target = ast.unparen(target)
        if isinstance(target, ast.IndexExpr | ast.StarExpr):
            target = target.x
        elif isinstance(target, ast.SelectorExpr):
            selected = code.selected(target)
            if selected is not None:
                return True  # a variable of another package
            target = target.x
        else:
            return code.is_package_variable(code.object_of(target))


def _held(code: Code, value: ast.Expr) -> Iterator[ast.Ident]:
    """The identifiers of the records and streams that a value holds: it is one, contains some, is a function
    literal that captures some, or a method value of one. The result of a call does not hold its arguments."""
    pending: list[ast.Node] = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FuncLit):
            yield from _captured(code, node)
        elif isinstance(node, ast.Ident):
            if _belongs_to_call(code, node) or _holds_some(code, node):
                yield node
        elif isinstance(node, ast.SelectorExpr):
            if isinstance(code.object_of(node.x), VariableName) and code.type_of(node.x) in _CALL_BOUND:
                yield from _held(code, node.x)  # a method of it
            elif code.selected(node) is None and code.type_of(node) in _CALL_BOUND:
                yield node.sel
        elif isinstance(node, ast.CallExpr):
            if code.is_builtin(node, "append"):
                pending += node.args
            elif (converted := code.converted(node)) is not None:
                pending.append(converted)
        elif isinstance(node, ast.CompositeLit | ast.KeyValueExpr | ast.ParenExpr):
            pending += ast.children(node)
        elif isinstance(node, ast.StarExpr) or (isinstance(node, ast.UnaryExpr) and node.op == "&"):
            pending.append(node.x)


def _holds_some(code: Code, ident: ast.Ident) -> bool:
    """Whether a local variable is set once, to a value that holds records or streams."""
    value = code.only_value(ident)
    made = None if value is None else ast.unparen(value)
    if isinstance(made, ast.UnaryExpr) and made.op == "&":
        made = ast.unparen(made.x)
    return isinstance(made, ast.CompositeLit | ast.FuncLit) and any(True for _ in _held(code, made))


def _held_in_call(code: Code, expr: ast.Expr) -> Iterator[ast.Ident]:
    call = ast.unparen(expr)
    if isinstance(call, ast.CallExpr):
        for part in (call.fun, *call.args):
            inner = ast.unparen(part)
            # `go rec.Update()` passes the record.
            yield from _held(code, inner.x if isinstance(inner, ast.SelectorExpr) else inner)


def _captured(code: Code, literal: ast.FuncLit) -> Iterator[ast.Ident]:
    for ident, item in code.variables_in(literal):
        inside = literal.span.holds(item.ident.span.start)
        if not inside and _belongs_to_call(code, ident):
            yield ident


def _belongs_to_call(code: Code, ident: ast.Ident) -> bool:
    if not isinstance(code.object_of(ident), VariableName):
        return False
    return code.type_of(ident) in _CALL_BOUND


RULE = Rule(
    code="MG306",
    name="record-escape",
    severity="error",
    summary="A record or stream outlives the call that it belongs to",
    text=TEXT,
    check=check,
    by_code=True,
)
