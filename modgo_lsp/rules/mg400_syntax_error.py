"""MG400: a file that does not parse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports the first syntax error in each file of a UDF package. The rest of the file is still checked. A file
that can't be read is reported at the package clause.

A file that is not text, because it contains NUL bytes or is not UTF-8, is reported in every package: its
imports can't be read, so it may belong to a UDF package.

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
        if file.problem is not None:
            yield RULE.finding(file.problem.message, file.problem.location)
    for path in package.unreadable:
        name = PurePath(path).name
        yield RULE.finding(
            f"{name} in this package can't be read: the module cannot be built without it",
            package.files[0].package_name_location,
        )


def check_text(package: Package) -> Iterator[Finding]:
    """The findings in files that are not text, for a package whose other files don't import the SDK."""
    for file in package.files:
        if file.problem is not None and file.document.path in package.not_text:
            yield RULE.finding(file.problem.message, file.problem.location)


RULE = Rule(
    code="MG400",
    name="syntax-error",
    severity="error",
    summary="A file does not parse",
    text=TEXT,
    check=check,
)
