"""Requests about documents that are no files, and about Go files that no build compiles: each has an answer
without content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.server.lsp import methods
from modgo_lsp.server.lsp.client_capabilities import Client
from tests.server.language_client import PUSHED, LanguageServer

from .conftest import CLEAN
from .stdio import Start

SPAN = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
HERE = {"position": {"line": 4, "character": 12}}
METHODS: dict[str, tuple[dict[str, Any], Any]] = {
    "textDocument/hover": (HERE, None),
    "textDocument/completion": (HERE, {"isIncomplete": False, "items": []}),
    "textDocument/signatureHelp": (HERE, None),
    "textDocument/definition": (HERE, None),
    "textDocument/references": ({**HERE, "context": {"includeDeclaration": True}}, None),
    "textDocument/documentHighlight": (HERE, None),
    "textDocument/prepareCallHierarchy": (HERE, None),
    "textDocument/prepareRename": (HERE, None),
    "textDocument/codeLens": ({}, []),
    "textDocument/documentLink": ({}, []),
    "textDocument/documentSymbol": ({}, []),
    "textDocument/foldingRange": ({}, []),
    "textDocument/inlayHint": ({"range": SPAN}, []),
    "textDocument/semanticTokens/full": ({}, None),
    "textDocument/semanticTokens/range": ({"range": SPAN}, None),
}
ELSEWHERE = {
    # These have tests of their own.
    *("textDocument/codeAction", "textDocument/diagnostic", "textDocument/rename"),
    "textDocument/selectionRange",  # answers by syntax alone
}
IGNORED = """//go:build ignore

package main

var _ = udf.Register("x", X)
"""


def test_every_request_about_a_document_is_here() -> None:
    rows = {name for name, row in methods.METHODS.items() if row.context == "snapshot"}
    missing = {each for each in rows if each.startswith("textDocument/")} - METHODS.keys() - ELSEWHERE
    assert not missing, "add it to METHODS with its answer where no package is"


def item(uri: str, data: Any = None) -> dict[str, Any]:
    ranges = {"range": SPAN, "selectionRange": SPAN}
    return {"item": {"name": "x", "kind": 12, "uri": uri, **ranges, "data": data}}


@pytest.mark.parametrize("uri", ["untitled:a.go", "IGNORED", "GONE"])
def test_there_is_nothing_to_answer(start: Start, module: Path, uri: str) -> None:
    server = start()
    if uri == "IGNORED":
        uri = server.open(module / "tools" / "x.go", IGNORED)
    elif uri == "GONE":
        uri = (module / "nowhere" / "x.go").as_uri()
    document = {"textDocument": {"uri": uri}}
    found = {method: server.request(method, {**document, **more}) for method, (more, _) in METHODS.items()}
    assert found == {method: expected for method, (_, expected) in METHODS.items()}
    refused = server.answer(server.ask("textDocument/rename", {**document, **HERE, "newName": "y"}))
    assert refused["error"]["code"] == -32602
    assert refused["error"]["message"] == "Modgo: there is no Go package here to rename in."
    for data in (None, {"origin": "/no/such/a.go", "start": 1, "end": 2}):
        for method in ("incomingCalls", "outgoingCalls"):
            assert server.request(f"callHierarchy/{method}", item(uri, data)) == []
    if "tools" not in uri:
        assert server.request("textDocument/selectionRange", {**document, "positions": [SPAN["start"]]}) == []


def test_a_call_hierarchy_of_a_function_that_is_gone(start: Start, module: Path) -> None:
    server = start()
    uri = server.open(module / "stats.go")
    data = {"origin": str(module / "stats.go"), "start": 0, "end": 1}
    for method in ("incomingCalls", "outgoingCalls"):
        assert server.request(f"callHierarchy/{method}", item(uri, data)) == []


def refusing(start: Start, module: Path, refused: str, capabilities: Any = PUSHED) -> LanguageServer:
    """A server whose client answers requests of a method with an error."""
    server = start(handshake=False)
    send: Callable[[Any], None] = server.send

    def answered(message: Any) -> None:
        asked = next((each for each in server.requests if each["id"] == message.get("id")), None)
        if "method" not in message and asked is not None and asked["method"] == refused:
            message = {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "unheard"}}
        send(message)

    server.send = answered  # type: ignore[method-assign]
    server.initialize(capabilities=capabilities, initializationOptions={"trusted": True})
    return server


def logged(server: LanguageServer, text: str) -> Callable[[], bool]:
    return lambda: any(
        each["method"] == "window/logMessage" and text in each["params"]["message"]
        for each in server.notifications
    )


def test_a_client_that_refuses_its_settings(start: Start, module: Path) -> None:
    capabilities = {**PUSHED, "workspace": {"configuration": True}}
    server = refusing(start, module, "workspace/configuration", capabilities)
    server.until(logged(server, "The editor did not send its settings: {'code': -32601"))


def test_a_client_that_refuses_progress(start: Start, module: Path) -> None:
    capabilities = {**PUSHED, "window": {"workDoneProgress": True}}
    server = refusing(start, module, "window/workDoneProgress/create", capabilities)
    argument = {"uri": module.as_uri(), "options": {"memory": "much"}, "function": "add", "args": [1, 2]}
    server.request("workspace/executeCommand", {"command": "modgo.test", "arguments": [argument]})
    server.until(logged(server, "The editor refused to show progress: {'code': -32601"))


def test_a_client_that_refuses_other_requests(start: Start, module: Path) -> None:
    capabilities = {**PUSHED, "workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    assert not Client().pull_diagnostics
    server = refusing(start, module, "client/registerCapability", capabilities)
    server.until(logged(server, "The editor refused client/registerCapability: {'code': -32601"))


def test_completions_without_documentation_have_no_data(start: Start, module: Path) -> None:
    """Data is what completionItem/resolve needs: clients need not ask for the others."""
    server = start()
    text = '[{"function": ""}]'
    uri = server.open(module / "testdata" / "udf" / "x.case.json", text, "json")
    here = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": text.index('""') + 1}}
    items = server.request("textDocument/completion", here)["items"]
    assert [(each["label"], "data" in each) for each in items] == [("add", False), ("count", False)]
    uri = server.open(module / "stats.go", CLEAN + "\n//modgo:ignore MG10\n")
    line = CLEAN.count("\n") + 1
    here = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 19}}
    items = server.request("textDocument/completion", here)["items"]
    assert items
    assert all(each["data"] == each["label"] for each in items)
