"""MG110: a package imports the SDK but registers no function."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a package that imports the SDK, if neither the package nor any package that it imports calls
`udf.Register`, and no other package of the Go module imports it. For `package main` only MG108 is reported.

## Why is this bad?

The package builds into a module without functions, so there is nothing to call. Probably a registration was
forgotten.

## Example

```go
package counters

import "github.com/GeertJohan/aerospike-mod-go/udf"

func add(rec *udf.Record, n int64) error { … }
```

## Use instead

```go
package counters

import "github.com/GeertJohan/aerospike-mod-go/udf"

var _ = udf.Register("add", add)

func add(rec *udf.Record, n int64) error { … }
```
"""


def check(package: Package) -> Iterator[Finding]:
    if package.name == "main" or package.imported_in_module:
        return
    if any(member.unreadable for member in (package, *package.dependencies)):
        return
    if any(member.registrations for member in (package, *package.dependencies)):
        return
    for file in package.files:
        if file.sdk_import is not None:
            yield RULE.finding(
                "this package imports the SDK but registers no function, so there is nothing to call",
                file.sdk_import,
            )
            return


RULE = Rule(
    code="MG110",
    name="no-udfs",
    severity="warning",
    summary="A package imports the SDK but registers no function",
    text=TEXT,
    check=check,
)
