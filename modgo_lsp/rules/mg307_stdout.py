"""MG307: a UDF prints to the standard output."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.rules.analysis.error_returns import statement_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports `fmt.Print`, `fmt.Printf`, `fmt.Println`, the builtins `print` and `println`, and `os.Stdout` in code
that a UDF reaches.

## Why is this bad?

A server has no terminal. What a UDF prints is lost, or ends up in the output of another program.

## Example

```go
fmt.Printf("bucket %s is empty\\n", name)
```

## Use instead

```go
udf.Log(udf.Info, "bucket is empty", "bucket", name)
```

`udf.Log` writes to the server's log, with the level and the source line. `udf/udfslog` does the same for
log/slog.

## Fix safety

The fix passes the same text to `udf.Log`. It is unsafe because the text goes elsewhere.
"""

_BUILTINS = ("print", "println")
_FMT = {"fmt.Print": "Sprint", "fmt.Printf": "Sprintf", "fmt.Println": "Sprint"}


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for call, name in code.calls(*_BUILTINS, *_FMT):
            message = f"nobody sees what {code.text(call.fun)} prints in a server: use udf.Log"
            yield RULE.finding(message, code.place(call), code.call_path(), _fix(code, call, name))
        for node in code.of_kind(ast.SelectorExpr):
            if code.selected(node) == ("os", "Stdout"):
                message = "nobody sees what goes to os.Stdout in a server: use udf.Log"
                yield RULE.finding(message, code.place(node), code.call_path())


def _fix(code: Code, call: ast.CallExpr, name: str) -> Iterator[Fix]:
    sdk = next((spec for spec in code.file.syntax.imports if spec.path == SDK_PATH), None)
    statement = statement_of(code, call)
    if name not in _FMT or sdk is None or statement is None or not isinstance(call.fun, ast.SelectorExpr):
        return
    called = "udf" if sdk.name is None else sdk.name.name
    if called in (".", "_") or not call.args:
        return
    document = code.file.document
    package = code.text(call.fun.x)
    arguments = document.text[call.args[0].span.start : call.span.end - 1].decode("utf-8", "replace")
    written = f"{called}.Log({called}.Info, {package}.{_FMT[name]}({arguments}))"
    yield Fix("Write it to the server's log", False, (Edit(code.place(statement), written),))


RULE = Rule(
    code="MG307",
    name="stdout",
    severity="warning",
    summary="A UDF prints to the standard output",
    text=TEXT,
    fix="write it to the server's log",
    check=check,
    by_code=True,
)
