"""MG101: an exported function looks like a UDF but is not registered."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding, Fix
from modgo_lsp.model.package import Function, Package
from modgo_lsp.rules.analysis.registered_names import Naming
from modgo_lsp.rules.analysis.registration_edits import RegistrationEdits
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports exported functions whose first parameter (after a context, if there is one) is a `*udf.Record` or a
`*udf.Stream`, if no `udf.Register` names them and nothing else in the Go module refers to them. References
from tests and from the function itself don't count. Generic functions and methods are not reported, nor are
the functions of a package without UDFs that other packages import.

## Why is this bad?

Aerospike finds a function by the name under which it was registered. An unregistered function is compiled
into the module but cannot be called: callers get the error that there is no such function.

## Example

```go
func Add(rec *udf.Record, bin string, n int64) error { … }
```

## Use instead

```go
func init() {
	udf.Register("add", Add)
}

func Add(rec *udf.Record, bin string, n int64) error { … }
```

If a function is not meant to be a UDF, give it a lower-case name.

## Fix safety

The fix adds a call of `udf.Register` to the first `init` that has one, or else a new `init`. The name follows
the style of the package's other names. The fix is unsafe if a UDF cannot have the function's signature,
because the module would no longer build.
"""


def check(package: Package) -> Iterator[Finding]:
    if package.unreadable or (package.imported_in_module and not package.registrations):
        return
    naming, registrations = Naming(package), RegistrationEdits(package)
    for function in package.functions:
        if function.exported and _is_candidate(function):
            yield RULE.finding(
                f"{function.name} takes a {_receiver(function)} but is not registered, so nobody can call it",
                function.location,
                fixes=_fix(function, naming, registrations),
            )


def _is_candidate(function: Function) -> bool:
    if function.generic or "." in function.name or not function.may_take_receiver:
        return False
    # Counting references reads every package that imports this one, so it comes last.
    takes_receiver = function.signature is not None and function.signature.receiver_first
    return takes_receiver and function.references == 0


def _receiver(function: Function) -> str:
    return "stream" if function.signature is not None and function.signature.kind == "stream" else "record"


def _fix(function: Function, naming: Naming, registrations: RegistrationEdits) -> Iterator[Fix]:
    name = naming.name_for(function.name)
    if name is not None and (edits := registrations.register(function, name)):
        safe = function.signature is not None and not function.signature.problems
        yield Fix(f'Register {function.name} as "{name}"', safe, edits)


RULE = Rule(
    code="MG101",
    name="unregistered-udf",
    severity="warning",
    summary="An exported function takes a record or stream but is not registered",
    text=TEXT,
    fix="register it",
    check=check,
)
