"""The thread of pygls, as the message thread sees it. What it does there is in pygls_requests.py."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from modgo_lsp.server.lsp.connection import Message
from modgo_lsp.server.workspace import gc_policy

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from modgo_lsp.server.pygls_requests import PyglsRequests
    from modgo_lsp.server.workspace.job import Reservation
    from modgo_lsp.server.workspace.session import Session
    from modgo_lsp.server.workspace.snapshot import Snapshot

_log = logging.getLogger(__name__)

_MAX_WAITING = 2_000
# Seconds for commands to end their processes when the session ends.
_END_SECONDS = 10.0

_Work = Callable[["PyglsRequests"], Any]


class PyglsThread:
    """For the message thread. Messages wait until pygls is loaded, which takes longer than everything that is
    needed for the first diagnostics. `failed` is called if the thread ends by an error."""

    def __init__(self, failed: Callable[[], None]) -> None:
        self._failed = failed
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._waiting: list[_Work] = []
        self._loaded: tuple[PyglsRequests, AbstractEventLoop] | None = None
        self._put = self._taken = 0

    def start(self, session: Session) -> None:
        self._thread = threading.Thread(target=self._run, args=(session,), name="pygls", daemon=True)
        self._thread.start()

    @property
    def is_started(self) -> bool:
        return self._thread is not None

    @property
    def is_loaded(self) -> bool:
        return self._loaded is not None

    @property
    def waiting(self) -> int:
        """The number of messages that pygls has not read."""
        return self._put - self._taken

    @property
    def is_behind(self) -> bool:
        return self.waiting > _MAX_WAITING

    def put(self, message: Message, snapshot: Snapshot, reservation: Reservation | None) -> None:
        """Has a message handled, whose state is `snapshot`, and its work done at the reserved place."""

        def handle(requests: PyglsRequests) -> None:
            self._taken += 1
            requests.handle(message, snapshot, reservation)

        self._put += 1
        self._soon(handle)

    def cancel(self, id_: str | int) -> None:
        """Cancels the request with this id, if it was put before and has no answer yet."""
        self._soon(lambda requests: requests.cancel(id_))

    def shut_down(self) -> None:
        """Cancels builds, loads and calls, which end their processes; no other begins."""
        self._soon(lambda requests: requests.commands.shut_down())

    def stop(self) -> None:
        """Ends the thread, once commands have ended their processes. While it loads there are none."""
        if self._thread is not None and self._loaded is not None:
            self._soon(lambda requests: requests.ended.set())
            self._thread.join(_END_SECONDS)

    def _soon(self, work: _Work) -> None:
        """Does work in the event loop, in the order of the calls."""
        with self._lock:
            if self._loaded is None:
                self._waiting.append(work)
                return
            requests, loop = self._loaded
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(work, requests)

    def _run(self, session: Session) -> None:
        try:
            with gc_policy.loading():
                import asyncio
                import linecache

                from modgo_lsp.server.pygls_requests import PyglsRequests

                # attrs leaves there the source of each method that it wrote for lsprotocol: 6 MB.
                linecache.clearcache()

            async def serve() -> None:
                requests = PyglsRequests(session)
                self._begin(requests, asyncio.get_running_loop())
                await requests.serve()

            asyncio.run(serve())
        except Exception:
            _log.exception("The thread of pygls has failed")
            self._failed()

    def _begin(self, requests: PyglsRequests, loop: AbstractEventLoop) -> None:
        with self._lock:
            self._loaded = requests, loop
            for work in self._waiting:
                loop.call_soon(work, requests)
            self._waiting.clear()
