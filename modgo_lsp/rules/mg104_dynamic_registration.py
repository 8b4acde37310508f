"""MG104: a registration that only running the module can tell.

Not for: registrations that cannot work at all (MG102, MG106, MG107, MG205).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Dynamic, Package, Registration
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Points out registrations that are not static. One is static if its name is a constant, its function
has a function type that can be read off the source, and it stands directly in an `init`, in a
function called directly from one, or in a package variable's initialiser. `Register` used as a
value, and functions inside an `any`, are not static.

## Why is this bad?

It is not bad, only slower and less well checked. A static registration gets a generated, typed
wrapper; any other one is called through reflection, and neither the linter nor the editor can know
for sure what will be registered.

## Example

```go
func init() {
	for name, fn := range functions {
		udf.Register(name, fn)
	}
}
```

## Use instead

```go
func init() {
	udf.Register("add", Add)
	udf.Register("sub", Sub)
}
```
"""

_WHY: dict[Dynamic, str] = {
    "name": "its name is not a constant",
    "function": "the type of its function cannot be read off the source",
    "place": "it does not stand directly in an init, or in a function called directly from one",
    "value": "Register is used as a value",
    "interface": "its function is held in an interface",
}


def check(package: Package) -> Iterator[Finding]:
    for registration in package.registrations:
        if registration.dynamic is not None and _may_work(registration):
            yield RULE.finding(
                f"this registration is known only at run time: {_WHY[registration.dynamic]}",
                registration.call,
            )


def _may_work(registration: Registration) -> bool:
    if registration.dynamic == "value":
        return True
    undeclared = registration.unresolved_name or registration.unresolved_function
    wrong = undeclared or registration.not_a_function or registration.generic
    return registration.reachable and not wrong


RULE = Rule(
    code="MG104",
    name="dynamic-registration",
    severity="information",
    summary="A registration can only be known at run time",
    text=TEXT,
    check=check,
)
