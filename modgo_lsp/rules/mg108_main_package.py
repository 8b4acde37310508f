"""MG108: a UDF package is `package main`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports `package main` in a package that imports the SDK.

## Why is this bad?

`modgo build` links the package into a main package of its own, which holds the functions that the loader
calls. Go cannot import a main package, so yours needs another name. It needs no `main` function either.

## Example

```go
package main

import "github.com/GeertJohan/aerospike-mod-go/udf"
```

## Use instead

```go
package counters

import "github.com/GeertJohan/aerospike-mod-go/udf"
```

## Fix safety

The fix names the package after its folder, in every file that is part of the build. It is unsafe because test
files keep the old name and a `main` function stays behind.
"""

# Names that the package cannot have: main itself and Go's keywords.
_TAKEN = frozenset(
    [
        "case",
        "const",
        "default",
        "func",
        "go",
        "import",
        "interface",
        "main",
        "map",
        "package",
        "range",
        "return",
        "select",
        "struct",
        "switch",
        "type",
        "var",
    ]
)


def check(package: Package) -> Iterator[Finding]:
    if package.name == "main" and package.imports_sdk:
        yield RULE.finding(
            "a package of UDFs cannot be package main, which modgo build generates: rename the package",
            package.files[0].package_name_location,
            fixes=_fix(package),
        )


def _fix(package: Package) -> Iterator[Fix]:
    name = re.sub(r"[^a-z0-9]", "", PurePath(package.directory).name.lower())
    if name and not name[0].isdigit() and name not in _TAKEN:
        edits = tuple(Edit(file.package_name_location, name) for file in package.files)
        yield Fix(f"Rename the package to {name}", False, edits)


RULE = Rule(
    code="MG108",
    name="main-package",
    severity="error",
    summary="A package that imports the SDK is `package main`",
    text=TEXT,
    fix="rename the package",
    check=check,
)
