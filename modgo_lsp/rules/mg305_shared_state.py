"""MG305: a UDF writes a package variable without a lock."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import VariableName
from modgo_lsp.golang.types.types import Map, Pointer, Slice
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.locks import Locks
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports code that a UDF reaches and that writes a package variable, or a map, slice or value that one holds,
without holding a lock, outside of a `sync.Once` and without an atomic type. A lock taken by a caller on the
path from the UDF counts, and so does a lock taken by the function that a closure is passed to. A lock that
was released before the write does not count.

## Why is this bad?

UDFs run in parallel. Unfenced, they run in many threads of one process, and unguarded writes to a map end the
process with "concurrent map writes". Fenced, each worker has its own variables, so what one call writes the
next may not see. A guarded variable works as a cache, but state belongs in records.

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


def check(package: Package) -> Iterator[Finding]:
    if not any(code.cached("writes", partial(_writes, code)) for code in package.reached):
        return
    locks = Locks(package.reached)
    for code in package.reached:
        if locks.are_held_by_callers(code):
            continue
        for ident, item in code.cached("writes", partial(_writes, code)):
            if locks.are_held(code, ident):
                continue
            declared = Location(item.file.path, item.ident.span)
            yield RULE.finding(
                f"{item.name} is shared by UDFs that run in parallel: guard it with a lock, "
                "or store its value in records",
                code.place(ident),
                ((declared, f"{item.name} is declared here"), *code.call_path()),
            )


def _writes(code: Code) -> list[tuple[ast.Expr, VariableName]]:
    """The package variables that are assigned to, whole or in part, directly or through an alias, each with
    the expression that names it."""
    found = []
    for node in code.of_kind(ast.AssignStmt, ast.RangeStmt, ast.IncDecStmt, ast.CallExpr):
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
            if item is None and (base is not ast.unparen(target) or isinstance(node, ast.CallExpr)):
                item = _shared(code, base)
            if item is not None:
                found.append((base, item))
    return found


def _shared(code: Code, ident: ast.Expr) -> VariableName | None:
    """The package variable that a local variable points to, or shares a map or slice with."""
    value = code.only_value(ident)
    if value is None:
        return None
    value = ast.unparen(value)
    if isinstance(value, ast.UnaryExpr) and value.op == "&":
        return code.package_variable(_base(code, value.x))
    if isinstance(value, ast.Ident | ast.SelectorExpr | ast.IndexExpr | ast.SliceExpr | ast.StarExpr):
        item = code.package_variable(_base(code, value))
        if item is not None and isinstance(code.underlying(code.type_of(value)), Map | Slice | Pointer):
            return item
    return None


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
