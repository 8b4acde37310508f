"""Runs a command whose standard input, output and error are one terminal, and types on it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SECONDS = 60.0


class Terminal:
    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._unread = ""

    def types(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def until(self, text: str) -> str:
        """What is shown up to and with `text`."""
        deadline = time.monotonic() + _SECONDS
        while text not in self._unread:
            assert time.monotonic() < deadline, self._unread
            assert self._reads(), self._unread
        shown, found, self._unread = self._unread.partition(text)
        return shown + found

    def rest(self) -> str:
        """What is shown up to the end of the command."""
        while self._reads():
            pass
        assert self.process.wait(_SECONDS) is not None
        return self._unread

    def _reads(self) -> bool:
        if not select.select([self._descriptor], [], [], _SECONDS)[0]:
            return False
        try:
            part = os.read(self._descriptor, 65536)
        except OSError:  # the end of a terminal
            return False
        self._unread += part.decode("utf-8", "replace")
        return bool(part)


@contextmanager
def on_terminal(*words: object, cwd: Path, **environment: str) -> Iterator[Terminal]:
    """Runs `modgo` with these words; keys like Ctrl-C reach it as in a shell."""
    ours, its = pty.openpty()
    # The first terminal that the leader of a session opens controls it.
    opens = ["sh", "-c", 'exec 3<>"$0" 3<&- && exec "$@"', os.ttyname(its)]
    process = subprocess.Popen(
        [*opens, sys.executable, "-m", "modgo_lsp", *map(str, words)],
        cwd=cwd,
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(_ROOT), "TERM": "xterm", "COLUMNS": "100", **environment},
    )
    os.close(its)
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
