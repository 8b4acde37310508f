"""The server survives missing, large and unwritable files, killed children, and clients that don't read."""

from __future__ import annotations

import json
import os
import resource
import shutil
import time
from pathlib import Path

import psutil

from tests.server.language_client import LanguageServer

from .alive import lints
from .conftest import CLEAN, UNREGISTERED
from .stdio import Start, at, between, change, settle, status

# --- files


def test_files_disappear_before_they_are_read(start: Start, module: Path) -> None:
    server = start()
    uri = server.open(module / "stats.go")
    for number in range(10):
        package = module / f"p{number}"
        package.mkdir()
        (package / "a.go").write_text(UNREGISTERED)
        made = {"uri": (package / "a.go").as_uri(), "type": 1}
        server.notify("workspace/didChangeWatchedFiles", {"changes": [made]})
        inside = server.open(package / "a.go")
        shutil.rmtree(package)
        server.notify("textDocument/didSave", {"textDocument": {"uri": inside}})
        assert at(server, inside)
        server.notify("textDocument/didClose", {"textDocument": {"uri": inside}})
    (module / "stats.go").unlink()
    (module / "go.mod").unlink()
    server.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    server.diagnostics(uri, 1, count=0)
    shutil.rmtree(module)
    assert "error" not in server.answer(server.ask("workspace/symbol", {"query": ""}))
    module.mkdir()
    lints(server, module)


def test_files_of_many_megabytes(start: Start, module: Path) -> None:
    server = start()
    line = UNREGISTERED + "var long = []string{" + '"abcdefgh", ' * 850_000 + "}\n"
    body = "\tn = n + 1\n" * 100
    functions = (f"\nfunc one{number}(n int) int {{\n{body}\treturn n\n}}\n" for number in range(3000))
    lines = UNREGISTERED + "".join(functions)
    garbage = "(" * 10_000_000
    for name, text in (("line.go", line), ("lines.go", lines), ("garbage.go", garbage)):
        assert len(text) > 3_000_000
        # Each in a package of its own: they declare the same names.
        path = module / name.removesuffix(".go") / name
        uri = server.open(path, text)
        server.until(lambda uri=uri: uri in server.pushed)  # type: ignore[misc]
        server.change(uri, 2, between((0, 0), (0, 0), "\n"))
        server.until(lambda uri=uri: server.pushed[uri]["version"] == 2)  # type: ignore[misc]
        server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    lints(server, module)


def test_a_thousand_open_documents(start: Start, module: Path) -> None:
    server = start()
    for number in range(1000):
        text = UNREGISTERED.replace('"add"', f'"add{number}"').replace('"count"', f'"count{number}"')
        server.open(module / f"p{number % 50}" / f"f{number}.go", text.replace("Extra", f"Extra{number}"))
    last = (module / "p49" / "f999.go").as_uri()
    server.until(lambda: "Extra999" in str(server.pushed.get(last)))
    server.change(last, 2, {"text": "package stats\n"})
    server.diagnostics(last, 2, count=0)
    assert status(server)["documents"] == 1000
    for number in range(1000):
        uri = (module / f"p{number % 50}" / f"f{number}.go").as_uri()
        server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    settle(server)
    assert not [uri for uri, report in server.pushed.items() if report["diagnostics"]]
    lints(server, module)


def test_a_full_disk(start: Start, module: Path) -> None:
    """Neither its caches nor its log can be written."""
    full = os.open("/dev/full", os.O_WRONLY)
    server = start(stderr=full)
    os.close(full)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, 0))
    server.send_bytes(b"Content-Length: 2\r\n\r\n[]")
    server.notify("textDocument/didOpen", {"textDocument": 7})
    uri = server.open(module / "stats.go", UNREGISTERED)
    server.diagnostics(uri, 1, count=1)
    server.request("workspace/symbol", {"query": ""})
    build = {"command": "modgo.build", "arguments": [{"uri": module.as_uri()}]}
    assert server.request("workspace/executeCommand", build)["ok"] is False
    lints(server, module)


def test_a_name_that_is_not_utf_8(start: Start, module: Path) -> None:
    name = os.fsdecode(b"bad\xff.go")
    text = UNREGISTERED.replace('"add"', '"other"').replace('"count"', '"count"').replace("Extra", "Other")
    (module / name).write_text(text)
    server = start()
    uri = server.open(module / "stats.go", UNREGISTERED)
    # Both register "count": the finding in one names the other.
    server.until(lambda: "count" in str(server.pushed.get(uri)))
    assert "result" in server.answer(server.ask("workspace/symbol", {"query": ""}))
    lints(server, module)


# --- processes


def children(server: LanguageServer) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children(recursive=True)


def child_of(server: LanguageServer, name: str) -> psutil.Process:
    """A process below the server whose command line has this word."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for each in children(server):
            try:
                if name in each.cmdline():
                    return each
            except psutil.Error:
                continue
        server.receive(0.005)
    raise AssertionError(f"no {name}")


ENDLESS = CLEAN.replace("\treturn a + b\n", "\tfor {\n\t}\n")


def test_a_killed_build_and_a_killed_worker_are_results(start: Start, module: Path) -> None:
    server = start()
    (module / "stats.go").write_text(ENDLESS)
    here = {"uri": module.as_uri()}
    building = server.ask("workspace/executeCommand", {"command": "modgo.build", "arguments": [here]})
    child_of(server, "build").kill()
    assert server.answer(building)["result"]["ok"] is False
    call = {**here, "function": "add", "args": [1, 2], "options": {"timeout": 60}}
    calling = server.ask("workspace/executeCommand", {"command": "modgo.call", "arguments": [call]})
    worker = child_of(server, "mod-go-worker")
    while worker.cpu_times().user < 0.2:
        server.receive(0.05)
    worker.kill()
    answer = server.answer(calling)["result"]
    assert answer["ok"] is False
    (module / "stats.go").write_text(CLEAN)
    answer = server.request("workspace/executeCommand", {"command": "modgo.call", "arguments": [call]})
    assert answer["result"] == 3
    lints(server, module)


def test_the_server_and_its_children_end_with_the_client(start: Start, module: Path) -> None:
    server = start()
    (module / "stats.go").write_text(ENDLESS)
    call = {"uri": module.as_uri(), "function": "add", "args": [1, 2], "options": {"timeout": 600}}
    server.ask("workspace/executeCommand", {"command": "modgo.call", "arguments": [call]})
    child_of(server, "mod-go-worker")
    below = children(server)
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(30) == 1
    _, alive = psutil.wait_procs(below, timeout=30)
    assert not alive


def test_a_client_that_stops_reading_costs_no_memory(start: Start, module: Path) -> None:
    server = start()
    uri = server.open(module / "stats.go", UNREGISTERED)
    server.diagnostics(uri, 1, count=1)
    settle(server)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    os.set_blocking(server.process.stdin.fileno(), False)  # type: ignore[union-attr]
    here = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 16}}
    last = 1
    for version in range(2, 3000):
        edit = {"text": f"{UNREGISTERED}// {version}\n"}
        asked = {"jsonrpc": "2.0", "id": f"a{version}", "method": "textDocument/hover", "params": here}
        changed = {
            "jsonrpc": "2.0",
            "method": "textDocument/didChange",
            "params": change(uri, version, edit),
        }
        if not (written(server, asked) and written(server, changed)):
            break  # the server reads no more until the client reads
        last = version
    assert process.memory_info().rss - before < 250 * 1024 * 1024
    os.set_blocking(server.process.stdin.fileno(), True)  # type: ignore[union-attr]
    server.until(lambda: server.pushed[uri].get("version") == last)
    lints(server, module)


def written(server: LanguageServer, message: object) -> bool:
    """Whether the server took the message. The rest of one that it began to take is sent."""
    assert server.process.stdin is not None
    body = json.dumps(message).encode()
    view = memoryview(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    whole, end = len(view), time.monotonic() + 10
    while view:
        try:
            view = view[os.write(server.process.stdin.fileno(), view) :]
        except BlockingIOError:
            if time.monotonic() > end:
                if len(view) == whole:
                    return False
                server.receive(0.1)  # there is capacity for the rest once something is read
            time.sleep(0.001)
    return True
