"""MG204: the context, the record or the stream in the wrong place, twice, or record and stream together.

Not for: a record inside a list or behind another pointer (MG201).
"""

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

## Fix safety

The fix puts the parameters in order, where there is one context and one record or stream at most.
It is unsafe where other code refers to the function, tests included, for that passes its arguments in
the old order, and of a method, which an interface may ask for.
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
        return  # it is a literal's, inside the function
    fields = decl.type.params.fields
    text = _reordered(document, fields, function.signature.roles)
    if text is not None:
        whole = Span(fields[0].span.start, fields[-1].span.end)
        edit = Edit(Location(place.path, whole), text)
        yield Fix("Put the parameters in order", function.stands_alone, (edit,))


def _reordered(document: Document, fields: tuple[ast.Field, ...], roles: tuple[Role, ...]) -> str | None:
    """The parameters in order; None where order alone is not what is wrong, or comments would get lost."""
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
    summary="A UDF's context, record or stream stands in the wrong place",
    text=TEXT,
    fix="put them in order",
    check=check,
)
