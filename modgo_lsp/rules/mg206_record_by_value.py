"""MG206: a UDF takes its record or stream by value."""

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

Reports registered functions that take a `udf.Record` or `udf.Stream` instead of a pointer to one.

## Why is this bad?

A record belongs to the server, and a UDF works on that very record. Changes to a copy would be lost, so the
module cannot be built.

## Example

```go
func Add(rec udf.Record, n int64) error { … }

var _ = udf.Register("add", Add)
```

## Use instead

```go
func Add(rec *udf.Record, n int64) error { … }

var _ = udf.Register("add", Add)
```

## Fix safety

The fix adds the `*`. It is unsafe if other code refers to the function, or if the function does more with the
record than call its methods.
"""


def check(package: Package) -> Iterator[Finding]:
    return findings_of(package, "record-by-value", RULE, "Take a pointer: {}", _only_calls_methods)


def _only_calls_methods(package: Package, place: Location) -> bool:
    """Whether the function only selects from the parameter (`name.`), which works with a pointer as well."""
    decl = declaration_at(package, place)
    if decl is None or decl.body is None:
        return False
    names = {
        name.name
        for field in decl.type.params.fields
        if field.span.holds(place.span.start)
        for name in field.names
    }
    nodes = [node for statement in decl.body.statements for node in ast.walk(statement)]
    selected = {node.x for node in nodes if isinstance(node, ast.SelectorExpr)}
    return not any(
        isinstance(node, ast.Ident) and node.name in names and node not in selected for node in nodes
    )


RULE = Rule(
    code="MG206",
    name="record-by-value",
    severity="error",
    summary="A UDF takes its record or stream by value",
    text=TEXT,
    fix="add `*`",
    check=check,
)
