"""Shows how far the background index is, where the client shows progress.

Not for: the progress of commands (progress.py).
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Any, Literal

from modgo_lsp.server.lsp.outbox import Outbox
from modgo_lsp.server.workspace.index_process import Progress

# What its tokens begin with.
TOKEN = "modgo-index"


class IndexProgress:
    """A run that takes a while asks the client for a place to show it, and is shown when that is there."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = threading.Lock()
        self._state: Literal["none", "asked", "shown"] = "none"
        self._runs = 0

    def tell(self, progress: Progress | None) -> None:
        """None at the end of a run."""
        with self._lock:
            if self._state == "none" and progress is not None:
                self._state = "asked"
                self._runs += 1
                begun = partial(self._begun, self._runs)
                self._outbox.ask("window/workDoneProgress/create", {"token": self._token}, begun)
            elif self._state == "shown":
                self._send({"kind": "end"} if progress is None else _report(progress))
            if progress is None:
                self._state = "none"

    def _begun(self, run: int, _result: Any, error: Any) -> None:
        with self._lock:
            if error is None and self._state == "asked" and run == self._runs:
                self._state = "shown"
                self._send({"kind": "begin", "title": "Looking for UDFs", "cancellable": True})

    @property
    def _token(self) -> str:
        return f"{TOKEN}-{self._runs}"

    def _send(self, value: dict[str, Any]) -> None:
        key = f"{self._token} {value['kind']}"
        self._outbox.notify("$/progress", {"token": self._token, "value": value}, key=key)


def _report(progress: Progress) -> dict[str, Any]:
    message = f"{progress.judged} of {progress.total} packages"
    percentage = 100 * progress.judged // max(1, progress.total)
    return {"kind": "report", "message": message, "percentage": percentage}
