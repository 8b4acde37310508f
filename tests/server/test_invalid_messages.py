"""Invalid messages, parameters, edits and documents: the server answers or ignores each, and continues.

MODGO_EXAMPLES sets how many random messages are sent."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.server.language_client import PUSHED

from .alive import lints
from .conftest import CLEAN, UNREGISTERED
from .stdio import Start, at, between, change, status

EXAMPLES = int(os.environ.get("MODGO_EXAMPLES", "50"))


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
def test_invalid_messages_are_ignored(start: Start, module: Path, loaded: bool, tmp_path: Path) -> None:
    complaints = tmp_path / "complaints"
    server = start(stderr=complaints)
    if loaded:
        status(server)
    for body in NO_MESSAGES:
        server.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    lints(server, module)
    assert "modgo: ignored a message that is " in complaints.read_text()


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
