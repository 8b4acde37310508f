"""MG304: a loop that never ends."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.universe import CONTEXT
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.unsaved_exits import NO_RETURN
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `for {}` that nothing leaves (no `break` out of it, no `return`, `panic` or `goto`) and that does
not check a context.

## Why is this bad?

The call never ends by itself. Fenced, its worker is killed when the time limit is reached; unfenced, it
occupies a thread of the server for good.

## Example

```go
for {
	step()
}
```

## Use instead

```go
for ctx.Err() == nil {
	if done := step(); done {
		break
	}
}
```
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        loops = [node for node in code.of_kind(ast.ForStmt) if _is_endless(code, node)]
        if not loops:
            continue
        leaving = {id(call) for call, _ in code.calls(*NO_RETURN)}
        labels = {id(node.stmt): node.label.name for node in code.of_kind(ast.LabeledStmt)}
        for node in loops:
            if _is_left(node, labels.get(id(node)), leaving) or _uses_context(code, node):
                continue
            keyword = Location(code.file.path, Span(node.span.start, node.span.start + len("for")))
            yield RULE.finding("this loop never ends: add a way out, or check ctx", keyword, code.call_path())


def _is_endless(code: Code, loop: ast.ForStmt) -> bool:
    return loop.cond is None or code.is_true(loop.cond)


def _is_left(loop: ast.ForStmt, label: str | None, leaving: set[int]) -> bool:
    """Whether anything in a loop leads out of it. A `return` in a closure leaves only the closure. A panic in
    one leaves the loop too, if the loop calls the closure or passes it to a function that may."""
    pending: list[tuple[ast.Node, bool]] = [(loop.body, True)]
    while pending:
        node, breaks = pending.pop()
        match node:
            case ast.ReturnStmt():
                return True
            case ast.BranchStmt(token="break"):
                # Another label than the loop's is one inside the loop, or one around it.
                named = None if node.label is None else node.label.name
                if breaks if named is None else named == label or not _labels_inside(loop, named):
                    return True
            case ast.BranchStmt(token="goto"):
                if node.label is None or not _labels_inside(loop, node.label.name):
                    return True
            case ast.BranchStmt(token="continue"):
                named = None if node.label is None else node.label.name
                if named is not None and named != label and not _labels_inside(loop, named):
                    return True
        if isinstance(node, ast.CallExpr) and any(id(inner) in leaving for inner in ast.walk(node)):
            return True
        if isinstance(node, ast.FuncLit):
            continue
        inner = isinstance(
            node, ast.ForStmt | ast.RangeStmt | ast.SwitchStmt | ast.TypeSwitchStmt | ast.SelectStmt
        )
        pending += [(child, breaks and not inner) for child in ast.children(node)]
    return False


def _labels_inside(loop: ast.ForStmt, label: str) -> bool:
    return any(isinstance(node, ast.LabeledStmt) and node.label.name == label for node in ast.walk(loop.body))


def _uses_context(code: Code, loop: ast.ForStmt) -> bool:
    return any(
        isinstance(node, ast.Ident | ast.SelectorExpr | ast.CallExpr) and code.type_of(node) == CONTEXT
        for node in ast.walk(loop)
    )


RULE = Rule(
    code="MG304",
    name="unbounded-loop",
    severity="warning",
    summary="A loop has no way out and does not check a context",
    text=TEXT,
    check=check,
    by_code=True,
)
