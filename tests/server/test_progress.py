"""Work-done progress: the messages to the client, and what the log has where it shows none."""

from __future__ import annotations

import logging
from io import BytesIO
from typing import Any

import msgspec
import pytest

from modgo_lsp.server.lsp.connection import Connection, frames
from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.workspace.progress import ProgressTokens


class Client:
    """What a client gets that answers nothing by itself."""

    def __init__(self) -> None:
        self._output = BytesIO()
        self.connection = Connection(
            BytesIO(), self._output, lambda _, __: None, lambda _: None, lambda: None
        )
        self.outbox = Outbox(self.connection)

    def received(self) -> list[Any]:
        self.connection.start()
        self.connection.close(10)
        return [msgspec.json.decode(body) for body in frames(BytesIO(self._output.getvalue()))]


@pytest.fixture
def client() -> Client:
    return Client()


def stop() -> None:
    pytest.fail("cancelled")


def notification(token: str, **value: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": "$/progress", "params": {"token": token, "value": value}}


def test_progress_with_the_client_s_token(client: Client) -> None:
    progress = ProgressTokens(client.outbox, False).begin("Building", stop, "t")
    progress.report("compiling", 50)
    progress.end("done")
    assert client.received() == [
        notification("t", kind="begin", title="Building", cancellable=True),
        notification("t", kind="report", message="compiling", percentage=50),
        notification("t", kind="end", message="done"),
    ]


def test_progress_that_the_client_creates_shows_the_last_step(client: Client) -> None:
    progress = ProgressTokens(client.outbox, True).begin("Building", stop)
    progress.report("first")
    progress.report("second", 2)
    progress.was_created(None, None)
    progress.was_created(None, None)
    progress.end()
    progress.end()
    create, *rest = client.received()
    assert (create["method"], create["params"]) == (
        "window/workDoneProgress/create",
        {"token": "modgo-1"},
    )
    assert rest == [
        notification("modgo-1", kind="begin", title="Building", cancellable=True),
        notification("modgo-1", kind="report", message="second", percentage=2),
        notification("modgo-1", kind="end"),
    ]


def test_steps_that_no_client_shows_are_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Percentages are not: they come often."""
    progress = ProgressTokens(client.outbox, False).begin("Building", stop)
    with caplog.at_level(logging.INFO):
        progress.report("compiling")
        progress.report("more", 3)
        progress.was_created(None, {"code": 1, "message": "no"})
        progress.report("loading")
        progress.end()
        progress.was_created(None, None)
    assert caplog.messages == [
        "Building: compiling",
        "The editor refused to show progress: {'code': 1, 'message': 'no'}",
        "Building: loading",
    ]
    assert client.received() == []


def test_only_work_that_goes_on_is_cancelled(client: Client) -> None:
    cancelled: list[str] = []
    tokens = ProgressTokens(client.outbox, True)
    first = tokens.begin("Building", lambda: cancelled.append("first"), "a")
    tokens.begin("Indexing", lambda: cancelled.append("second"))
    for token in ("a", "modgo-2", "modgo-1", "b"):
        tokens.cancel(token)
    assert cancelled == ["first", "second"]
    first.end()
    tokens.cancel("a")
    assert cancelled == ["first", "second"]
