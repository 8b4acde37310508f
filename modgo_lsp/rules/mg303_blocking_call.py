"""MG303: a UDF waits for something outside of the process."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.blocking_calls import blocking_calls
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports calls that wait for something outside of the process, in code that a UDF reaches: for time, the
network, other programs, the standard input, files or databases.

## Why is this bad?

Aerospike holds the record's lock while a UDF runs, and a fenced module has a limited number of workers. One
slow answer makes every other caller of that record wait.

## Example

```go
func Price(rec *udf.Record) (float64, error) {
	answer, err := http.Get("http://prices.internal/" + rec.SetName())
	…
}
```

## Use instead

```go
// The caller looks up the price and passes it.
func SetPrice(rec *udf.Record, price float64) error { … }
```
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for expr, what in blocking_calls(code):
            named = code.text(expr.fun if isinstance(expr, ast.CallExpr) else expr)
            message = f"{named} {what} while the record is locked: do this in the client"
            yield RULE.finding(message, code.place(expr), code.call_path())
        for node in code.of_kind(ast.SelectorExpr):
            if code.selected(node) == ("os", "Stdin"):
                message = "a server has no standard input: take the data as an argument"
                yield RULE.finding(message, code.place(node), code.call_path())


RULE = Rule(
    code="MG303",
    name="blocking-call",
    severity="warning",
    summary="A UDF waits for the network, files, other programs or time",
    text=TEXT,
    check=check,
    by_code=True,
)
