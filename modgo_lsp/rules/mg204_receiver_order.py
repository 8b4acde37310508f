"""MG204: the context, the record or the stream in the wrong place, twice, or record and stream together.

Not for: a record inside a list or behind another pointer (MG201).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule
from modgo_lsp.rules.signatures import findings_of

TEXT = """
## What it does

Reports registered functions that take their context, record or stream out of order. The order is: a
`context.Context` if any, then a `*udf.Record` or a `*udf.Stream` if any, then the arguments; each
once, and never record and stream together.

## Why is this bad?

The order tells callers' arguments from what the server brings. The module cannot be built without
it.

## Example

```go
func Add(n int64, rec *udf.Record) error { … }

var _ = udf.Register("add", Add)
```

## Use instead

```go
func Add(rec *udf.Record, n int64) error { … }

var _ = udf.Register("add", Add)
```
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "receiver-order", RULE)


RULE = Rule(
    code="MG204",
    name="receiver-order",
    severity="error",
    summary="A UDF's context, record or stream stands in the wrong place",
    text=TEXT,
    check=check,
)
