"""MG207: a stream UDF does not return a stream."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports registered functions that take a `*udf.Stream` and do not return one.

## Why is this bad?

A stream UDF describes what happens to the records of a query by returning the stream that it built from them.
Without that stream there is nothing to run, so the module cannot be built.

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

`(*udf.Stream, error)` is allowed too.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "stream-result", RULE)


RULE = Rule(
    code="MG207",
    name="stream-result",
    severity="error",
    summary="A stream UDF returns no stream",
    text=TEXT,
    check=check,
)
