"""MG306: a record or stream that is kept after its call.

Not for: goroutines as such (MG302), or other values in package variables (MG305).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk_types import RECORD_POINTER, STREAM_POINTER
from modgo_lsp.rules.analysis.goroutines import left_alone
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `*udf.Record` or `*udf.Stream` that outlives the call it was given to: stored in a package variable,
sent to a channel (unless it is for goroutines that the function itself starts and waits for), handed to a
goroutine that nothing waits for or to `time.AfterFunc`, or held by a function literal or a method value that
is stored or sent, or a literal that the UDF returns.

## Why is this bad?

A record belongs to its call. Once that is over, the server may have given its memory to another; the SDK
refuses to touch it then, and what was meant to happen does not.

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


_BOUND = (RECORD_POINTER, STREAM_POINTER)
# Methods of Go's library that keep what they are given.
_KEEPING = (
    *("sync.Map.Store", "sync.Map.LoadOrStore", "sync.Map.Swap", "sync.Pool.Put"),
    *("sync/atomic.Value.Store", "sync/atomic.Value.Swap"),
    *("sync/atomic.Pointer.Store", "sync/atomic.Pointer.Swap"),
    *("container/list.List.PushBack", "container/list.List.PushFront"),
)

# Those that call the function that they are given when its time has come.
_LATER = ("time.AfterFunc", "context.AfterFunc")


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        said: set[int] = set()
        for ident, how in _escapes(code):
            if ident.span.start not in said:
                said.add(ident.span.start)
                held = f"{_named(code, ident)} {how}"
                message = f"{held}, and is of no use once its call is over: keep values instead"
                yield RULE.finding(message, code.place(ident), code.way())


def _named(code: Code, ident: ast.Ident) -> str:
    kind = code.type_of(ident)
    if kind in _BOUND:
        return "the record" if kind == RECORD_POINTER else "the stream"
    return f"what {ident.name} holds"


def _escapes(code: Code) -> Iterator[tuple[ast.Ident, str]]:
    for node in code.of_kind(ast.AssignStmt, ast.SendStmt, ast.ReturnStmt):
        match node:
            case ast.AssignStmt() if node.op != ":=":
                for index, target in enumerate(node.lhs):
                    if _is_kept(code, target) and index < len(node.rhs):
                        yield from _told(_held(code, node.rhs[index]), "is stored in a package variable")
            case ast.SendStmt() if not _stays_inside(code, node.chan):
                yield from _told(_held(code, node.value), "is sent to a channel")
            case ast.ReturnStmt() if code.is_udf:
                # Another function may return it to one that calls it at once.
                for result in node.results:
                    if isinstance(ast.unparen(result), ast.FuncLit):
                        yield from _told(_held(code, result), "is held by a function that is returned")
    for call, _ in code.calls(*_KEEPING):
        fun = ast.unparen(call.fun)
        if isinstance(fun, ast.SelectorExpr) and _is_kept(code, fun.x):
            for argument in call.args:
                yield from _told(_held(code, argument), "is stored in a package variable")
    timed = {id(call): call for call, _ in code.calls(*_LATER)}
    for node in code.of_kind(ast.ExprStmt) if timed else ():
        # Who takes the timer may stop it.
        later = timed.get(id(ast.unparen(node.x)))
        for argument in () if later is None else later.args[1:]:
            yield from _told(_held(code, argument), "is held by a function that runs later")
    for _, run in left_alone(code):
        yield from _told(_held_in_call(code, run), "goes to a goroutine that nothing waits for")


def _stays_inside(code: Code, channel: ast.Expr) -> bool:
    """Whether what is sent to a channel goes to goroutines that the function starts and waits for alone."""
    item = code.object_of(ast.unparen(channel))
    if not isinstance(item, VariableName) or item.owner is not None or item.ident is None:
        return False
    own = any(statement.span.holds(item.ident.span.start) for statement in code.statements)
    started = bool(code.of_kind(ast.GoStmt))
    return own and started and not any(True for _ in left_alone(code))


def _told(idents: Iterable[ast.Ident], how: str) -> Iterator[tuple[ast.Ident, str]]:
    return ((ident, how) for ident in idents)


def _is_kept(code: Code, target: ast.Expr) -> bool:
    """Whether what is assigned to `target` is kept in a package variable."""
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
    """The records and streams from outside that a value holds: it is one, is made of some, is a function
    literal that uses some, or a method of one. What a call gives does not hold what the call was given. A
    variable that holds some stands for them."""
    pending: list[ast.Node] = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FuncLit):
            yield from _captured(code, node)
        elif isinstance(node, ast.Ident):
            if _is_call_bound(code, node) or _holds_some(code, node):
                yield node
        elif isinstance(node, ast.SelectorExpr):
            if isinstance(code.object_of(node.x), VariableName) and code.type_of(node.x) in _BOUND:
                yield from _held(code, node.x)  # a method of it
            elif code.selected(node) is None and code.type_of(node) in _BOUND:
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
    """Whether a local variable was made of records or streams, where it is declared and for good."""
    value = code.held_by(ident)
    made = None if value is None else ast.unparen(value)
    if isinstance(made, ast.UnaryExpr) and made.op == "&":
        made = ast.unparen(made.x)
    return isinstance(made, ast.CompositeLit | ast.FuncLit) and any(True for _ in _held(code, made))


def _held_in_call(code: Code, expr: ast.Expr) -> Iterator[ast.Ident]:
    call = ast.unparen(expr)
    if isinstance(call, ast.CallExpr):
        for part in (call.fun, *call.args):
            inner = ast.unparen(part)
            # `go rec.Update()` takes the record along.
            yield from _held(code, inner.x if isinstance(inner, ast.SelectorExpr) else inner)


def _captured(code: Code, literal: ast.FuncLit) -> Iterator[ast.Ident]:
    for ident, item in code.variables_in(literal):
        declared = item.ident
        inside = declared is not None and literal.span.holds(declared.span.start)
        if not inside and _is_call_bound(code, ident):
            yield ident


def _is_call_bound(code: Code, ident: ast.Ident) -> bool:
    if not isinstance(code.object_of(ident), VariableName):
        return False
    return code.type_of(ident) in _BOUND


RULE = Rule(
    code="MG306",
    name="record-escape",
    severity="error",
    summary="A record or stream is kept after the call it belongs to",
    text=TEXT,
    check=check,
    by_code=True,
)
