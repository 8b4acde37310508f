"""The calls that wait for something outside of the process: time, the network, programs, files, databases."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.types import Named, Pointer
from modgo_lsp.model.function_code import Code

_FILES = (
    *("Open", "OpenFile", "Create", "CreateTemp", "ReadFile", "WriteFile", "ReadDir", "Mkdir", "MkdirAll"),
    *("MkdirTemp", "Remove", "RemoveAll", "Rename", "Truncate", "Stat", "Lstat", "CopyFS", "Symlink", "Link"),
    *("Readlink", "Chmod", "Chown", "Lchown", "Chtimes", "OpenRoot", "OpenInRoot"),
)
_FILE_METHODS = (
    *("Read", "ReadAt", "ReadFrom", "Write", "WriteAt", "WriteString", "WriteTo", "ReadDir", "Readdir"),
    *("Readdirnames", "Sync", "Stat", "Truncate"),
)
_CONNECTIONS = ("Conn", "conn", "TCPConn", "UDPConn", "IPConn", "UnixConn")
_CONNECTION_METHODS = ("Read", "ReadFrom*", "ReadMsg*", "Write", "WriteTo*", "WriteMsg*")
_KINDS: dict[str, tuple[str, ...]] = {
    "sleeps": ("time.Sleep",),
    "waits for the network": (
        *("net.Dial", "net.DialTimeout", "net.DialTCP", "net.DialUDP", "net.DialIP", "net.DialUnix"),
        *("net.Listen", "net.ListenPacket", "net.ListenTCP", "net.ListenUDP", "net.ListenIP"),
        *("net.ListenUnix*", "net.ListenMulticastUDP", "net.ListenConfig.Listen*"),
        *("net.Lookup*", "net.Resolver.Lookup*", "net.Dialer.Dial*"),
        *(f"net.{kind}.{method}" for kind in _CONNECTIONS for method in _CONNECTION_METHODS),
        *("net.Listener.Accept", "net.TCPListener.Accept*", "net.UnixListener.Accept*"),
        *("net.ResolveTCPAddr", "net.ResolveUDPAddr", "net.ResolveIPAddr"),
        *("net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm", "net/http.Serve"),
        *("net/http.ServeTLS", "net/http.ListenAndServe*", "net/http.Client.Do", "net/http.Client.Get"),
        *("net/http.Client.Head", "net/http.Client.Post*", "net/http.Server.ListenAndServe*"),
        *("net/http.Server.Serve*", "net/http.Server.Shutdown"),
        *("net/http.RoundTripper.RoundTrip", "net/http.Transport.RoundTrip"),
        *("net/rpc.Dial*", "net/rpc.Client.Call", "net/smtp.SendMail", "net/smtp.Dial"),
        *("crypto/tls.Dial", "crypto/tls.DialWithDialer", "crypto/tls.Dialer.Dial*", "crypto/tls.Conn.Read"),
        *("crypto/tls.Conn.Write", "crypto/tls.Conn.Handshake*"),
        *("google.golang.org/grpc.Dial*", "google.golang.org/grpc.NewClient"),
    ),
    "waits for another program": (
        *(f"os/exec.Cmd.{name}" for name in ("Run", "Start", "Wait", "Output", "CombinedOutput")),
        *("os.StartProcess", "os.Process.Wait", "syscall.ForkExec", "syscall.StartProcess", "syscall.Wait4"),
    ),
    "waits for the standard input": ("fmt.Scan*",),
    "waits for files": (
        *(f"os.{name}" for name in _FILES),
        *(f"os.File.{name}" for name in _FILE_METHODS),
        *(f"os.Root.{name}" for name in _FILES),
        *("io/ioutil.ReadFile", "io/ioutil.WriteFile", "io/ioutil.ReadDir", "io/ioutil.Temp*"),
        *("path/filepath.Walk*", "path/filepath.Glob", "path/filepath.EvalSymlinks"),
        *("text/template.ParseFiles", "text/template.ParseGlob", "text/template.Template.ParseFiles"),
        *("html/template.ParseFiles", "html/template.ParseGlob", "html/template.Template.ParseFiles"),
        *("syscall.Open", "syscall.Read", "syscall.Write", "syscall.Pread", "syscall.Pwrite"),
    ),
    "waits for a database": tuple(
        f"database/sql.{name}"
        for name in (
            *("DB.Ping*", "DB.Query*", "DB.Exec*", "DB.Prepare*", "DB.Begin*", "DB.Conn", "Rows.Next*"),
            *("Tx.Query*", "Tx.Exec*", "Tx.Prepare*", "Tx.Commit", "Tx.Rollback", "Stmt.Query*"),
            *("Stmt.Exec*", "Conn.Ping*", "Conn.Query*", "Conn.Exec*", "Conn.Prepare*", "Conn.Begin*"),
            *("Row.Scan",),
        )
    ),
}
_STANDARD = (("os", "Stdout"), ("os", "Stderr"), ("os", "Stdin"))
_TIMERS = tuple(
    kind for name in ("Timer", "Ticker") for kind in (Named("time", name), Pointer(Named("time", name)))
)


def blocking_calls(code: Code) -> Iterator[tuple[ast.Expr, str]]:
    """The calls, and receives from timers, that block, each with what it waits for."""
    for what, names in _KINDS.items():
        for call, _ in code.calls(*names):
            if not _is_of_standard_file(code, call):
                yield call, what
    for expr in _timer_receives(code):
        yield expr, "sleeps"


def _is_of_standard_file(code: Code, call: ast.CallExpr) -> bool:
    """Whether a method of os.Stdout, os.Stderr or os.Stdin is called, which waits for no file."""
    fun = ast.unparen(call.fun)
    return isinstance(fun, ast.SelectorExpr) and code.selected(ast.unparen(fun.x)) in _STANDARD


def _timer_receives(code: Code) -> Iterator[ast.Expr]:
    """The receives from timers, except in a select with other cases, where the timer is a timeout."""
    timers = {id(call) for call, _ in code.calls("time.After", "time.Tick")}
    for node in code.of_kind(ast.RangeStmt, ast.UnaryExpr):
        if isinstance(node, ast.RangeStmt) and _is_timer(code, node.x, timers):
            yield node.x
        elif isinstance(node, ast.UnaryExpr) and node.op == "<-" and _is_timer(code, node.x, timers):
            yield from () if _is_timeout(code, node) else (node,)


def _is_timeout(code: Code, receive: ast.UnaryExpr) -> bool:
    return any(
        clause.comm is not None and clause.comm.span.holds(receive.span.start) and len(node.clauses) > 1
        for node in code.of_kind(ast.SelectStmt)
        for clause in node.clauses
    )


def _is_timer(code: Code, channel: ast.Expr, timers: set[int]) -> bool:
    channel = ast.unparen(channel)
    if isinstance(channel, ast.SelectorExpr):
        return channel.sel.name == "C" and code.type_of(channel.x) in _TIMERS
    if isinstance(channel, ast.Ident) and timers:
        channel = ast.unparen(code.only_value(channel) or channel)
    return id(channel) in timers
