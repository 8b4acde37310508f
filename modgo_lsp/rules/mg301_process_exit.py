"""MG301: a UDF ends the process that it runs in."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.universe import ERROR
from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.error_returns import return_statement, statement_of
from modgo_lsp.rules.analysis.unused_imports import without_import
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports calls that end the process or the goroutine that the UDF runs in: `os.Exit`, `log.Fatal` and its
variants, `runtime.Goexit`, `syscall.Exit`, `syscall.Kill` and `syscall.Exec`. Every function of the Go module
that a UDF reaches is checked.

## Why is this bad?

The caller gets "the worker died" instead of a reason. A fenced module loses a worker with each such call; an
unfenced one takes the Aerospike node down.

## Example

```go
func Withdraw(rec *udf.Record, n int64) error {
	if n < 0 {
		log.Fatalf("%d is negative", n)
	}
	…
}
```

## Use instead

```go
func Withdraw(rec *udf.Record, n int64) error {
	if n < 0 {
		return fmt.Errorf("%d is negative", n)
	}
	…
}
```

## Fix safety

The fix returns the error that was passed to `log.Fatal`, if the function returns an error. It is unsafe
because the functions that called this one run on.
"""

_ENDS = {
    "os.Exit": "os.Exit ends the process",
    "syscall.Exit": "syscall.Exit ends the process",
    "syscall.Kill": "syscall.Kill may end the process",
    "syscall.Exec": "syscall.Exec replaces the process with another program",
    "runtime.Goexit": "runtime.Goexit ends the goroutine that the UDF runs on",
}
_FATAL = ("log.Fatal*", "log.Logger.Fatal*")


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for call, name in code.calls(*_ENDS, *_FATAL):
            what = _ENDS.get(name) or f"{code.text(call.fun)} ends the process"
            yield RULE.finding(
                f"{what}: return an error instead, so that only this call fails",
                code.place(call),
                code.call_path(),
                _fix(code, call),
            )


def _fix(code: Code, call: ast.CallExpr) -> Iterator[Fix]:
    statement = statement_of(code, call)
    if statement is None or len(call.args) != 1 or code.type_of(call.args[0]) != ERROR:
        return
    written = return_statement(code, code.text(call.args[0]))
    if written is not None:
        edit = Edit(code.place(statement), written)
        yield Fix("Return the error", False, (edit, *without_import(code, "log", statement.span)))


RULE = Rule(
    code="MG301",
    name="process-exit",
    severity="error",
    summary="A UDF ends the process that it runs in",
    text=TEXT,
    fix="return the error, if there is one",
    check=check,
    by_code=True,
)
