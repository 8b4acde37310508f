"""MG310: nobody looks whether a record was stored.

Not for: forgetting to store it (MG311).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.analysis.error_returns import returned, statement_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports calls of a record's `Create`, `Update` and `Remove` whose error is dropped, also behind `defer` and
`go`. Assigning it to `_` is a decision, and left alone.

## Why is this bad?

Records are stored by these calls and by nothing else. Each `Set` that failed before says so here; the server
may be out of space, the record gone, the caller without the right to write. Who drops the error tells the
caller that all is well.

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

The fix returns the error where there is one. It is unsafe: what follows is not done then.
"""

_STORES = tuple(f"{SDK_PATH}.Record.{name}" for name in ("Create", "Update", "Remove"))


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        stores = list(code.calls(*_STORES))
        dropped = _dropped(code) if stores else set()
        for call, name in stores:
            if call in dropped:
                method = name.rpartition(".")[2]
                message = f"{method} says here whether the record was stored, and nobody listens"
                yield RULE.finding(message, code.place(call), code.way(), _fix(code, call))


def _dropped(code: Code) -> set[ast.Expr]:
    """The calls whose results nobody takes."""
    alone = (node.x for node in code.of_kind(ast.ExprStmt))
    started = (node.call for node in code.of_kind(ast.GoStmt))
    deferred = (node.call for node in code.of_kind(ast.DeferStmt))
    return {ast.unparen(expr) for expr in (*alone, *started, *deferred)}


def _fix(code: Code, call: ast.CallExpr) -> Iterator[Fix]:
    statement = statement_of(code, call)
    written = returned(code, "err")
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
    summary="The error of Create, Update or Remove is dropped",
    text=TEXT,
    fix="return it",
    check=check,
    by_code=True,
)
