"""MG314: a UDF takes a context and never looks at it.

Not for: UDFs that take none.
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import CONTEXT
from modgo_lsp.rules.rule import Rule
from modgo_lsp.syntax import ast

TEXT = """
## What it does

Points out UDFs that take a `context.Context`, loop or wait, and never use it.

## Why is this bad?

The context carries the caller's deadline. Who does not look at it works on after the caller has gone; fenced,
the worker is killed in the middle of it.

## Example

```go
func Sum(ctx context.Context, rec *udf.Record) (total int64) {
	for _, n := range numbers(rec) {
		total += n
	}
	return total
}
```

## Use instead

```go
func Sum(ctx context.Context, rec *udf.Record) (total int64, err error) {
	for _, n := range numbers(rec) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}
```

A UDF that has no use for the deadline takes no context.
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        if not code.is_udf or not _takes_time(code):
            continue
        for ident, type_ in code.parameters():
            if type_ == CONTEXT and not _is_used(code, ident):
                name = ident.name if ident.name != "_" else "the context"
                message = f"{name} is never looked at, so the UDF works on after its caller has gone"
                yield RULE.finding(message, code.place(ident))


def _takes_time(code: Code) -> bool:
    """Whether it loops or waits."""
    return any(
        isinstance(node, ast.ForStmt | ast.RangeStmt | ast.SelectStmt | ast.SendStmt)
        or (isinstance(node, ast.UnaryExpr) and node.op == "<-")
        for node in code.nodes
    ) or any(True for _ in code.calls("time.Sleep", "sync.WaitGroup.Wait", "sync.Cond.Wait"))


def _is_used(code: Code, parameter: ast.Ident) -> bool:
    declared = code.object_of(parameter)
    return declared is not None and any(code.object_of(node) is declared for node in code.nodes)


RULE = Rule(
    code="MG314",
    name="context-ignored",
    severity="information",
    summary="A UDF takes a context, loops or waits, and never looks at it",
    text=TEXT,
    check=check,
    by_code=True,
)
