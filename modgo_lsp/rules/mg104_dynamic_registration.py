"""MG104: a registration that is known only at run time."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Dynamic, Package, Registration
from modgo_lsp.rules.analysis.registered_names import quoted
from modgo_lsp.rules.analysis.source_lookup import text_at
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports registrations that are not static. A registration is static if its name is a constant, the type of its
function is known from the source, and the call is directly in an `init`, in a function that an `init`
calls directly, or in the initialiser of a package variable. `Register` used as a value is not static, nor is
the registration of a function held in an `any`.

## Why is this bad?

It is not wrong, but slower and less well checked. A static registration gets a generated, typed wrapper. Any
other registration is called through reflection, and neither the linter nor the editor knows for certain what
will be registered.

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

_MESSAGES: dict[Dynamic, str] = {
    "name": "the name of {function} is known only at run time: it is not a constant",
    "function": "the type of {function} is known only at run time: it cannot be determined from the source",
    "place": "whether {name} is registered is known only at run time: move this call directly into an init",
    "value": "what is registered is known only at run time: Register is used as a value, not called",
    "interface": "the type of {function} is known only at run time: it is held in an interface",
}


def check(package: Package) -> Iterator[Finding]:
    for registration in package.registrations:
        if registration.dynamic is not None and _may_work(registration):
            function = text_at(package, registration.function_argument)
            name = function if registration.name is None else quoted(registration.name)
            message = _MESSAGES[registration.dynamic].format(function=function, name=name)
            yield RULE.finding(message, registration.call)


def _may_work(registration: Registration) -> bool:
    if registration.dynamic == "value":
        return True
    undeclared = registration.unresolved_name or registration.unresolved_function
    wrong = undeclared or registration.not_a_function or registration.generic
    return registration.reachable and not wrong and registration.dynamic != "unknown"


RULE = Rule(
    code="MG104",
    name="dynamic-registration",
    severity="information",
    summary="A registration is known only at run time",
    text=TEXT,
    check=check,
)
