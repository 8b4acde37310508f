"""MG204: the context, record or stream is out of order, or there are too many of them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.model.package import Package, Role
from modgo_lsp.rules.analysis.signature_problems import findings_of
from modgo_lsp.rules.analysis.source_lookup import declaration_at, document_at, function_at
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports registered functions whose context, record or stream is out of order. The order is: a
`context.Context`, if any; then a `*udf.Record` or a `*udf.Stream`, if any; then the arguments. There is at
most one context, and at most one record or stream.

## Why is this bad?

The order distinguishes the caller's arguments from what the server passes. Without it the module cannot be
built.

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

## Fix safety

The fix puts the parameters in order, if there is at most one context and at most one record or stream. It is
unsafe if other code, tests included, refers to the function, because that code passes its arguments in the
old order. It is also unsafe for a method, which may implement an interface.
"""

_ORDER: tuple[Role, ...] = ("context", "record", "stream", "argument")


def check(package: Package) -> Iterator[Finding]:
    for finding in findings_of(package, "receiver-order", RULE):
        yield msgspec.structs.replace(finding, fixes=tuple(_fix(package, finding.location)))


def _fix(package: Package, place: Location) -> Iterator[Fix]:
    document, function = document_at(package, place), function_at(package, place)
    decl = declaration_at(package, place)
    if document is None or function is None or decl is None or function.signature is None:
        return
    if not decl.type.params.span.holds(place.span.start):
        return  # a parameter of a function literal inside the function
    fields = decl.type.params.fields
    text = _reordered(document, fields, function.signature.roles)
    if text is not None:
        whole = Span(fields[0].span.start, fields[-1].span.end)
        edit = Edit(Location(place.path, whole), text)
        yield Fix("Put the parameters in order", function.stands_alone, (edit,))


def _reordered(document: Document, fields: tuple[ast.Field, ...], roles: tuple[Role, ...]) -> str | None:
    """The parameters in order; None if that does not make them right, or would lose comments."""
    texts = [document.slice(field.span) for field in fields]
    between = document.slice(Span(fields[0].span.start, fields[-1].span.end))
    if between != ", ".join(texts) or len(texts) != len(roles):
        return None
    if roles.count("context") > 1 or len([role for role in roles if role in ("record", "stream")]) > 1:
        return None
    places = sorted(range(len(texts)), key=lambda index: _ORDER.index(roles[index]))
    ordered = [texts[index] for index in places]
    return ", ".join(ordered)


RULE = Rule(
    code="MG204",
    name="receiver-order",
    severity="error",
    summary="A UDF's context, record or stream is in the wrong place",
    text=TEXT,
    fix="put them in order",
    check=check,
)
