"""The setting `modgo.lint.newSince`: findings that a git revision has too are not reported.

A process of its own lints the revision, with the time that it may take. Until it is done, all findings are
reported. It starts again when the setting, the folders or other settings change, and after a commit: when a
file is saved and git's log of HEAD has changed.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import msgspec

from modgo_lsp.build.isolation import NEUTRAL_FOLDER, python_command
from modgo_lsp.server.workspace.child_process import read, send
from modgo_lsp.server.workspace.revision_process import Found, Order

_log = logging.getLogger(__name__)
_MODULE = "modgo_lsp.server.workspace.revision_process"
_SECONDS = 300


class NewSince:
    """`revision_findings` are the identities of the revision's findings; empty without a revision. `changed`
    is called on a thread of its own when they change, `complain` with what is wrong. `set` and `saved` are
    for the message thread, `revision_findings` for any."""

    def __init__(self, changed: Callable[[], None], complain: Callable[[str], None]) -> None:
        self.revision_findings: frozenset[str] = frozenset()
        self._changed = changed
        self._complain = complain
        self._order: Order | None = None
        self._heads: tuple[object, ...] = ()
        self._run_number = 0  # of the run whose result counts
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def set(self, order: Order) -> None:
        """The revision, and where and how to lint it. No revision: nothing is left out."""
        if order == self._order:
            return
        was_empty = self._order is None or not self._order.revision
        self._order = order
        if order.revision and order.roots:
            self._start(order)
        elif not was_empty:
            self.stop()
            self.revision_findings = frozenset()
            self._changed()

    def saved(self) -> None:
        """A file was saved: after a commit, the revision may be another one."""
        if self._order is not None and self._order.revision and _heads(self._order) != self._heads:
            self._start(self._order)

    def stop(self) -> None:
        """Ends the run that is under way. It changes `revision_findings` no more."""
        with self._lock:
            self._run_number += 1
            if self._process is not None:
                self._process.kill()

    def _start(self, order: Order) -> None:
        self.stop()
        self._heads = _heads(order)
        threading.Thread(
            target=self._run, args=(order, self._run_number), name="revision", daemon=True
        ).start()

    def _run(self, order: Order, number: int) -> None:
        try:
            found = self._found(order, number)
        except Exception:
            _log.exception("Could not lint the revision %s", order.revision)
            return
        with self._lock:
            if number != self._run_number:
                return
            if isinstance(found, Found):
                self.revision_findings = frozenset(found.identities)
        if isinstance(found, str):
            self._complain(f"modgo.lint.newSince: {order.revision} could not be linted: {found}.")
            return
        for problem in found.problems:
            self._complain(f"modgo.lint.newSince: {problem}.")
        self._changed()

    def _found(self, order: Order, number: int) -> Found | str:
        """The findings, or why there are none."""
        pipe, late = subprocess.PIPE, threading.Event()
        with subprocess.Popen(
            python_command(_MODULE), stdin=pipe, stdout=pipe, cwd=NEUTRAL_FOLDER
        ) as process:
            with self._lock:
                self._process = process
                if number != self._run_number:
                    process.kill()
            assert process.stdout is not None

            def stop() -> None:
                late.set()
                process.kill()

            timer = Timer(_SECONDS, stop)
            timer.start()
            try:
                send(process, order)
                body = read(process.stdout)
            finally:
                timer.cancel()
                process.kill()
        if body is not None:
            return msgspec.msgpack.decode(body, type=Found)
        return f"it took more than {_SECONDS} s" if late.is_set() else "its process has ended early"


def _heads(order: Order) -> tuple[object, ...]:
    """What changes with each commit and checkout in the repositories around the folders."""
    return tuple(_head(Path(root)) for root in order.roots)


def _head(root: Path) -> object:
    for folder in (root, *root.parents):
        git = folder / ".git"
        try:
            if git.is_file():  # of a work tree
                git = folder / git.read_text("utf-8", "replace").removeprefix("gitdir:").strip()
            return (git / "logs" / "HEAD").stat().st_mtime_ns
        except OSError:
            continue
    return None
