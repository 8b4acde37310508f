"""MG102: a registration refers to a function or a constant that is not declared."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Edit, Finding, Fix, Location
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.source_lookup import text_before
from modgo_lsp.rules.rule import Rule
from modgo_lsp.spelling import nearest

TEXT = """
## What it does

Reports a `udf.Register` whose function is not declared, or whose name is a constant that is not declared.

## Why is this bad?

The module doesn't compile. Usually the name is misspelt, or the function was renamed.

## Example

```go
func Add(rec *udf.Record, n int64) error { … }

var _ = udf.Register("add", Ad)
```

## Use instead

```go
func Add(rec *udf.Record, n int64) error { … }

var _ = udf.Register("add", Add)
```

## Fix safety

The fix registers the function with the most similar name. It is unsafe because you may have meant another
one.
"""


def check(package: Package) -> Iterator[Finding]:
    for registration in package.registrations:
        if registration.unresolved_name is not None:
            missing, _ = registration.unresolved_name
            yield RULE.finding(
                f"the constant {missing} is not declared: declare it, or write the name in quotes",
                registration.name_argument,
            )
        if registration.unresolved_function is not None:
            missing, place = registration.unresolved_function
            near = nearest(missing.rpartition(".")[2], _functions_there(package, place))
            hint = f"; did you mean {near}?" if near else ""
            fix = [Fix(f"Register {near} instead", False, (Edit(place, near),))] if near else []
            yield RULE.finding(
                f"the function {missing} is not declared{hint}", registration.function_argument, fixes=fix
            )


def _functions_there(package: Package, place: Location) -> list[str]:
    """The functions that `place` can name: the package's own, or those of the package before a dot."""
    before = text_before(package, place).rstrip()
    if not before.endswith(b"."):
        return [f.name for f in package.functions if "." not in f.name and f.name not in ("init", "main")]
    return [
        function.name
        for dependency in package.dependencies
        if before[:-1].rstrip().endswith(dependency.name.encode())
        for function in dependency.functions
        if function.exported and "." not in function.name
    ]


RULE = Rule(
    code="MG102",
    name="unknown-function",
    severity="error",
    summary="A registration refers to a function or a name that is not declared",
    text=TEXT,
    fix="use the most similar name",
    check=check,
)
