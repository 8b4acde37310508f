"""Each message to the client as it is sent, its trace, and answers to requests of the server."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

import pytest

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.connection import Connection, decoded, frames
from modgo_lsp.server.lsp.outbox import Outbox


class Client:
    """A client in memory. `sent` ends the connection."""

    def __init__(self, trace: str = "off") -> None:
        self._stream = BytesIO()
        self._connection = Connection(
            BytesIO(), self._stream, lambda _, __: None, lambda _: None, lambda: None
        )
        self.outbox = Outbox(self._connection)
        self.outbox.trace = trace

    def sent(self) -> list[Any]:
        self._connection.start()
        self._connection.close(10)
        messages = [decoded(body) for body in frames(BytesIO(self._stream.getvalue()))]
        assert {message.pop("jsonrpc") for message in messages} <= {"2.0"}
        return messages


RANGE = wire.Range(wire.Position(1, 2), wire.Position(3, 4))
JSON_RANGE = {"start": {"line": 1, "character": 2}, "end": {"line": 3, "character": 4}}


def test_each_kind_of_message() -> None:
    client = Client()
    outbox = client.outbox
    outbox.notify("modgo/x", {"a": 1})
    outbox.ask("workspace/x/refresh")
    outbox.ask("workspace/y", {"b": [2]})
    outbox.show_message(2, "no Go")
    outbox.log_message(3, "started")
    outbox.publish(wire.Report("file:///a.go", None, ()))
    outbox.publish(wire.Report("file:///b.go", 0, (wire.Diagnostic(RANGE, "wrong", 1),)))
    outbox.answer(7, None)
    outbox.answer("a", {"c": 3})
    outbox.refuse(None, -32600, "not a message")
    (empty, found) = (
        {"uri": "file:///a.go", "diagnostics": []},
        {
            "uri": "file:///b.go",
            "version": 0,
            "diagnostics": [{"range": JSON_RANGE, "message": "wrong", "severity": 1}],
        },
    )
    assert client.sent() == [
        {"method": "modgo/x", "params": {"a": 1}},
        {"id": "modgo-1", "method": "workspace/x/refresh"},
        {"id": "modgo-2", "method": "workspace/y", "params": {"b": [2]}},
        {"method": "window/showMessage", "params": {"type": 2, "message": "Modgo: no Go"}},
        {"method": "window/logMessage", "params": {"type": 3, "message": "started"}},
        {"method": "textDocument/publishDiagnostics", "params": empty},
        {"method": "textDocument/publishDiagnostics", "params": found},
        {"id": 7, "result": None},
        {"id": "a", "result": {"c": 3}},
        {"id": None, "error": {"code": -32600, "message": "not a message"}},
    ]


def test_of_the_diagnostics_of_a_document_that_wait_the_last_are_sent() -> None:
    client = Client()
    for uri, version in (("file:///a.go", 1), ("file:///b.go", 1), ("file:///a.go", 2)):
        client.outbox.publish(wire.Report(uri, version, ()))
    assert [(each["params"]["uri"], each["params"]["version"]) for each in client.sent()] == [
        ("file:///a.go", 2),
        ("file:///b.go", 1),
    ]


@pytest.mark.parametrize("trace", ["off", "messages", "verbose"])
def test_messages_are_traced_but_not_the_trace_and_the_log(trace: str) -> None:
    client = Client(trace)
    client.outbox.notify("modgo/x", {"a": 1})
    client.outbox.notify("$/progress", {"token": 1})
    client.outbox.ask("workspace/y", [2])
    client.outbox.log_message(3, "started")
    traced = [each["params"] for each in client.sent() if each["method"] == "$/logTrace"]
    shown = [("sent modgo/x", '{"a":1}'), ("asked workspace/y", "[2]")]
    expected = {
        "off": [],
        "messages": [{"message": message} for message, _ in shown],
        "verbose": [{"message": message, "verbose": params} for message, params in shown],
    }
    assert traced == expected[trace]


def test_an_answer_goes_to_whoever_asked_once(caplog: pytest.LogCaptureFixture) -> None:
    outbox = Client().outbox
    answers: list[tuple[object, object]] = []
    outbox.ask("x", None, lambda result, error: answers.append((result, error)))
    outbox.ask("y")
    outbox.ask("z")
    with caplog.at_level(logging.WARNING, "modgo_lsp"):
        outbox.handle_answer({"id": "modgo-1", "result": [1]})
        outbox.handle_answer({"id": "modgo-2", "result": None})
        outbox.handle_answer({"id": "modgo-3", "error": {"code": -1, "message": "no"}})
        for unknown in ("modgo-1", "modgo-4", 1, None):
            outbox.handle_answer({"id": unknown, "result": 2})
        outbox.handle_answer({"result": 2})
    assert answers == [([1], None)]
    assert caplog.messages == [
        "The editor refused z: {'code': -1, 'message': 'no'}",
        *(
            f"The editor answered a request that was not sent: {id_!r}"
            for id_ in ("modgo-1", "modgo-4", 1, None, None)
        ),
    ]
