"""The standard streams, whatever the caller made of them: closed, full, or a folder.

What can't be written to the standard error is lost, and the work goes on. Results that can't be written to
the standard output end the command with one line and exit code 2. A stream that is closed is an empty one.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

# Those that say something of a stream. Errors of files name their file.
_OF_STREAMS = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT, errno.EISDIR, errno.EINVAL)


def repair_streams() -> None:
    """Opens closed streams, so that no file gets their numbers, and lets the standard error fail silently."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            _discard(number)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    elif isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _Lenient(sys.stderr)


def is_stream_error(error: OSError) -> bool:
    """Whether a standard stream is at fault."""
    return error.filename is None and error.errno in _OF_STREAMS


def report_stream_error(error: OSError) -> None:
    """Says that the results are lost, and lets nobody try again."""
    name = "input cannot be read" if error.errno == errno.EISDIR else "output cannot be written"
    print(f"Error: the standard {name} ({error.strerror})", file=sys.stderr)
    discard_output()


def discard_output() -> None:
    """Sends what is still in the standard output's buffer nowhere: Python flushes it once more at its end."""
    _discard(1)
    with suppress(OSError, ValueError):
        sys.stdout.flush()


def _discard(number: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)


class _Lenient(io.TextIOWrapper):
    """A text stream that goes on when it can't write."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            stream.buffer,
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=True,
        )
        self._original = stream  # whose end would close the buffer

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self._forget()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self._forget()

    def _forget(self) -> None:
        with suppress(OSError, ValueError):
            _discard(self.fileno())
            super().flush()
