"""MG202: a result that cannot become an Aerospike value.

Not for: the number and order of results (MG203), or a stream UDF's (MG207).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a registered function whose result is of a type that has no counterpart among Aerospike's
values. MG201 lists the types that have one. A record or stream is no value either: a record UDF
changes its record and gives something else.

## Why is this bad?

The module cannot be built: there is nothing that could be sent to the caller.

## Example

```go
func Touch(rec *udf.Record) *udf.Record { … }

var _ = udf.Register("touch", Touch)
```

## Use instead

```go
func Touch(rec *udf.Record) error { … }

var _ = udf.Register("touch", Touch)
```

## Fix safety

Where a supported type is near, the fix writes it instead. It is unsafe: what the function returns has
to follow.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "unsupported-result", RULE, "Change the type to {}")


RULE = Rule(
    code="MG202",
    name="unsupported-result",
    severity="error",
    summary="A UDF gives a result of a type that Aerospike has no value for",
    text=TEXT,
    fix="give a supported type where one is near",
    check=check,
)
