"""MG311: bins are set but the record is not stored."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk_types import RECORD_POINTER
from modgo_lsp.rules.analysis.error_returns import returns_error
from modgo_lsp.rules.analysis.unsaved_exits import Exit, unsaved_exits
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Follows the paths through a UDF, and reports the first `Set`, `Unset` or `SetTTL` after which some path ends
without `Create`, `Update` or `Remove`. A path that returns an error may leave the record unstored. A record
that is passed to another function may be stored there, so it is not reported. If the record is changed under
one condition and stored under another one on the same variables, the two conditions are assumed to agree.

## Why is this bad?

`Set` changes the record in memory. Without `Update` the change is lost when the UDF returns, and the caller
gets the answer that all went well.

## Example

```go
func Add(rec *udf.Record, n int64) error {
	have, _ := rec.Int("n")
	rec.Set("n", have+n)
	return nil
}
```

## Use instead

```go
func Add(rec *udf.Record, n int64) error {
	have, _ := rec.Int("n")
	rec.Set("n", have+n)
	return rec.Update()
}
```

## Fix safety

The fix returns the result of `Update` where nil was returned. It is unsafe because the record is then stored.
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        if not code.is_udf:
            continue
        for ident, type_ in code.parameters():
            record = code.object_of(ident)
            if type_ != RECORD_POINTER or record is None:
                continue
            exits = unsaved_exits(code, record)
            if exits:
                first = min((each.first for each in exits), key=lambda call: call.span.start)
                message = (
                    f"this change is lost on a path that does not store the record: call {ident.name}.Update"
                )
                yield RULE.finding(message, code.place(first), fixes=_fix(code, ident.name, exits))


def _fix(code: Code, name: str, exits: list[Exit]) -> Iterator[Fix]:
    if not returns_error(code):
        return
    edits = []
    for each in exits:
        if each.statement is None or not each.statement.results:
            return
        edits.append(Edit(code.place(each.statement.results[-1]), f"{name}.Update()"))
    yield Fix("Store the record", False, tuple(edits))


RULE = Rule(
    code="MG311",
    name="lost-update",
    severity="warning",
    summary="Bins are set but the record is not stored",
    text=TEXT,
    fix="return the result of Update",
    check=check,
    by_code=True,
)
