"""MG315: a UDF takes or returns a time.Duration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.rules.analysis.signature_problems import problems_of
from modgo_lsp.rules.analysis.source_lookup import declaration_at, document_at
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports parameters and results of type `time.Duration`, and variadic parameters of type `...time.Duration`.
Types that are declared as a duration, and durations inside lists, maps and structs, are not reported.

## Why is this bad?

To Aerospike a duration is an integer: its number of nanoseconds. A client, which need not be written in Go,
sees an integer without a unit, and passes seconds or milliseconds.

## Example

```go
func Expire(rec *udf.Record, after time.Duration) error {
	return rec.Set("expires", time.Now().Add(after).Unix())
}
```

## Use instead

```go
func Expire(rec *udf.Record, afterMilliseconds int64) error {
	after := time.Duration(afterMilliseconds) * time.Millisecond
	return rec.Set("expires", time.Now().Add(after).Unix())
}
```

A result can be `duration.Milliseconds()`, an `int64`, with the unit in the UDF's name or comment.

## Fix safety

The fix takes milliseconds as in the example. It is unsafe because callers have to pass another number.

There is a fix only for a parameter of a declared function that uses it, if nothing but its registration
refers to the function. There is none for function literals, parameters that share one type, variadic
parameters and results.
"""


def check(package: Package) -> Iterator[Finding]:
    for registration, problem in problems_of(package, "duration-argument"):
        fixes = _fix(package, registration, problem.location)
        yield RULE.finding(problem.message, problem.location, problem.related, fixes)


def _fix(package: Package, registration: Registration, place: Location) -> Iterator[Fix]:
    """Takes milliseconds instead, if the rest of the package still compiles then."""
    decl, document = declaration_at(package, place), document_at(package, place)
    target = registration.target
    if decl is None or decl.body is None or document is None or target is None or not target.stands_alone:
        return
    field = next((each for each in decl.type.params.fields if each.type.span == place.span), None)
    if field is None or not isinstance(field.type, ast.SelectorExpr) or len(field.names) != 1:
        return
    name, time = field.names[0].name, document.slice(field.type.x.span)
    milliseconds = f"{name}Milliseconds"
    start = _body_start(document, decl.body)
    body = {node.name for node in _idents(decl.body.statements)}
    taken = body | {node.name for node in _idents([decl.type])}
    if start is None or name not in body or milliseconds in taken or _declares(decl, time):
        return
    if not _imports_time_as(package, document, time):
        return
    at, text = start
    conversion = text.format(f"{name} := {time}.Duration({milliseconds}) * {time}.Millisecond")
    edits = (
        Edit(Location(place.path, field.span), f"{milliseconds} int64"),
        Edit(Location(place.path, Span(at, at)), conversion),
    )
    yield Fix(f"Take milliseconds: {milliseconds} int64", False, edits)


def _idents(nodes: Iterable[ast.Node]) -> Iterator[ast.Ident]:
    return (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Ident))


def _declares(decl: ast.FuncDecl, name: str) -> bool:
    """Whether a parameter or result shadows the name of a package in the body."""
    lists = (decl.receiver, decl.type.params, decl.type.results)
    fields = [field for each in lists if each is not None for field in each.fields]
    return any(each.name == name for field in fields for each in field.names)


def _imports_time_as(package: Package, document: Document, name: str) -> bool:
    """Whether `name` is Go's package time, not another package that declares an alias of time.Duration."""
    written = {'"time"'} if name == "time" else {f'{name} "time"'}
    return any(
        document.slice(each.location.span) in written
        for file in package.files
        if file.document.path == document.path
        for each in file.imports
    )


def _body_start(document: Document, body: ast.Body) -> tuple[int, str] | None:
    """Where to insert a first statement, and a template for its text; None if that is hard to find."""
    after = body.span.start + 1
    first = body.statements[0].span.start
    between = document.text[after:first]
    if b"\n" not in between:
        return after, " {};"
    line = re.match(rb"[ \t]*(//[^\n]*)?\r?\n", between)
    if line is None:
        return None
    return after + line.end(), "\t{}\r\n" if line[0].endswith(b"\r\n") else "\t{}\n"


RULE = Rule(
    code="MG315",
    name="duration-argument",
    severity="information",
    summary="A UDF takes or returns a time.Duration, which is a number of nanoseconds to its callers",
    text=TEXT,
    fix="take milliseconds",
    check=check,
)
