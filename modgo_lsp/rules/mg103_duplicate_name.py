"""MG103: one name is registered twice in a UDF module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.rules.analysis.registered_names import (
    Naming,
    is_static,
    lower_camel,
    quoted,
    registrations_of_module,
    to_valid,
)
from modgo_lsp.rules.analysis.source_lookup import is_string_literal
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a name that two static registrations of a UDF module use. A UDF module consists of a package and the
packages of the same Go module that it imports. The later registration is reported, with a reference to the
earlier one.

## Why is this bad?

A name can refer to only one function. Loading the module fails, and none of its functions can be called.

## Example

```go
func init() {
	udf.Register("add", Add)
	udf.Register("add", AddAll)
}
```

## Use instead

```go
func init() {
	udf.Register("add", Add)
	udf.Register("addAll", AddAll)
}
```

## Fix safety

The fix gives the later registration another name. It is unsafe because callers use the name.
"""


def check(package: Package) -> Iterator[Finding]:
    first: dict[str, Registration] = {}
    naming = Naming(package)
    for registration in registrations_of_module(package):
        if registration.name is None or not is_static(registration):
            continue
        earlier = first.setdefault(registration.name, registration)
        if earlier is not registration:
            where = PurePath(earlier.call.path).name
            yield RULE.finding(
                f"{quoted(registration.name)} is already registered in {where}: choose another name",
                registration.name_argument,
                [(earlier.name_argument, "registered here first")],
                _fix(package, naming, registration, registration.name),
            )


def _fix(package: Package, naming: Naming, registration: Registration, name: str) -> Iterator[Fix]:
    place = registration.name_argument
    if is_string_literal(package, place):
        taken = naming.taken
        own = lower_camel(registration.target.name) if registration.target is not None else name
        numbered = (f"{to_valid(name)}{number}" for number in range(2, len(taken) + 3))
        free = next(each for each in (own.rpartition(".")[2], *numbered) if each not in taken)
        yield Fix(f'Register it as "{free}"', False, (Edit(place, f'"{free}"'),))


RULE = Rule(
    code="MG103",
    name="duplicate-name",
    severity="error",
    summary="Two registrations of a UDF module use the same name",
    text=TEXT,
    fix="rename",
    check=check,
    module_wide=True,
)
