"""Whatever a client, a disk or another process does, the server continues, or ends as it should.

More of the random parts with MODGO_EXAMPLES.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.server.language_client import PUSHED, LanguageServer

from .conftest import CLEAN, UNREGISTERED
from .stdio import Start, at, between, change, settle, status

EXAMPLES = int(os.environ.get("MODGO_EXAMPLES", "50"))


def lints(server: LanguageServer, folder: Path, name: str = "alive.go") -> None:
    """The server reports a finding in a new file, and answers."""
    head = UNREGISTERED.split("func init")[0]
    uri = server.open(folder / name, head + "func Alive(rec *udf.Record) {}\n")
    server.until(lambda: "Alive" in str(server.pushed.get(uri)))
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert status(server)["version"]


# --- messages


NO_MESSAGES = (
    b"{}",
    b"{",
    b"[]",
    b'[{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}]',
    b"null",
    b"\xff\xfe",
    b"",
    b'{"jsonrpc": "1.0", "id": 1, "method": "shutdown"}',
    b'{"jsonrpc": "2.0", "id": [1], "method": "textDocument/diagnostic"}',
    b'{"jsonrpc": "2.0", "id": {}, "method": "textDocument/hover"}',
    b'{"jsonrpc": "2.0", "id": true, "method": "workspace/diagnostic"}',
    b'{"jsonrpc": "2.0", "id": 1.5, "method": "textDocument/hover"}',
    b'{"jsonrpc": "2.0", "method": 7}',
    b'{"jsonrpc": "2.0", "id": 1, "method": null, "params": {}}',
    b'{"jsonrpc": "2.0", "id": "modgo-1", "result": 1, "error": 2}',
    b'{"jsonrpc": "2.0", "id": 99, "result": null}',
    b'{"jsonrpc": "2.0", "id": null, "error": {"code": 1, "message": "x"}}',
    b'{"jsonrpc": "2.0", "method": "$/unheard", "params": [1]}',
    b"[" * 50_000,
)


@pytest.mark.parametrize("loaded", [False, True], ids=["at once", "when all is loaded"])
def test_invalid_messages_are_ignored(start: Start, module: Path, loaded: bool) -> None:
    server = start()
    if loaded:
        status(server)
    for body in NO_MESSAGES:
        server.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    lints(server, module)


WRONG = (None, 7, "x", [], [7], {}, {"textDocument": 7}, {"textDocument": {"uri": 7}}, {"uri": "file:///x"})
REQUESTS = (
    *("textDocument/hover", "textDocument/completion", "textDocument/diagnostic", "workspace/diagnostic"),
    *("textDocument/codeLens", "textDocument/rename", "workspace/symbol", "workspace/executeCommand"),
    *("codeAction/resolve", "callHierarchy/incomingCalls", "textDocument/selectionRange", "no/such/method"),
)
NOTIFICATIONS = (
    *("textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "textDocument/didSave"),
    *("workspace/didChangeWatchedFiles", "workspace/didChangeWorkspaceFolders", "$/cancelRequest"),
    *("workspace/didChangeConfiguration", "$/setTrace", "window/workDoneProgress/cancel", "no/such/method"),
)


def test_invalid_parameters_are_answered_with_an_error_or_ignored(start: Start, module: Path) -> None:
    server = start()
    for params in WRONG:
        for method in NOTIFICATIONS:
            server.notify(method, params)
        for method in REQUESTS:
            answer = server.answer(server.ask(method, params))
            assert "result" in answer or "Traceback" not in answer["error"]["message"]
    lints(server, module)
    logged = [
        each["params"]["message"] for each in server.notifications if each["method"] == "window/logMessage"
    ]
    assert not [message for message in logged if "Could not" in message or "failed" in message]


def test_request_ids_can_be_anything_and_repeat(start: Start, module: Path) -> None:
    server = start()
    uri = server.open(module / "stats.go")
    params = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 16}}
    for number in ("seven", "", -1, 0, 2**53, "modgo-1"):
        server.send({"jsonrpc": "2.0", "id": number, "method": "textDocument/hover", "params": params})
        assert "add" in str(server.answer(number)["result"])
    for _ in range(3):
        diagnostic = {"textDocument": {"uri": uri}}
        message = {"jsonrpc": "2.0", "id": "same", "method": "textDocument/diagnostic", "params": diagnostic}
        server.send(message)
        server.send({**message, "method": "textDocument/hover", "params": params})
    server.answer("same")
    lints(server, module)


def test_messages_outside_the_session_are_refused(start: Start) -> None:
    server = start(handshake=False)
    early = server.answer(server.ask("textDocument/hover", {}))
    assert early["error"]["code"] == -32002
    server.notify("textDocument/didOpen", {})
    for wrong in (None, 7, [], {"capabilities": 7}, {"capabilities": {}, "processId": "x"}):
        assert "error" in server.answer(server.ask("initialize", wrong))
    server.initialize(capabilities=PUSHED)
    assert "error" in server.answer(server.ask("initialize", {"capabilities": {}}))
    server.notify("initialized", {})
    assert server.request("shutdown", None) is None
    assert "error" in server.answer(server.ask("textDocument/hover", {}))
    server.notify("exit", None)
    assert server.process.wait(20) == 0


# --- edits


def test_edits_out_of_range_and_invalid_versions(start: Start, module: Path) -> None:
    server = start()
    uri = server.open(module / "stats.go")
    large = 2**31 - 1
    for number, edit in enumerate(
        (
            between((large, large), (large, large)),
            between((3, 0), (2, 0)),
            between((0, large), (0, 0)),
            between((-1, -1), (-1, -1)),
            between((0, 0), (0, -5)),
            between((0, 0), (large, 0), ""),
            between((0, 0), (0, 0), "\ud800"),
            between((0, 0), (0, 0), None),
            between((0.5, 0), (1, 0)),
            {"range": None, "text": "package x\n"},
            {"text": 7},
            7,
        )
    ):
        for version in (-number, None, 2**40, "x"):
            server.notify("textDocument/didChange", change(uri, version, edit))
    server.notify("textDocument/didChange", change(uri, 1, {"text": UNREGISTERED}))
    server.diagnostics(uri, 1, count=1)
    server.notify("textDocument/didChange", change(uri, -2, {"text": CLEAN}))
    server.diagnostics(uri, -2, count=0)
    lints(server, module)


def test_documents_opened_twice_never_or_by_strange_names(start: Start, module: Path) -> None:
    server = start()
    uris = (
        *("", "x", "file:", "file://", "file:///", "untitled:a.go", "file:///%ff%00.go", "file://host/a.go"),
        *("git:/a.go?x", "file:///a%2Fb.go", f"file:///{'x' * 5000}.go", (module / "gone" / "a.go").as_uri()),
        *(module.as_uri(), "file:///\ud800.go"),
    )
    for uri in (*uris, *uris):
        item = {"uri": uri, "languageId": "go", "version": 1, "text": UNREGISTERED}
        server.notify("textDocument/didChange", change(uri, 2, {"text": "package x\n"}))
        server.notify("textDocument/didOpen", {"textDocument": item})
        assert at(server, uri)
        server.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    for uri in (*uris, *uris):
        server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    lints(server, module)


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


# --- at random


MESSAGES: tuple[tuple[str, Any], ...] = (
    ("textDocument/didOpen", {"textDocument": {"uri": "U", "languageId": "go", "version": 1, "text": CLEAN}}),
    ("textDocument/didChange", change("U", 2, between((3, 1), (5, 2), "var x = 1\n"))),
    ("textDocument/didChange", change("U", 3, {"text": UNREGISTERED})),
    ("textDocument/didSave", {"textDocument": {"uri": "U"}}),
    ("textDocument/didClose", {"textDocument": {"uri": "U"}}),
    ("workspace/didChangeWatchedFiles", {"changes": [{"uri": "U", "type": 2}]}),
    ("workspace/didChangeConfiguration", {"settings": {"modgo": {"lint": {"ignore": ["MG5"]}}}}),
    ("$/setTrace", {"value": "verbose"}),
    ("$/cancelRequest", {"id": 1}),
    ("textDocument/hover?", {"textDocument": {"uri": "U"}, "position": {"line": 5, "character": 16}}),
    ("textDocument/completion?", {"textDocument": {"uri": "U"}, "position": {"line": 16, "character": 20}}),
    ("textDocument/codeLens?", {"textDocument": {"uri": "U"}}),
    ("textDocument/diagnostic?", {"textDocument": {"uri": "U"}, "previousResultId": "x"}),
    ("textDocument/foldingRange?", {"textDocument": {"uri": "U"}}),
    ("textDocument/inlayHint?", {"textDocument": {"uri": "U"}, "range": between((0, 0), (9, 0))["range"]}),
    (
        "textDocument/codeAction?",
        {
            "textDocument": {"uri": "U"},
            "range": between((0, 0), (9, 0))["range"],
            "context": {"diagnostics": []},
        },
    ),
    ("workspace/symbol?", {"query": "a"}),
    ("workspace/executeCommand?", {"command": "modgo.status", "arguments": []}),
)
ODD: tuple[Any, ...] = (None, True, 0, -1, 2**31, 2**70, 1.5, "", "U", "\0", "é𝄞", [], {}, [[]], {"uri": "U"})


def mutated(choose: random.Random, value: Any) -> Any:
    """The value with a part of it removed, doubled or replaced."""
    if isinstance(value, dict) and value and choose.random() < 0.8:
        key = choose.choice(list(value))
        if choose.random() < 0.15:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: mutated(choose, value[key])}
    if isinstance(value, list) and value and choose.random() < 0.7:
        return [*value, mutated(choose, choose.choice(value))]
    return choose.choice(ODD)


@pytest.mark.parametrize("seed", range(2))
def test_random_messages_are_all_answered(start: Start, module: Path, seed: int) -> None:
    choose = random.Random(seed)
    uri = (module / "stats.go").as_uri()
    server = start()
    asked = []
    for _ in range(EXAMPLES * 6):
        method, params = choose.choice(MESSAGES)
        params = json.loads(json.dumps(params).replace('"U"', f'"{uri}"'))
        for _ in range(choose.choice((0, 1, 1, 2))):
            params = mutated(choose, params)
        if method.endswith("?"):
            asked.append((server.ask(method[:-1], params), method, params))
        else:
            server.notify(method, params)
    for number, method, params in asked:
        assert server.answer(number), (method, params)
    server.notify("workspace/didChangeConfiguration", {"settings": {"modgo": {}}})
    lints(server, module)
