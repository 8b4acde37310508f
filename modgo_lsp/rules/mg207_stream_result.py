"""MG207: a stream UDF that gives no stream.

Not for: record UDFs' results (MG202, MG203).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports registered functions that take a `*udf.Stream` and do not give one.

## Why is this bad?

A stream UDF describes what happens to the records of a query by giving the stream it made of them.
Without it there is nothing to run, and the module cannot be built.

## Example

```go
func Adults(s *udf.Stream) error { … }

var _ = udf.Register("adults", Adults)
```

## Use instead

```go
func Adults(s *udf.Stream) *udf.Stream { … }

var _ = udf.Register("adults", Adults)
```

`(*udf.Stream, error)` is fine as well.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "stream-result", RULE)


RULE = Rule(
    code="MG207",
    name="stream-result",
    severity="error",
    summary="A stream UDF gives no stream",
    text=TEXT,
    check=check,
)
