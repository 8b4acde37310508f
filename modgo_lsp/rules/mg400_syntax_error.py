"""MG400: a file that does not parse.

Not for: what the Go compiler says about files that do (MG401).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package, SourceFile, SyntaxProblem
from modgo_lsp.rules.rule import Rule
from modgo_lsp.syntax.errors import is_utf8
from modgo_lsp.syntax.positions import Span

TEXT = """
## What it does

Reports the first place in each file of a UDF package that is not Go, or not UTF-8. What still
parses is judged all the same. A file that can't be read is told at the package's name.

## Why is this bad?

The module cannot be built.

## Example

```go
func Add(rec *udf.Record, n int64 error {
```

## Use instead

```go
func Add(rec *udf.Record, n int64) error {
```
"""


# What a document's memo has of it: the offset of the first byte that is not UTF-8, or None.
_BAD_BYTE = "first byte that is not UTF-8"


def check(package: Package) -> Iterator[Finding]:
    for file in package.files:
        # While somebody types, all other files of the package stay as they are.
        if file.problem is None and file.document.memo.get(_BAD_BYTE, 0) is None:
            continue
        problem, unreadable = file.problem, _not_utf8(file)
        # A byte that is not UTF-8 makes the parser stumble at or before it: tell the cause.
        if unreadable and (problem is None or unreadable.location.span.start <= problem.location.span.end):
            problem = unreadable
        if problem is not None:
            yield RULE.finding(problem.message, problem.location)
    for path in package.unreadable:
        name = PurePath(path).name
        yield RULE.finding(
            f"{name} of this package can't be read: the module cannot be built without it",
            package.files[0].package_name_location,
        )


def _not_utf8(file: SourceFile) -> SyntaxProblem | None:
    document = file.document
    if _BAD_BYTE not in document.memo:
        fine = all(document.by_part(is_utf8))
        document.memo[_BAD_BYTE] = None if fine else _first_bad_byte(document.text)
    start: int | None = document.memo[_BAD_BYTE]
    if start is None:
        return None
    place = Location(document.path, Span(start, start + 1))
    message = (
        f"byte 0x{document.text[start]:02x} is not UTF-8, which Go source has to be: save the file as such"
    )
    return SyntaxProblem(place, message)


def _first_bad_byte(text: bytes) -> int | None:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


RULE = Rule(
    code="MG400",
    name="syntax-error",
    severity="error",
    summary="A file does not parse",
    text=TEXT,
    check=check,
)
