"""MG302: a goroutine outlives the call that started it."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.goroutines import unawaited
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `go` statement in a function that a UDF reaches, if nothing in that function waits for the
goroutine: no `Wait` of a `sync.WaitGroup` or an `errgroup.Group`, and no receive from a channel that the
goroutine sends to or closes. A call of such a group's `Go` is reported too, if the group is local to the
function and its `Wait` is never called. A goroutine is not reported if its channel is returned or passed to
another function, which may receive from it, or if its group comes from elsewhere, where its `Wait` may be
called.

## Why is this bad?

The goroutine runs on after the caller has its answer. Its errors are lost, its work may be lost when the
worker ends, and every call leaves another goroutine behind.

## Example

```go
func Touch(rec *udf.Record) {
	go audit(rec.SetName())
}
```

## Use instead

```go
func Touch(rec *udf.Record) {
	var group sync.WaitGroup
	group.Go(func() { audit(rec.SetName()) })
	group.Wait()
}
```
"""


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for start, _ in unawaited(code):
            message = "nothing waits for this goroutine, so it outlives the call: wait for it"
            yield RULE.finding(message, code.place(start), code.call_path())


RULE = Rule(
    code="MG302",
    name="goroutine-escape",
    severity="warning",
    summary="A goroutine outlives the call that started it",
    text=TEXT,
    check=check,
    by_code=True,
)
