"""MG106: a registration that never runs."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.registered_names import quoted
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `udf.Register` in a function that is called neither from an `init` nor from the initialiser of a
package variable, directly or through other functions.

## Why is this bad?

When a module is loaded, Go initialises its package variables and runs its `init` functions, and nothing else:
a module's `main` never runs. A registration that they don't reach never happens, so the function cannot be
called.

## Example

```go
func registerAll() {
	udf.Register("add", Add)
}
```

## Use instead

```go
func init() {
	udf.Register("add", Add)
}
```
"""


def check(package: Package) -> Iterator[Finding]:
    for registration in package.registrations:
        # A file that can't be read may call it.
        if not registration.reachable and registration.dynamic != "value" and not package.unreadable:
            what = "this" if registration.name is None else quoted(registration.name)
            yield RULE.finding(
                f"{what} is never registered, as no init or package variable leads here: move it to an init",
                registration.call,
            )


RULE = Rule(
    code="MG106",
    name="unreachable-registration",
    severity="warning",
    summary="A registration is in code that never runs",
    text=TEXT,
    check=check,
)
