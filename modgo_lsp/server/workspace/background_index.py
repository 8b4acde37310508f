"""Lint results of the workspace's packages that are not open, made by a process in the background."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from modgo_lsp.build.isolation import NEUTRAL_FOLDER, python_command
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.server.workspace import index_process
from modgo_lsp.server.workspace.child_process import read, send
from modgo_lsp.server.workspace.progress import Progress, ProgressTokens

_log = logging.getLogger(__name__)

# A run that takes less time, in seconds, shows no progress.
SHOW_AFTER = 0.7
_MODULE = "modgo_lsp.server.workspace.index_process"
_TITLE = "Looking for UDFs"


class BackgroundIndex:
    """`results` are by package folder. `order` says which folders to index. For any thread."""

    def __init__(self, order: Callable[[], index_process.Order], progress: ProgressTokens) -> None:
        self.results: Mapping[str, LintResult] = {}
        self._order = order
        self._progress = progress
        self._lock = threading.Lock()
        self._is_current = False
        # Callbacks for the end of the current run, and of the next one, if a file has changed since.
        self._waiting: list[Callable[[], None]] = []
        self._waiting_for_next: list[Callable[[], None]] = []
        self._is_running = False
        self._process: subprocess.Popen[bytes] | None = None

    def invalidate(self) -> None:
        """A file has changed: whoever asks next waits for another run."""
        with self._lock:
            self._is_current = False

    def when_current(self, then: Callable[[], None]) -> None:
        """Calls `then` once the index is current, on any thread; now if it is."""
        with self._lock:
            if self._is_running:
                (self._waiting if self._is_current else self._waiting_for_next).append(then)
                return
            if not self._is_current:
                self._waiting_for_next.append(then)
                self._is_running = True
                threading.Thread(target=self._run, name="index", daemon=True).start()
                return
        then()

    def stop(self) -> None:
        """Ends the run that is under way. Whoever waits for it gets the index as it is."""
        process = self._process
        if process is not None:
            process.kill()

    def _run(self) -> None:
        while True:
            with self._lock:
                # A change from now on may come too late for this run.
                self._is_current = True
                self._waiting, self._waiting_for_next = self._waiting_for_next, []
            try:
                found = self._indexed()
            except Exception:
                _log.exception("Could not index the workspace")
                found = None
            if found is not None:
                self.results = found
            with self._lock:
                waiting, self._waiting = self._waiting, []
                self._is_running = bool(self._waiting_for_next)
                is_last = not self._is_running
            for then in waiting:
                then()
            if is_last:
                return

    def _indexed(self) -> dict[str, LintResult] | None:
        begun = time.monotonic()
        command, pipe = python_command(_MODULE), subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=NEUTRAL_FOLDER) as process:
            self._process = process
            assert process.stdout is not None
            progress: Progress | None = None
            found: dict[str, LintResult] = {}
            try:
                send(process, self._order())
                while (body := read(process.stdout)) is not None:
                    message: Any = msgspec.msgpack.decode(body, type=index_process.Message)
                    if isinstance(message, index_process.End):
                        return found
                    if isinstance(message, index_process.Results):
                        found.update((each.directory, each) for each in message.results)
                    elif time.monotonic() - begun > SHOW_AFTER:
                        progress = progress or self._progress.begin(_TITLE, self.stop)
                        _report(progress, message)
            finally:
                self._process = None
                if progress is not None:
                    progress.end()
                process.kill()
        _log.warning("The process that indexes the workspace has ended early")
        return None


def _report(progress: Progress, message: index_process.Progress) -> None:
    percentage = 100 * message.linted // max(1, message.total)
    progress.report(f"{message.linted} of {message.total} packages", percentage)
