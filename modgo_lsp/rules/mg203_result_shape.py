"""MG203: results other than nothing, a value, an error, or a value and an error."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports registered functions with more than two results, and functions with two results if the second is not
`error` or the first is `error`.

## Why is this bad?

A caller gets one value or one error. With other results it is not clear which is which, so the module cannot
be built.

## Example

```go
func MinMax(rec *udf.Record) (int64, int64) { … }

var _ = udf.Register("minMax", MinMax)
```

## Use instead

```go
func MinMax(rec *udf.Record) (map[string]int64, error) { … }

var _ = udf.Register("minMax", MinMax)
```

To return several values, put them into a list, a map or a struct.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "result-shape", RULE)


RULE = Rule(
    code="MG203",
    name="result-shape",
    severity="error",
    summary="A UDF's results are not a value, an error, or a value and an error",
    text=TEXT,
    check=check,
)
