"""MG101: a function that looks like a UDF and is registered nowhere.

Not for: functions without a record or stream, which nothing tells from other exported functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding, Fix
from modgo_lsp.model.package import Function, Package
from modgo_lsp.rules.analysis.registered_names import Naming
from modgo_lsp.rules.analysis.registration_edits import Registering
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Looks for exported functions whose first parameter, after a context, is `*udf.Record` or
`*udf.Stream`, that no `udf.Register` names and nothing else in the Go module refers to. Tests and
the function itself don't count. Generic functions and methods are left alone, and so are packages
without UDFs of their own that others import.

## Why is this bad?

Aerospike finds a function by the name it was registered under. Without a registration the function
is compiled into the module and can never be called: the caller is told that there is no such
function.

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

A function that isn't meant as a UDF says so with a lower-case name.

## Fix safety

The fix adds a call of `udf.Register` to the first `init` that has one, else a new `init`, and
follows the naming of the package's other UDFs. It is unsafe where the function's signature is not
one that a UDF may have, for the module would no longer build.
"""


def check(package: Package) -> Iterator[Finding]:
    if package.unreadable or (package.imported_in_module and not package.registrations):
        return
    naming, registering = Naming(package), Registering(package)
    for function in package.functions:
        if function.exported and _is_candidate(function):
            yield RULE.finding(
                f"{function.name} takes a {_receiver(function)} but is not registered, so nobody can call it",
                function.location,
                fixes=_fix(function, naming, registering),
            )


def _is_candidate(function: Function) -> bool:
    if function.generic or "." in function.name or not function.may_take_receiver:
        return False
    # To count references takes a look into all packages that import this one.
    takes_receiver = function.signature is not None and function.signature.receiver_first
    return takes_receiver and function.references == 0


def _receiver(function: Function) -> str:
    return "stream" if function.signature is not None and function.signature.kind == "stream" else "record"


def _fix(function: Function, naming: Naming, registering: Registering) -> Iterator[Fix]:
    name = naming.name_for(function.name)
    if name is not None and (edits := registering.register(function, name)):
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
