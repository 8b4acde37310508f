"""MG206: a record or stream taken by value.

Not for: where it stands among the parameters (MG204).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from modgo_lsp.model.finding import Finding, Fix
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule
from modgo_lsp.rules.signatures import findings_of
from modgo_lsp.rules.written import document_at, function_at

TEXT = """
## What it does

Reports registered functions that take a `udf.Record` or `udf.Stream` instead of a pointer to one.

## Why is this bad?

A record is the server's, and a UDF works on that very one. A copy would be changed in vain, so the
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

The fix adds the `*`. It is unsafe where other code refers to the function, or where the function
does more with the record than call its methods.
"""


def check(package: Package) -> Iterator[Finding]:
    for finding in findings_of(package, "record-by-value", RULE, "Take a pointer: {}"):
        fixes = tuple(
            Fix(fix.title, fix.safe and _calls_methods_alone(package, finding), fix.edits)
            for fix in finding.fixes
        )
        yield msgspec.structs.replace(finding, fixes=fixes)


def _calls_methods_alone(package: Package, finding: Finding) -> bool:
    """Whether every use of the parameter in the function is `name.`, which a pointer serves as well."""
    place = finding.location
    document, function = document_at(package, place), function_at(package, place)
    if document is None or function is None:
        return False
    name = re.match(rb"(\w+)\s+\w", document.text[place.span.start : place.span.end])
    if name is None:
        return False
    used = re.compile(rb"[&*]?\b" + name.group(1) + rb"\b(?!\s*\.)|[&*]\s*" + name.group(1) + rb"\b")
    return used.search(document.text, place.span.end, function.extent.span.end) is None


RULE = Rule(
    code="MG206",
    name="record-by-value",
    severity="error",
    summary="A UDF takes its record or stream by value",
    text=TEXT,
    fix="add `*`",
    check=check,
)
