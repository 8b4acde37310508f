"""MG304: a loop without a way out.

Not for: loops that end but never look at their context (MG314).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.universe import CONTEXT
from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports `for {}` that nothing leaves: no `break` out of it, no `return`, no `panic`, no `goto`; and that does
not look at a context either.

## Why is this bad?

The call never ends by itself. Fenced, it is killed with its worker when its time is up; unfenced, it keeps a
thread of the server busy for good.

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

_LEAVE = ("panic", "os.Exit", "syscall.Exit", "runtime.Goexit", "log.Fatal*", "log.Panic*")


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        loops = [node for node in code.of_kind(ast.ForStmt) if _is_endless(code, node)]
        if not loops:
            continue
        leaving = {id(call) for call, _ in code.calls(*_LEAVE)}
        labels = {id(node.stmt): node.label.name for node in code.of_kind(ast.LabeledStmt)}
        for node in loops:
            if _is_left(node, labels.get(id(node)), leaving) or _looks_at_context(code, node):
                continue
            keyword = Location(code.file.path, Span(node.span.start, node.span.start + len("for")))
            yield RULE.finding(
                "nothing leaves this loop: give it an end, or look at ctx", keyword, code.way()
            )


def _is_endless(code: Code, loop: ast.ForStmt) -> bool:
    return loop.cond is None or code.is_true(loop.cond)


def _is_left(loop: ast.ForStmt, label: str | None, leaving: set[int]) -> bool:
    """Whether anything in a loop leads out of it. A closure's return leads out of the closure alone, a panic
    in one that is called on the spot, or handed to a function that may call it, out of both."""
    pending: list[tuple[ast.Node, bool]] = [(loop.body, True)]
    while pending:
        node, breaks = pending.pop()
        match node:
            case ast.ReturnStmt():
                return True
            case ast.BranchStmt(token="break"):
                # A label that is not the loop's own names one around it, or a statement inside.
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


def _looks_at_context(code: Code, loop: ast.ForStmt) -> bool:
    return any(
        isinstance(node, ast.Ident | ast.SelectorExpr | ast.CallExpr) and code.type_of(node) == CONTEXT
        for node in ast.walk(loop)
    )


RULE = Rule(
    code="MG304",
    name="unbounded-loop",
    severity="warning",
    summary="A loop has no way out and does not look at its context",
    text=TEXT,
    check=check,
    by_code=True,
)
