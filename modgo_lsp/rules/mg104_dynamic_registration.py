"""MG104: a registration that only running the module can tell.

Not for: registrations that cannot work at all (MG102, MG106, MG107, MG205).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Dynamic, Package, Registration
from modgo_lsp.rules.analysis.registered_names import quoted
from modgo_lsp.rules.analysis.source_lookup import text_at
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

_MESSAGES: dict[Dynamic, str] = {
    "name": "the name of {function} is known only at run time: it is not a constant",
    "function": "the type of {function} is known only at run time: it cannot be read off the source",
    "place": "whether {name} is registered is known only at run time: move this directly into an init",
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
    summary="A registration can only be known at run time",
    text=TEXT,
    check=check,
)
