"""MG314: a function that a UDF reaches takes a context but never uses it."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.universe import CONTEXT
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.blocking_calls import blocking_calls
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports UDFs, and functions that they reach, that take a `context.Context`, loop or wait, and never use the
context.

## Why is this bad?

The context carries the caller's deadline. Code that ignores it runs on after the caller has given up; fenced,
the worker is killed in the middle of the work.

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

A UDF that does not need the deadline can do without the parameter.
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for place, ident in _contexts(code):
            if (ident is None or not _is_used(code, ident)) and _takes_time(code):
                name = ident.name if ident is not None and ident.name != "_" else "the context"
                message = f"{name} is never used, so this runs on after its deadline: check it, or remove it"
                yield RULE.finding(message, code.place(place), code.call_path())


def _contexts(code: Code) -> Iterator[tuple[ast.Node, ast.Ident | None]]:
    """The parameters of type context.Context: the node to report, and the name if it has one."""
    for ident, type_ in code.parameters():
        if type_ == CONTEXT:
            yield ident, ident
    for field in code.type.params.fields:
        if not field.names and code.type_of(field.type) == CONTEXT:
            yield field.type, None


def _takes_time(code: Code) -> bool:
    """Whether it loops or waits."""
    return (
        bool(code.of_kind(ast.ForStmt, ast.RangeStmt, ast.SelectStmt, ast.SendStmt))
        or any(node.op == "<-" for node in code.of_kind(ast.UnaryExpr))
        or any(
            True
            for _ in code.calls(
                "sync.Cond.Wait", "sync.WaitGroup.Wait", "golang.org/x/sync/errgroup.Group.Wait"
            )
        )
        or any(True for _ in blocking_calls(code))
    )


def _is_used(code: Code, parameter: ast.Ident) -> bool:
    declared = code.object_of(parameter)
    return declared is not None and any(code.object_of(node) is declared for node in code.of_kind(ast.Ident))


RULE = Rule(
    code="MG314",
    name="context-ignored",
    severity="information",
    summary="A UDF takes a context, loops or waits, and never uses it",
    text=TEXT,
    check=check,
    by_code=True,
)
