"""MG103: one name registered twice in a UDF module.

Not for: names that only running the code can tell (setup fails then: MG404).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.rules.analysis.registered_names import (
    Naming,
    is_static,
    lower_camel,
    made_valid,
    quoted,
    registrations_of_module,
)
from modgo_lsp.rules.analysis.source_lookup import is_string_literal
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a name that two static registrations of a UDF module use: the package and those of the same
Go module that it imports. The later one is reported, the earlier one is told beside it.

## Why is this bad?

A name can stand for one function only. Loading the module fails, and none of its functions can be
called.

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

The fix gives the later registration a name of its own. It is unsafe, for callers use that name.
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
                f"{quoted(registration.name)} is registered already, in {where}: choose another name",
                registration.name_argument,
                [(earlier.name_argument, "registered here first")],
                _fix(package, naming, registration, registration.name),
            )


def _fix(package: Package, naming: Naming, registration: Registration, name: str) -> Iterator[Fix]:
    place = registration.name_argument
    if is_string_literal(package, place):
        taken = naming.taken
        own = lower_camel(registration.target.name) if registration.target is not None else name
        numbered = (f"{made_valid(name)}{number}" for number in range(2, len(taken) + 3))
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
)
