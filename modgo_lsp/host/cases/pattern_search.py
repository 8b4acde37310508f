"""Searches the regular expressions of case files, with limits of time and memory.

A process of this one's own does it, so that a pattern that takes exponential time blocks neither Ctrl-C nor
the language server. It starts with the first pattern, and ends with this process.
"""

from __future__ import annotations

import atexit
import json
import subprocess
from contextlib import suppress
from threading import Lock

from modgo_lsp.build.isolation import NEUTRAL_FOLDER, python_command

# Of processor time: for compiling one pattern, and for all searches of a comparison.
SECONDS = 1.0
PATTERN_MAX = 1000
SEARCHED_MAX = 64 << 10


class PatternError(Exception):
    """The pattern is not a regular expression, or takes too long. The message says what is wrong with it."""


class Searches:
    """The searches of one comparison, which together have `SECONDS`."""

    def __init__(self) -> None:
        self._left = SECONDS

    def finds(self, pattern: str, text: str) -> bool:
        """Whether the pattern finds something in the first 64 Ki characters of `text`. Raises
        PatternError."""
        answer, used = _worker.ask(self._left, pattern, text[:SEARCHED_MAX])
        self._left -= used
        if isinstance(answer, str):
            raise PatternError(answer)
        return answer


def check_pattern(pattern: str) -> None:
    """Raises PatternError for a pattern that cannot be compiled."""
    answer, _ = _worker.ask(SECONDS, pattern, None)
    if isinstance(answer, str):
        raise PatternError(answer)


class _Worker:
    """The process. Threads take turns."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, seconds: float, pattern: str, text: str | None) -> tuple[bool | str, float]:
        """The answer of the process, and the seconds that it used. A process that used all of them is
        dead."""
        too_long = f"the search takes more than {SECONDS:g} s"
        if seconds <= 0:
            return too_long, 0.0
        with self._lock:
            try:
                answer = self._answer(json.dumps([seconds, pattern, text]).encode())
            except OSError as error:
                self._end()
                return f"it cannot be searched: {error.strerror or error}", 0.0
            except BaseException:  # the answer would be taken for that of the next request
                self._end()
                raise
            if not answer:
                self._end()
                return too_long, seconds
        found, used = json.loads(answer)
        return found, used

    def _answer(self, request: bytes) -> bytes:
        if self._process is None:
            self._process = subprocess.Popen(
                python_command("modgo_lsp.host.cases.pattern_worker"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=NEUTRAL_FOLDER,
                start_new_session=True,
            )
            atexit.register(self._end)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(request + b"\n")
        stdin.flush()
        return stdout.readline()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self._end)
            process.kill()
            with suppress(OSError):
                process.communicate()


_worker = _Worker()
