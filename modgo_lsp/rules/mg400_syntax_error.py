"""MG400: a file that does not parse.

Not for: what the Go compiler says about files that do (MG401).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding, Location
from modgo_lsp.model.package import Package, SourceFile
from modgo_lsp.rules.rule import Rule
from modgo_lsp.syntax.positions import Span

TEXT = """
## What it does

Reports the first place in each file of a UDF package that is not Go, or not UTF-8. What still
parses is judged all the same.

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


def check(package: Package) -> Iterator[Finding]:
    for file in package.files:
        problems = [(p.location, p.message) for p in (file.problem,) if p is not None]
        problems += _not_utf8(file)
        if problems:
            location, message = min(problems)
            yield RULE.finding(message, location)


def _not_utf8(file: SourceFile) -> list[tuple[Location, str]]:
    try:
        file.document.text.decode()
    except UnicodeDecodeError as error:
        byte = file.document.text[error.start]
        place = Location(file.document.path, Span(error.start, error.start + 1))
        return [(place, f"byte 0x{byte:02x} is not UTF-8; Go source has to be: save the file as UTF-8")]
    return []


RULE = Rule(
    code="MG400",
    name="syntax-error",
    severity="error",
    summary="A file does not parse",
    text=TEXT,
    check=check,
)
