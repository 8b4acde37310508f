"""MG105: a registered name that not every client can call."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.rules.analysis.registered_names import LONGEST_NAME, Naming, is_valid, quoted, to_valid
from modgo_lsp.rules.analysis.source_lookup import is_string_literal
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports registered names that are not an ASCII letter or underscore followed by ASCII letters, digits and
underscores, and names of more than 127 bytes.

## Why is this bad?

Clients send the name to the server, Lua functions live next to it, and tools print it. Other names fail in
one of these places, so the loader refuses them.

## Example

```go
var _ = udf.Register("add-all", AddAll)
```

## Use instead

```go
var _ = udf.Register("add_all", AddAll)
```

## Fix safety

The fix writes the nearest valid name. It is unsafe because callers use the name.
"""


def check(package: Package) -> Iterator[Finding]:
    naming = Naming(package)
    for registration in package.registrations:
        name = registration.name
        if name is None or registration.dynamic == "value" or is_valid(name):
            continue
        yield RULE.finding(
            _what_is_wrong(name), registration.name_argument, fixes=_fix(package, naming, registration, name)
        )


def _what_is_wrong(name: str) -> str:
    if not name:
        return "the name is empty: a UDF is called by its name, so it needs one"
    if is_valid(name[:LONGEST_NAME]):
        size = len(name.encode("utf-8", "surrogateescape"))
        return f"the name has {size} bytes: shorten it to {LONGEST_NAME} or fewer"
    return f"not every client can call {quoted(name)}: use letters, digits and underscores, no digit first"


def _fix(package: Package, naming: Naming, registration: Registration, name: str) -> Iterator[Fix]:
    place, valid = registration.name_argument, to_valid(name)
    free = valid.strip("_") and valid not in naming.taken
    if free and is_string_literal(package, place):
        yield Fix(f'Register it as "{valid}"', False, (Edit(place, f'"{valid}"'),))


RULE = Rule(
    code="MG105",
    name="invalid-name",
    severity="error",
    summary="A registered name is not one that every client can call",
    text=TEXT,
    fix="rename",
    check=check,
)
