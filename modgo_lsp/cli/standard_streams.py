"""Standard streams that are closed, full, or a folder.

A closed stream is replaced by /dev/null. Errors of the standard error are ignored. If results cannot be
written to the standard output, the command ends with one line and exit code 2. A character that the locale's
encoding lacks is escaped as in JSON, so that JSON stays valid.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import suppress
from typing import TextIO

# The errors of streams. Errors of files name their file.
_OF_STREAMS = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT, errno.EISDIR, errno.EINVAL)


def repair_streams() -> None:
    """Opens closed streams, so that no file gets their descriptors, ignores errors of standard error, and
    escapes what the encoding lacks."""
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() not in ("utf-8", "utf8"):
            codecs.register_error("json-escape", _escape)
            stream.reconfigure(errors="json-escape")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr = _Lenient(sys.stderr)


def _escape(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


def is_stream_error(error: OSError) -> bool:
    """Whether a standard stream caused the error."""
    return error.filename is None and error.errno in _OF_STREAMS


def report_stream_error(error: OSError) -> None:
    """Reports that the results are lost, and discards the rest."""
    name = "input cannot be read" if error.errno == errno.EISDIR else "output cannot be written"
    print(f"Error: the standard {name} ({error.strerror})", file=sys.stderr)
    discard_output()


class ReaderEndedError(Exception):
    """The program that reads the output has ended, as in `modgo lint | head`."""


def discard_output() -> None:
    """Discards the buffer of the standard output, which Python flushes again at exit."""
    _discard(1)
    with suppress(OSError, ValueError):
        sys.stdout.flush()


def _discard(number: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)


class _Lenient(io.TextIOWrapper):
    """A text stream that ignores errors of write and flush."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(
            stream.buffer,
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=True,
        )
        self._original = stream  # a reference, because its destructor closes the buffer

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self._discard_rest()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self._discard_rest()

    def _discard_rest(self) -> None:
        with suppress(OSError, ValueError):
            _discard(self.fileno())
            super().flush()
