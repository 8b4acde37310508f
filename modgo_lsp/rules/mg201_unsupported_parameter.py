"""MG201: an argument of a type that no Aerospike value converts to."""

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
These types have one:

| Go | Aerospike |
| --- | --- |
| `bool` | boolean |
| `int`, `int8` … `int64`, `uint`, `uint8` … `uint64` | integer |
| `float32`, `float64` | double |
| `string` | string |
| `[]byte` | bytes |
| `udf.GeoJSON` | GeoJSON |
| `[]T`, `udf.ListView` | list |
| `map[K]T`, where K is a string, an integer, `[N]byte` or `any`; `udf.MapView` | map |
| `*T` | T, or nil |
| a struct of exported, supported fields | map with string keys |
| `udf.Value`, `any` | any value |

A type that you declare counts as its underlying type.

## Why is this bad?

The module cannot be built, because what the caller sends cannot be converted to such a type.

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

If a similar type is supported, the fix writes that one. It is unsafe if the function uses the parameter or
other code refers to the function, because both may have to change.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "unsupported-parameter", RULE, "Change the type to {}", _is_unused)


def _is_unused(package: Package, place: Location) -> bool:
    """Whether the function at `place` uses none of the parameters whose type is there."""
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
    fix="use a similar type that is supported, if there is one",
    check=check,
)
