"""MG303: a UDF that waits for something outside of it.

Not for: loops without end (MG304).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.rules.rule import Rule
from modgo_lsp.syntax import ast

TEXT = """
## What it does

Reports calls that a UDF reaches and that wait for something outside of the process: sleeping, the network,
other programs, the standard input, files, databases.

## Why is this bad?

Aerospike holds the record's lock while a UDF runs, and a fenced module has only so many workers. One slow
answer from elsewhere makes every other caller of that record wait.

## Example

```go
func Price(rec *udf.Record) (float64, error) {
	answer, err := http.Get("http://prices.internal/" + rec.SetName())
	…
}
```

## Use instead

```go
// The caller asks first, and hands the price over.
func SetPrice(rec *udf.Record, price float64) error { … }
```
"""

_FILES = (
    *("Open", "OpenFile", "Create", "CreateTemp", "ReadFile", "WriteFile", "ReadDir", "Mkdir", "MkdirAll"),
    *("MkdirTemp", "Remove", "RemoveAll", "Rename", "Truncate", "Stat", "Lstat", "CopyFS", "Symlink", "Link"),
    *("Readlink", "Chmod", "Chown", "Lchown", "Chtimes", "OpenRoot", "OpenInRoot"),
)
_FILE_METHODS = (
    "Read",
    "ReadAt",
    "ReadFrom",
    "Write",
    "WriteAt",
    "WriteString",
    "ReadDir",
    "Sync",
    "Readdir",
)
_KINDS: dict[str, tuple[str, ...]] = {
    "sleeps": ("time.Sleep",),
    "waits for the network": (
        *("net.Dial*", "net.Listen*", "net.Lookup*", "net.Resolver.Lookup*", "net.Dialer.Dial*"),
        *("net.Conn.Read", "net.Conn.Write", "net.TCPConn.*", "net.UDPConn.*", "net.Listener.Accept"),
        *("net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm", "net/http.Serve*"),
        *("net/http.ListenAndServe*", "net/http.Client.*", "net/http.Server.*"),
        *("net/http.RoundTripper.RoundTrip", "net/http.Transport.RoundTrip"),
        *("net/rpc.Dial*", "net/rpc.Client.Call", "net/smtp.SendMail", "net/smtp.Dial", "crypto/tls.Dial*"),
        *("google.golang.org/grpc.Dial*", "google.golang.org/grpc.NewClient"),
    ),
    "waits for another program": ("os/exec.Cmd.*", "os.StartProcess", "os.Process.Wait"),
    "waits for the standard input": ("fmt.Scan*",),
    "waits for files": (
        *(f"os.{name}" for name in _FILES),
        *(f"os.File.{name}" for name in _FILE_METHODS),
        *(f"os.Root.{name}" for name in _FILES),
        *("io/ioutil.ReadFile", "io/ioutil.WriteFile", "io/ioutil.ReadDir", "io/ioutil.Temp*"),
        *("path/filepath.Walk*", "path/filepath.Glob"),
    ),
    "waits for a database": ("database/sql.*",),
}
_HARMLESS = ("os/exec.Cmd.String", "os/exec.Cmd.Environ", "net/http.Client.CloseIdleConnections")


def check(package: Package) -> Iterator[Finding]:
    for code in package.reached:
        for what, names in _KINDS.items():
            for call, name in code.calls(*names):
                if name not in _HARMLESS and not _never_waits(name):
                    message = f"{code.text(call.fun)} {what}, and holds the record's lock meanwhile"
                    yield RULE.finding(message, code.place(call), code.way())
        for node in _sleeping(code):
            message = f"{code.text(node)} sleeps, and holds the record's lock meanwhile"
            yield RULE.finding(message, code.place(node), code.way())
        for node in code.nodes:
            if isinstance(node, ast.SelectorExpr) and code.selected(node) == ("os", "Stdin"):
                message = "nothing ever comes from os.Stdin in a server: take it as an argument"
                yield RULE.finding(message, code.place(node), code.way())


def _sleeping(code: Code) -> Iterator[ast.Node]:
    """The receives from a timer, but for those that a select has beside others: there it ends a wait."""
    timers = {id(call) for call, _ in code.calls("time.After", "time.Tick")}
    if not timers:
        return
    chosen = [
        clause.comm.span
        for node in code.nodes
        if isinstance(node, ast.SelectStmt)
        for clause in node.clauses
        if clause.comm is not None and len(node.clauses) > 1
    ]
    for node in code.nodes:
        received = isinstance(node, ast.UnaryExpr) and node.op == "<-" and id(ast.unparen(node.x)) in timers
        if received and not any(span.holds(node.span.start) for span in chosen):
            yield node


def _never_waits(name: str) -> bool:
    """Of a package that is named whole: what only describes, closes or converts."""
    return name.startswith("database/sql.") and name.rpartition(".")[2] in (
        *("Named", "Close", "Register", "Drivers", "Err", "Columns", "LastInsertId", "RowsAffected", "Stats"),
        *("OpenDB", "SetMaxOpenConns", "SetMaxIdleConns", "SetConnMaxLifetime", "SetConnMaxIdleTime"),
    )


RULE = Rule(
    code="MG303",
    name="blocking-call",
    severity="warning",
    summary="A UDF waits for the network, files, other programs or time",
    text=TEXT,
    check=check,
    by_code=True,
)
