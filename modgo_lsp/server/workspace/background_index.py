"""What is known of the packages of the workspace that are not open: their judgements, made by a process in
the background, and made anew when a file has changed.

Not for: making them (index_process.py), nor packages with open documents (snapshot.py).
"""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from modgo_lsp.build.isolated import NEUTRAL_FOLDER, python_command
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.server.workspace import index_process

_log = logging.getLogger(__name__)

# Who is quicker need not tell how far it is.
TELL_AFTER = 0.7
_MODULE = "modgo_lsp.server.workspace.index_process"


class Index:
    """`judgements` are by package folder. `order` says what to look through; `tell` gets the progress of a
    run that takes a while: None at its end."""

    def __init__(
        self, order: Callable[[], index_process.Order], tell: Callable[[index_process.Progress | None], None]
    ) -> None:
        self.judgements: Mapping[str, LintResult] = {}
        self._order = order
        self._tell = tell
        self._lock = threading.Lock()
        self._current = False
        # Who waits for the run that is under way, and for the one after it: something has changed since.
        self._waiting: list[Callable[[], None]] = []
        self._waiting_longer: list[Callable[[], None]] = []
        self._is_running = False
        self._process: subprocess.Popen[bytes] | None = None

    def outdate(self) -> None:
        """A file has changed: who asks next has to wait for another run."""
        with self._lock:
            self._current = False

    def when_current(self, then: Callable[[], None]) -> None:
        """Calls `then` when all is as it is on disk now, by any thread; at once if it is known to be."""
        with self._lock:
            if self._is_running:
                (self._waiting if self._current else self._waiting_longer).append(then)
                return
            if not self._current:
                self._waiting_longer.append(then)
                self._is_running = True
                threading.Thread(target=self._run, name="index", daemon=True).start()
                return
        then()

    def stop(self) -> None:
        """Ends the run that is under way: who waits for it gets what there is, until something changes."""
        process = self._process
        if process is not None:
            process.kill()

    @property
    def is_current(self) -> bool:
        return self._current and not self._is_running

    def _run(self) -> None:
        while True:
            with self._lock:
                # What changes from now on is not known to be seen.
                self._current = True
                self._waiting, self._waiting_longer = self._waiting_longer, []
            begun = time.monotonic()
            try:
                found = self._indexed(begun)
            except Exception:
                _log.exception("Could not look through the workspace")
                found = None
            if found is not None:
                self.judgements = found
            with self._lock:
                waiting, self._waiting = self._waiting, []
                self._is_running = bool(self._waiting_longer)
                is_last = not self._is_running
            for then in waiting:
                then()
            if is_last:
                return

    def _indexed(self, begun: float) -> dict[str, LintResult] | None:
        command, pipe = python_command(_MODULE), subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=NEUTRAL_FOLDER) as process:
            self._process = process
            assert process.stdin is not None
            assert process.stdout is not None
            told = False
            found: dict[str, LintResult] = {}
            try:
                index_process.write(process.stdin, self._order())
                process.stdin.close()
                while (body := index_process.read(process.stdout)) is not None:
                    said: Any = msgspec.msgpack.decode(body, type=index_process.Said)
                    if isinstance(said, index_process.End):
                        return found
                    if isinstance(said, index_process.Judged):
                        found.update((each.directory, each) for each in said.judgements)
                    elif told or time.monotonic() - begun > TELL_AFTER:
                        told = True
                        self._tell(said)
            finally:
                self._process = None
                if told:
                    self._tell(None)
                process.kill()
        _log.warning("Looking through the workspace has ended before its time")
        return None
