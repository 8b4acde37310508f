"""MG202: a result of a type that does not convert to an Aerospike value."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a registered function whose result has a type without a counterpart among Aerospike's values. MG201
lists the types that have one. A record or stream is not a value either: a record UDF changes its record and
returns something else.

## Why is this bad?

The module cannot be built, because the result could not be sent to the caller.

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

If a similar type is supported, the fix writes that one. It is unsafe because the values that the function
returns have to change too.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "unsupported-result", RULE, "Change the type to {}")


RULE = Rule(
    code="MG202",
    name="unsupported-result",
    severity="error",
    summary="A UDF returns a type that Aerospike has no value for",
    text=TEXT,
    fix="use a similar type that is supported, if there is one",
    check=check,
)
