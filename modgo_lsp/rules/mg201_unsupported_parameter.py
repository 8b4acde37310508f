"""MG201: an argument that no Aerospike value can become.

Not for: the record, the stream and the context (MG204, MG206).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.analysis.source_lookup import declaration_at
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports arguments of a registered function whose type has no counterpart among Aerospike's values.
These have one:

| Go | Aerospike |
| --- | --- |
| `bool` | boolean |
| `int`, `int8` … `int64`, `uint`, `uint8` … `uint64` | integer |
| `float32`, `float64` | double |
| `string` | string |
| `[]byte` | bytes |
| `udf.GeoJSON` | GeoJSON |
| `[]T` | list |
| `map[K]T`, where K is a string, an integer, `[N]byte` or `any` | map |
| `*T` | T, or nil |
| a struct of exported, supported fields | map with string keys |
| `udf.Value`, `any` | any value |

Types declared by you count as what they are declared as.

## Why is this bad?

The module cannot be built: there is no way to turn what the caller sends into such a value.

## Example

```go
func Expire(rec *udf.Record, at time.Time) error { … }

var _ = udf.Register("expire", Expire)
```

## Use instead

```go
func Expire(rec *udf.Record, atUnix int64) error { … }

var _ = udf.Register("expire", Expire)
```

## Fix safety

Where a supported type is near, the fix writes it instead. It is unsafe where the function uses the
parameter, or other code refers to the function, for these may have to follow.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "unsupported-parameter", RULE, "Change the type to {}", _is_unused)


def _is_unused(package: Package, place: Location) -> bool:
    """Whether a function doesn't use the parameters that have the type at `place`."""
    decl = declaration_at(package, place)
    if decl is None or decl.body is None:
        return False
    names = {
        name.name
        for field in decl.type.params.fields
        if field.type.span.holds(place.span.start)
        for name in field.names
    }
    return not any(
        isinstance(node, ast.Ident) and node.name in names
        for statement in decl.body.statements
        for node in ast.walk(statement)
    )


RULE = Rule(
    code="MG201",
    name="unsupported-parameter",
    severity="error",
    summary="A UDF takes an argument of a type that Aerospike has no value for",
    text=TEXT,
    fix="take a supported type where one is near",
    check=check,
)
