"""Work-done progress of one piece of work, of a command or of the background index."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Literal

from modgo_lsp.server.lsp.outbox import Outbox

_log = logging.getLogger(__name__)

Token = int | str


class ProgressTokens:
    """The progress that the client shows, by token, so that the user can cancel the work. For any thread."""

    def __init__(self, outbox: Outbox, is_supported: bool) -> None:
        self._outbox = outbox
        self._is_supported = is_supported
        self._cancel: dict[Token, Callable[[], None]] = {}
        self._created = 0
        self._lock = threading.Lock()

    def begin(self, title: str, cancel: Callable[[], None], token: Token | None = None) -> Progress:
        """Begins progress with the client's token, or with one that the client is asked to create. `cancel`
        is called on the message thread."""
        with self._lock:
            self._created += 1
            created = f"modgo-{self._created}"
        progress = Progress(self._outbox, created if token is None else token, title, self._ended)
        if token is not None:
            self._cancel[token] = cancel
            progress.show()
        elif self._is_supported:
            self._cancel[created] = cancel
            params = {"token": created}
            self._outbox.ask("window/workDoneProgress/create", params, progress.was_created)
        return progress

    def cancel(self, token: Token) -> None:
        """Cancels the work that the client shows under this token, if it goes on."""
        cancel = self._cancel.get(token)
        if cancel is not None:
            cancel()

    def _ended(self, token: Token) -> None:
        self._cancel.pop(token, None)


class Progress:
    """Steps are logged while, and where, the client does not show them. For any thread."""

    def __init__(self, outbox: Outbox, token: Token, title: str, ended: Callable[[Token], None]) -> None:
        self._outbox = outbox
        self._token = token
        self._title = title
        self._ended = ended
        self._state: Literal["waiting", "shown", "ended"] = "waiting"
        self._latest: dict[str, Any] | None = None
        self._lock = threading.Lock()

    def was_created(self, _result: Any, error: Any) -> None:
        if error is None:
            self.show()
        else:
            _log.warning("The editor refused to show progress: %s", error)

    def show(self) -> None:
        with self._lock:
            if self._state == "waiting":
                self._state = "shown"
                self._send({"kind": "begin", "title": self._title, "cancellable": True})
                if self._latest is not None:
                    self._send(self._latest)

    def report(self, message: str, percentage: int | None = None) -> None:
        step = {"kind": "report", "message": message, "percentage": percentage}
        step = {key: value for key, value in step.items() if value is not None}
        with self._lock:
            self._latest = step
            if self._state == "shown":
                self._send(step)
            elif percentage is None:
                _log.info("%s: %s", self._title, message)

    def end(self, message: str = "") -> None:
        with self._lock:
            if self._state == "shown":
                self._send({"kind": "end", "message": message} if message else {"kind": "end"})
            self._state = "ended"
        self._ended(self._token)

    def _send(self, value: dict[str, Any]) -> None:
        # A client that reads slowly gets only the latest report.
        self._outbox.notify(
            "$/progress", {"token": self._token, "value": value}, key=f"{self._token} {value['kind']}"
        )
