"""A Unix socket that only the user can open, for debugging the server: `modgo-lsp --pipe PATH`."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import BinaryIO

from modgo_lsp.build.ownership import foreign_hand
from modgo_lsp.server.lsp.start_options import PipeError


def accepted(path: str) -> tuple[BinaryIO, BinaryIO]:
    """The streams of the first client that connects to a new socket at `path`. The socket is removed then.
    Raises PipeError, and KeyboardInterrupt if a signal comes before a client."""
    if not hasattr(socket, "AF_UNIX"):
        raise PipeError("--pipe takes Unix sockets, which this system doesn't have", "use --stdio")
    if not path:  # bind("") would make an abstract socket, which anybody can connect to
        raise PipeError("--pipe names no file", _REMEDY)
    _check_folder(os.path.dirname(os.path.abspath(path)))  # noqa: PTH100, PTH120
    with socket.socket(socket.AF_UNIX) as listening, _interrupted_by_signals():
        try:
            # bind makes the socket: with a later chmod, others could open it in between.
            mask = os.umask(0o177)
            try:
                listening.bind(path)
            finally:
                os.umask(mask)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise PipeError(f"no socket can be made at {path} ({reason})", _REMEDY) from None
        with _gone_afterwards(path):
            listening.listen(1)
            connection, _ = listening.accept()
    return connection.makefile("rb"), connection.makefile("wb")


_REMEDY = "name a file that doesn't exist, in a folder of yours that nobody else can write to"


def _check_folder(folder: str) -> None:
    try:
        reason = foreign_hand(folder)
        if reason is None and os.stat(folder).st_uid != os.geteuid():  # noqa: PTH116
            reason = f"{folder} is not yours"
    except OSError as error:
        reason = f"{folder}: {error.strerror}"
    if reason is not None:
        raise PipeError(f"--pipe makes no socket there: {reason}", _REMEDY)


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise KeyboardInterrupt: before the socket is there, so that none is left behind."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _gone_afterwards(path: str) -> Iterator[None]:
    """Removes the socket, however the wait for a client ends."""
    made = os.lstat(path)
    try:
        yield
    finally:
        try:
            now = os.lstat(path)
            if stat.S_ISSOCK(now.st_mode) and (now.st_dev, now.st_ino) == (made.st_dev, made.st_ino):
                os.unlink(path)  # noqa: PTH108
        except OSError:
            pass
