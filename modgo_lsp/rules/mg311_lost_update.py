"""MG311: bins are set and the record is not stored.

Not for: the error of storing it (MG310).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Edit, Finding, Fix
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk_types import RECORD_POINTER
from modgo_lsp.rules.analysis.error_returns import returns_error
from modgo_lsp.rules.analysis.unsaved_exits import Exit, unstored_exits
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Follows the paths through a UDF, and reports the first `Set`, `Unset` or `SetTTL` of which a path ends with
neither `Create`, `Update` nor `Remove`. Paths that return an error may leave the record as it was. A record
that is handed to another function may be stored there, so nothing is said then. Nor is it where the record is
changed under one condition and stored under another on the same variables: the two are taken to agree.

## Why is this bad?

`Set` changes the record in memory. Without `Update` the change is gone when the UDF returns, and the caller
is told that all went well.

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

The fix returns what `Update` says where nil was returned. It is unsafe: the record is stored then.
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        if not code.is_udf:
            continue
        for ident, type_ in code.parameters():
            record = code.object_of(ident)
            if type_ != RECORD_POINTER or record is None:
                continue
            exits = unstored_exits(code, record)
            if exits:
                first = min((each.first for each in exits), key=lambda call: call.span.start)
                message = f"this is lost: {ident.name} is not stored on every path from here"
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
    summary="Bins are set and the record is not stored",
    text=TEXT,
    fix="return what Update says",
    check=check,
    by_code=True,
)
