"""MG400: a file that does not parse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports the first place in each file of a UDF package that is not Go. What still parses is judged all the
same. A file that can't be read is reported at the package's name.

A file that is not text, with NUL bytes or bytes that are not UTF-8, is reported in every package: what it
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
            f"{name} of this package can't be read: the module cannot be built without it",
            package.files[0].package_name_location,
        )


def check_text(package: Package) -> Iterator[Finding]:
    """The findings in files that are not text, for a package that doesn't import the SDK as far as its other
    files tell."""
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
