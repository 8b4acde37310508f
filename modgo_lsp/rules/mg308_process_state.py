"""MG308: a UDF changes the state of the whole process."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule

TEXT = """
## What it does

Reports calls that change the state of the process, in code that a UDF reaches: its working directory,
environment, signals, limits, threads, garbage collector or standard loggers.

## Why is this bad?

Unfenced, the process is the Aerospike server, in which every other module runs too. Fenced, the change
affects the calls that happen to run in the same worker, and no others.

## Example

```go
func Export(rec *udf.Record) {
	os.Setenv("TZ", "UTC")
	…
}
```

## Use instead

```go
func Export(rec *udf.Record) {
	now := time.Now().In(time.UTC)
	…
}
```
"""

_CHANGES = (
    *("os.Chdir", "os.Setenv", "os.Unsetenv", "os.Clearenv", "os/signal.*"),
    *("runtime.LockOSThread", "runtime.GOMAXPROCS", "runtime.SetBlockProfileRate", "runtime/debug.Set*"),
    *("runtime/debug.FreeOSMemory", "runtime.SetMutexProfileFraction", "runtime.MemProfileRate"),
    *("syscall.Chdir", "syscall.Chroot", "syscall.Setrlimit", "syscall.Setenv", "syscall.Umask"),
    *("syscall.Setuid", "syscall.Setgid", "syscall.Setpriority", "syscall.Dup2", "syscall.Dup3"),
    *("log.SetOutput", "log.SetFlags", "log.SetPrefix", "log/slog.SetDefault", "log/slog.SetLogLoggerLevel"),
    *("flag.Parse", "net/http.Handle", "net/http.HandleFunc", "expvar.Publish", "runtime/pprof.Start*"),
)


# These only report the current state if their argument is a number below this.
_QUERIES_BELOW = {
    "runtime.GOMAXPROCS": 1,
    "runtime.SetMutexProfileFraction": 0,
    "runtime/debug.SetMemoryLimit": 0,
}
_QUERIES = ("os/signal.Ignored",)


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for call, name in code.calls(*_CHANGES):
            if name in _QUERIES or _is_query(code, call, _QUERIES_BELOW.get(name)):
                continue
            message = f"{code.text(call.fun)} changes the whole process, which other calls share"
            yield RULE.finding(message, code.place(call), code.call_path())


def _is_query(code: Code, call: ast.CallExpr, below: int | None) -> bool:
    number = code.number(call.args[0]) if below is not None and len(call.args) == 1 else None
    return below is not None and number is not None and number < below


RULE = Rule(
    code="MG308",
    name="process-state",
    severity="warning",
    summary="A UDF changes the state of the whole process",
    text=TEXT,
    check=check,
    by_code=True,
)
