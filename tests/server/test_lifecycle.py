"""How a session begins and ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.language_client import PUSHED, LanguageServer

from .stdio import Start, status


def test_a_build_asked_for_just_before_shutdown_is_cancelled(start: Start, module: Path) -> None:
    server = start()
    status(server)  # the next command is begun as soon as it is read
    parameters = {"command": "modgo.build", "arguments": [{"uri": module.as_uri()}]}
    build = server.ask("workspace/executeCommand", parameters)
    assert server.request("shutdown", None) is None
    assert server.answer(build, 5)["error"]["code"] == -32800
    assert not (module / "stats.so").exists()


def logged(server: LanguageServer) -> str:
    messages = [each for each in server.notifications if each["method"] == "window/logMessage"]
    return str(messages)


def test_malformed_options_are_logged_to_the_client(start: Start) -> None:
    server = start(handshake=False)
    server.initialize(capabilities=PUSHED, initializationOptions={"trusted": 5})
    status(server)
    assert logged(server).count("initializationOptions.trusted is not as expected") == 1


def test_a_message_that_cannot_be_traced_does_not_end_the_server(start: Start) -> None:
    server = start()
    server.notify("$/setTrace", {"value": "verbose"})
    for depth in range(900, 1000):  # some of them can be read but not written
        params = b"[" * depth + b"]" * depth
        body = b'{"jsonrpc": "2.0", "id": %d, "method": "textDocument/hover", "params": %s}' % (depth, params)
        server.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    server.notify("$/setTrace", {"value": "off"})
    status(server)
    assert "Could not handle textDocument/hover: RecursionError" in logged(server)


def test_a_refusal_is_no_traceback_in_the_log(start: Start, module: Path, tmp_path: Path) -> None:
    server = start(stderr=tmp_path / "stderr")
    uri = server.open(module / "stats.go")
    position = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}}
    refused = server.answer(server.ask("textDocument/rename", {**position, "newName": "x y"}))
    assert refused["error"]["code"] == -32602
    assert server.close() == 0
    assert (tmp_path / "stderr").read_text() == ""


def test_a_method_that_the_client_leaves_out_is_refused(start: Start, module: Path) -> None:
    left_out = ["textDocument/hover", "textDocument/diagnostic"]
    server = start(handshake=False)
    server.initialize(capabilities=PUSHED, initializationOptions={"without": left_out})
    document = {"textDocument": {"uri": server.open(module / "stats.go")}}
    for method in left_out:
        refused = server.answer(server.ask(method, {**document, "position": {"line": 0, "character": 0}}))
        assert refused["error"]["code"] == -32601
    assert server.request("textDocument/documentSymbol", document)


EXIT = {"jsonrpc": "2.0", "method": "exit"}


@pytest.mark.parametrize("is_shut_down", [True, False])
@pytest.mark.parametrize("message", [EXIT, {**EXIT, "id": "last"}])
def test_exit_is_an_error_without_shutdown(start: Start, message: dict[str, Any], is_shut_down: bool) -> None:
    server = start()
    if is_shut_down:
        server.request("shutdown", None)
    server.send(message)
    assert server.process.wait(10) == (0 if is_shut_down else 1)


@pytest.mark.parametrize("is_shut_down", [True, False])
def test_the_end_of_the_input_without_exit_is_an_error(start: Start, is_shut_down: bool) -> None:
    server = start()
    if is_shut_down:
        server.request("shutdown", None)
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(10) == 1


def test_a_second_shutdown_is_refused(start: Start) -> None:
    server = start()
    server.request("shutdown", None)
    assert server.answer(server.ask("shutdown", None))["error"]["code"] == -32600
    server.send(EXIT)
    assert server.process.wait(10) == 0
