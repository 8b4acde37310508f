"""MG305: a package variable that a UDF writes unguarded.

Not for: records kept in one (MG306).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.objects import VariableName
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule
from modgo_lsp.syntax import ast

TEXT = """
## What it does

Reports code that a UDF reaches and that writes a package variable, or what one holds, without a lock taken
before, a `sync.Once` around it or an atomic type. A lock that a function on the way there takes counts.

## Why is this bad?

UDFs run in parallel: unfenced in many threads of one process, where an unguarded map ends the whole process
with "concurrent map writes". Fenced, each worker has variables of its own, so that what one call writes the
next may not see. As a cache, guarded, that is fine; as state it is not: keep it in records.

## Example

```go
var calls int

func Count(rec *udf.Record) int {
	calls++
	return calls
}
```

## Use instead

```go
func Count(rec *udf.Record) (int64, error) {
	calls, _ := rec.Int("calls")
	rec.Set("calls", calls+1)
	return calls + 1, rec.Update()
}
```
"""

# Of sync.Mutex, sync.RWMutex and all that embed or imitate them; their types need not be known.
_LOCKS = ("Lock", "TryLock")


def check(package: Package) -> Iterator[Finding]:
    if not any(code.remembered("writes", partial(_writes, code)) for code in package.reached):
        return
    locking = {code.declaration for code in package.reached if any(True for _ in code.methods(*_LOCKS))}
    on_the_way = {step.location for code in package.reached for step in code.steps}
    locked = {
        code.place(node)
        for code in package.reached
        if code.declaration in locking
        for node in code.nodes
        if isinstance(node, ast.CallExpr) and code.place(node) in on_the_way and _after_lock(code, node)
    }
    for code in package.reached:
        if any(step.location in locked for step in code.steps):
            continue
        once = [argument for call, _ in code.calls("sync.Once.Do") for argument in call.args]
        for ident, item in code.remembered("writes", partial(_writes, code)):
            if _after_lock(code, ident) or any(each.span.holds(ident.span.start) for each in once):
                continue
            declared = item.ident.span if item.ident is not None and item.file is not None else None
            here = (
                ((Location(item.file.path, declared), f"{item.name} is declared here"),)
                if declared is not None and item.file is not None
                else ()
            )
            yield RULE.finding(
                f"{item.name} is shared by UDFs that run in parallel: guard it with a lock, "
                "or keep what it holds in records",
                code.place(ident),
                (*here, *code.way()),
            )


def _after_lock(code: Code, node: ast.Node) -> bool:
    """Whether a lock is taken before `node`, in the order of the source."""
    return any(call.span.start < node.span.start for call in code.methods(*_LOCKS))


def _writes(code: Code) -> list[tuple[ast.Expr, VariableName]]:
    """The package variables that are assigned to, whole or in part."""
    found = []
    for node in code.nodes:
        targets: tuple[ast.Expr, ...] = ()
        match node:
            case ast.AssignStmt() if node.op != ":=":
                targets = node.lhs
            case ast.RangeStmt(op="="):
                targets = node.lhs
            case ast.IncDecStmt():
                targets = (node.x,)
            case ast.CallExpr() if node.args and code.is_builtin(node, "delete", "clear", "copy"):
                targets = node.args[:1]
        for target in targets:
            base = _base(code, target)
            item = code.package_variable(base)
            if item is not None:
                found.append((base, item))
    return found


def _base(code: Code, target: ast.Expr) -> ast.Expr:
    """The variable that an assignment to `target` changes: `m` of m[k].f."""
    while True:
        target = ast.unparen(target)
        if code.selected(target) is not None or not isinstance(
            target, ast.IndexExpr | ast.StarExpr | ast.SliceExpr | ast.SelectorExpr
        ):
            return target
        target = target.x


RULE = Rule(
    code="MG305",
    name="shared-state",
    severity="warning",
    summary="A UDF writes a package variable without a lock",
    text=TEXT,
    check=check,
)
