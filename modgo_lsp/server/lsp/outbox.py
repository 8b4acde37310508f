"""Messages to the client: notifications, requests and answers. With a trace of them where the client asks for
it.

For any thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.connection import Connection, Message, encoded

_log = logging.getLogger(__name__)

Answered = Callable[[Any, Any], None]


class Outbox:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.trace = "off"
        self._lock = threading.Lock()
        self._asked: dict[str, Answered] = {}
        self._number = 0

    def notify(self, method: str, params: Any, key: str = "", optional: bool = False) -> None:
        """Of messages with the same key that still wait, only the latest is sent; optional ones are dropped
        when the client reads more slowly than we send."""
        self.trace_message("sent", method, params)
        self.connection.send({"jsonrpc": "2.0", "method": method, "params": params}, key, optional)

    def ask(self, method: str, params: Any = None, answered: Answered | None = None) -> None:
        """Sends a request; `answered` gets the result and the error, on the message thread."""
        with self._lock:
            self._number += 1
            id_ = f"modgo-{self._number}"
            self._asked[id_] = answered or _log_refusal(method)
        self.trace_message("asked", method, params)
        message = {"jsonrpc": "2.0", "id": id_, "method": method}
        self.connection.send(message if params is None else {**message, "params": params})

    def handle_answer(self, message: Message) -> None:
        """Passes the client's answer on to whoever asked."""
        id_ = message.get("id")
        with self._lock:
            answered = self._asked.pop(id_, None) if isinstance(id_, str) else None
        if answered is None:
            _log.warning("The editor answered a request that was not sent: %r", id_)
        else:
            answered(message.get("result"), message.get("error"))

    def show_message(self, kind: int, message: str) -> None:
        """Shows the user a message."""
        self.notify("window/showMessage", {"type": kind, "message": f"Modgo: {message}"})

    def log_message(self, kind: int, message: str) -> None:
        """Untraced: a trace of the log would be logged in turn."""
        params = {"type": kind, "message": message}
        self.connection.send(
            {"jsonrpc": "2.0", "method": "window/logMessage", "params": params}, optional=True
        )

    def publish(self, report: wire.Report) -> None:
        params: dict[str, Any] = {"uri": report.uri, "diagnostics": report.items}
        if report.version is not None:
            params["version"] = report.version
        self.notify("textDocument/publishDiagnostics", params, key=report.uri)

    def answer(self, id_: str | int | None, result: Any) -> None:
        self.connection.send({"jsonrpc": "2.0", "id": id_, "result": result})

    def refuse(self, id_: str | int | None, code: int, message: str) -> None:
        self.connection.send({"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message}})

    def trace_message(self, what: str, method: str, params: Any) -> None:
        if self.trace == "off" or method.startswith("$/"):
            return
        traced: dict[str, Any] = {"message": f"{what} {method}"}
        if self.trace == "verbose":
            traced["verbose"] = encoded(params).decode()
        self.notify("$/logTrace", traced, optional=True)


def _log_refusal(method: str) -> Answered:
    def answered(_result: Any, error: Any) -> None:
        if error is not None:
            _log.warning("The editor refused %s: %s", method, error)

    return answered
