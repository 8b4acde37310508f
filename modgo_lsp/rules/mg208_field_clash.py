"""MG208: several fields of a struct have the same key, so that not all of them are stored."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports structs among a UDF's parameters and results in which several fields have the same key. A field's key
is the name in its `udf` tag, or else the field's own name. The rules are those of `encoding/json`:

- the fields of an embedded struct count as fields of the struct that embeds it;
- of several fields with the same key, the least deeply embedded one counts; at equal depth, the one with a
  tag;
- if that leaves more than one, none of them counts.

A struct in which no field counts at all is reported as MG201 or MG202.

## Why is this bad?

The fields that don't count are neither sent to the caller nor read from what it sends, and no error reports
that at run time.

## Example

```go
type Player struct {
	Wins   int64 `udf:"n"`
	Losses int64 `udf:"n"`
	Name   string
}
```

## Use instead

```go
type Player struct {
	Wins   int64 `udf:"wins"`
	Losses int64 `udf:"losses"`
	Name   string
}
```

To leave a field out on purpose, tag it `udf:"-"`.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "field-clash", RULE)


RULE = Rule(
    code="MG208",
    name="field-clash",
    severity="warning",
    summary="Fields of a struct have the same key, so that not all of them are stored",
    text=TEXT,
    check=check,
)
