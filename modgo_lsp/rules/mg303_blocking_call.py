"""MG303: a UDF that waits for something outside of it.

Not for: loops without end (MG304).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.blocking_calls import waits
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports calls that a UDF reaches and that wait for something outside of the process: sleeping, the network,
other programs, the standard input, files, databases.

## Why is this bad?

Aerospike holds the record's lock while a UDF runs, and a fenced module has only so many workers. One slow
answer from elsewhere makes every other caller of that record wait.

## Example

```go
func Price(rec *udf.Record) (float64, error) {
	answer, err := http.Get("http://prices.internal/" + rec.SetName())
	…
}
```

## Use instead

```go
// The caller asks first, and hands the price over.
func SetPrice(rec *udf.Record, price float64) error { … }
```
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for expr, what in waits(code):
            named = code.text(expr.fun if isinstance(expr, ast.CallExpr) else expr)
            message = f"{named} {what}, and holds the record's lock meanwhile"
            yield RULE.finding(message, code.place(expr), code.way())
        for node in code.of_kind(ast.SelectorExpr):
            if code.selected(node) == ("os", "Stdin"):
                message = "nothing ever comes from os.Stdin in a server: take it as an argument"
                yield RULE.finding(message, code.place(node), code.way())


RULE = Rule(
    code="MG303",
    name="blocking-call",
    severity="warning",
    summary="A UDF waits for the network, files, other programs or time",
    text=TEXT,
    check=check,
    by_code=True,
)
