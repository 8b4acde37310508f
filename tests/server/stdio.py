"""Helpers for tests that send messages without a client library: the server's command and state, and parts of
messages."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tests.server.language_client import LanguageServer

COMMAND = [sys.executable, "-m", "modgo_lsp.server.main"]
Start = Callable[..., LanguageServer]


def status(server: LanguageServer) -> dict[str, Any]:
    found: dict[str, Any] = server.request("workspace/executeCommand", {"command": "modgo.status"})
    return found


def settle(server: LanguageServer) -> None:
    while not status(server)["idle"]:
        server.receive(0.01)


def at(server: LanguageServer, uri: str, method: str = "textDocument/hover") -> Any:
    """The answer to a request about the name of the first registration, an error or a result."""
    here = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 16}}
    return server.answer(server.ask(method, here))


def change(uri: str, version: Any, *changes: Any) -> dict[str, Any]:
    return {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}


def between(start: tuple[Any, Any], end: tuple[Any, Any], text: Any = "x") -> dict[str, Any]:
    (line, column), (last, stop) = start, end
    places = {"start": {"line": line, "character": column}, "end": {"line": last, "character": stop}}
    return {"range": places, "text": text}
