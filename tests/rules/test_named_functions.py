"""Every function and method of Go's library that a rule names: a call of each has its finding, on its line.

The lists are this test's own, so that it notices an entry that a rule's list loses.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import lint_paths
from modgo_lsp.lint.linted_modules import Machine

SDK = "github.com/GeertJohan/aerospike-mod-go/udf"
OS_FILES = (
    "Open OpenFile Create CreateTemp ReadFile WriteFile ReadDir Mkdir MkdirAll MkdirTemp Remove RemoveAll "
    "Rename Truncate Stat Lstat CopyFS Symlink Link Readlink Chmod Chown Lchown Chtimes OpenRoot OpenInRoot "
)
ROOT_FILES = (
    "Open OpenFile Create ReadFile WriteFile Mkdir MkdirAll Remove RemoveAll Rename Stat Lstat Symlink Link "
    "Readlink Chmod Chown Lchown Chtimes OpenRoot"
)
HTTP_METHODS = "Do Get Head Post PostForm"
# By rule, by package or type: names.
NAMED: dict[str, dict[str, str]] = {
    "MG303": {
        "time": "Sleep",
        "net": "Dial DialTimeout DialTCP DialUDP DialIP DialUnix Listen ListenPacket ListenTCP ListenUDP "
        "ListenIP ListenUnix ListenUnixgram ListenMulticastUDP LookupHost LookupAddr "
        "ResolveTCPAddr ResolveUDPAddr ResolveIPAddr",
        "net.ListenConfig": "Listen ListenPacket",
        "net.Resolver": "LookupHost LookupSRV",
        "net.Dialer": "Dial DialContext",
        "net.Conn": "Read Write",
        "net.TCPConn": "Read Write ReadFrom WriteTo",
        "net.UDPConn": "Read Write ReadFrom ReadMsgUDP WriteTo WriteMsgUDP",
        "net.IPConn": "Read Write ReadFrom ReadMsgIP WriteTo WriteMsgIP",
        "net.UnixConn": "Read Write ReadFrom ReadMsgUnix WriteTo WriteMsgUnix",
        "net.Listener": "Accept",
        "net.TCPListener": "Accept AcceptTCP",
        "net.UnixListener": "Accept AcceptUnix",
        "net/http": "Get Head Post PostForm Serve ServeTLS ListenAndServe ListenAndServeTLS",
        "net/http.Client": HTTP_METHODS,
        "net/http.Server": "ListenAndServe ListenAndServeTLS Serve ServeTLS Shutdown",
        "net/http.RoundTripper": "RoundTrip",
        "net/http.Transport": "RoundTrip",
        "net/rpc": "Dial DialHTTP",
        "net/rpc.Client": "Call",
        "net/smtp": "SendMail Dial",
        "crypto/tls": "Dial DialWithDialer",
        "crypto/tls.Dialer": "Dial DialContext",
        "crypto/tls.Conn": "Read Write Handshake HandshakeContext",
        "os/exec.Cmd": "Run Start Wait Output CombinedOutput",
        "os": f"{OS_FILES} StartProcess",
        "os.Process": "Wait",
        "os.Root": ROOT_FILES,
        "os.File": "Read ReadAt ReadFrom Write WriteAt WriteString WriteTo ReadDir Readdir Readdirnames Sync "
        "Stat Truncate",
        "syscall": "ForkExec StartProcess Wait4 Open Read Write Pread Pwrite",
        "fmt": "Scan Scanf Scanln",
        "io/ioutil": "ReadFile WriteFile ReadDir TempFile TempDir",
        "path/filepath": "Walk WalkDir Glob EvalSymlinks",
        "text/template": "ParseFiles ParseGlob",
        "text/template.Template": "ParseFiles",
        "html/template": "ParseFiles ParseGlob",
        "html/template.Template": "ParseFiles",
        "database/sql.DB": "Ping PingContext Query QueryRow QueryContext Exec ExecContext Prepare "
        "PrepareContext Begin BeginTx Conn",
        "database/sql.Rows": "Next NextResultSet",
        "database/sql.Row": "Scan",
        "database/sql.Tx": "Query QueryRow Exec ExecContext Prepare Commit Rollback",
        "database/sql.Stmt": "Query QueryRow Exec",
        "database/sql.Conn": "PingContext QueryContext ExecContext PrepareContext BeginTx",
    },
    "MG308": {
        "os": "Chdir Setenv Unsetenv Clearenv",
        "os/signal": "Notify Ignore Reset Stop NotifyContext",
        "runtime": "LockOSThread GOMAXPROCS SetBlockProfileRate SetMutexProfileFraction",
        "runtime/debug": "SetGCPercent SetMaxStack SetMaxThreads SetMemoryLimit SetPanicOnFault SetTraceback "
        "FreeOSMemory",
        "syscall": "Chdir Chroot Setrlimit Setenv Umask Setuid Setgid Setpriority Dup2 Dup3",
        "log": "SetOutput SetFlags SetPrefix",
        "log/slog": "SetDefault SetLogLoggerLevel",
        "flag": "Parse",
        "net/http": "Handle HandleFunc",
        "expvar": "Publish",
        "runtime/pprof": "StartCPUProfile",
    },
    "MG301": {
        "os": "Exit",
        "syscall": "Exit Kill Exec",
        "runtime": "Goexit",
        "log": "Fatal Fatalf Fatalln",
        "log.Logger": "Fatal Fatalf Fatalln",
    },
    "MG307": {"fmt": "Print Printf Println"},
}


@pytest.mark.parametrize("code", NAMED)
def test_each_name_has_its_finding(tmp_path: Path, code: str) -> None:
    imports: dict[str, str] = {}
    variables: list[str] = []
    calls: list[str] = []
    for owner, names in NAMED[code].items():
        path, _, type_ = owner.rpartition(".") if "." in owner.rpartition("/")[2] else (owner, "", "")
        package = imports.setdefault(path, f"p{len(imports)}")
        receiver = package
        if type_:
            receiver = f"v{len(variables)}"
            variables.append(f"var {receiver} {package}.{type_}")
        calls += [f"{receiver}.{name}(n)" for name in names.split()]
    lines = [
        "package shop",
        f'import udf "{SDK}"',
        *(f'import {name} "{path}"' for path, name in imports.items()),
        *variables,
        'func init() { udf.Register("f", F) }',
        "func F(rec *udf.Record, n int) {",
        *calls,
        "}",
    ]
    (tmp_path / "go.mod").write_text(f"module example.com/shop\n\ngo 1.24\n\nrequire {SDK} v1.0.0\n")
    (tmp_path / "shop.go").write_text("\n".join(lines) + "\n")
    outcome = lint_paths([str(tmp_path)], DiskFiles(), machine=Machine(find_go_environment))
    document = outcome.documents[str(tmp_path / "shop.go")]
    found = {
        document.text[: finding.location.span.start].count(b"\n")
        for finding in outcome.findings
        if finding.code == code
    }
    assert [line for number, line in enumerate(lines) if line in calls and number not in found] == []
