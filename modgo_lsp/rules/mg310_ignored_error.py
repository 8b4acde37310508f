"""MG310: the error of storing a record is ignored."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.error_returns import return_statement, statement_of
from modgo_lsp.rules.analysis.unsaved_exits import SAVING
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports calls of a record's `Create`, `Update` and `Remove` whose error is ignored, also in `defer` and `go`
statements. Assigning the error to `_` is a decision, and is not reported.

## Why is this bad?

Only these calls store the record, and their error includes that of each `Set` before. The server may be out
of space, the record may be gone, or the caller may not be allowed to write. If the error is ignored, the
caller gets the answer that all went well.

## Example

```go
func Touch(rec *udf.Record) error {
	rec.Set("touched", true)
	rec.Update()
	return nil
}
```

## Use instead

```go
func Touch(rec *udf.Record) error {
	rec.Set("touched", true)
	return rec.Update()
}
```

## Fix safety

The fix returns the error if there is one. It is unsafe because the rest of the function is then skipped.
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        stores = list(code.calls(*SAVING))
        dropped = _dropped(code) if stores else set()
        for call, name in stores:
            if call in dropped:
                method = name.rpartition(".")[2]
                message = f"the error of {method} is ignored, so nobody learns that it failed: return it"
                yield RULE.finding(message, code.place(call), code.call_path(), _fix(code, call))


def _dropped(code: Code) -> set[ast.Expr]:
    """The calls whose results are not used."""
    alone = (node.x for node in code.of_kind(ast.ExprStmt))
    started = (node.call for node in code.of_kind(ast.GoStmt))
    deferred = (node.call for node in code.of_kind(ast.DeferStmt))
    return {ast.unparen(expr) for expr in (*alone, *started, *deferred)}


def _fix(code: Code, call: ast.CallExpr) -> Iterator[Fix]:
    statement = statement_of(code, call)
    written = return_statement(code, "err")
    if statement is None or written is None:
        return
    text = code.file.document.text
    start = text.rfind(b"\n", 0, statement.span.start) + 1
    indent = text[start : statement.span.start].decode("utf-8", "replace")
    if indent.strip():
        return
    handled = f"if err := {code.text(statement)}; err != nil {{\n{indent}\t{written}\n{indent}}}"
    if b"\r\n" in text:
        handled = handled.replace("\n", "\r\n")
    yield Fix("Return the error", False, (Edit(code.place(statement), handled),))


RULE = Rule(
    code="MG310",
    name="ignored-error",
    severity="warning",
    summary="The error of Create, Update or Remove is ignored",
    text=TEXT,
    fix="return it",
    check=check,
    by_code=True,
)
