"""MG302: a goroutine that outlives the call.

Not for: a record that goes with it (MG306).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.goroutines import left_alone
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports a `go` statement in a function that a UDF reaches, where nothing in that function waits for the
goroutine: no `Wait` of a `sync.WaitGroup` or an `errgroup.Group`, and no receive from a channel that the
goroutine sends to or closes. So too a call of such a group's `Go`, where the group is the function's own and
nobody calls its `Wait`. A channel that is returned, or handed to another function, may be received from
there, and a group that comes from elsewhere may be waited for there: then nothing is said.

## Why is this bad?

The goroutine runs on after the caller has its answer. Its errors reach nobody, its work may be lost when the
worker ends, and every call leaves one more of them behind.

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
        for start, _ in left_alone(code):
            message = "nothing waits for this goroutine, so it outlives the call: wait for it"
            yield RULE.finding(message, code.place(start), code.way())


RULE = Rule(
    code="MG302",
    name="goroutine-escape",
    severity="warning",
    summary="A goroutine outlives the call that started it",
    text=TEXT,
    check=check,
    by_code=True,
)
