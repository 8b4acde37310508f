"""The processes that the server starts to lint beside it: how they begin, and the messages between them. A
message is msgpack, after its length."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from contextlib import suppress
from typing import IO

import msgspec

from modgo_lsp.build import cache_folders
from modgo_lsp.server.workspace.process_exit import when_ended

# Their niceness: the user waits for the server and for builds, not for them.
_NICENESS = 10


def begin() -> tuple[IO[bytes], IO[bytes]]:
    """The input and output for messages, in a process that ends with the server. What a library prints goes
    to standard error."""
    cache_folders.disable_warnings()
    with suppress(OSError):
        os.nice(_NICENESS)
    # They make no cyclic garbage, and collections would take a tenth of their time.
    gc.disable()
    stdin, stdout = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    when_ended(os.getppid(), lambda: os._exit(1))
    return stdin, stdout


def read(stream: IO[bytes]) -> bytes | None:
    """The next message of a stream, None at its end."""
    head = stream.read(8)
    length = int.from_bytes(head, "big")
    body = stream.read(length) if len(head) == 8 else b""
    return body if len(head) == 8 and len(body) == length else None


def write(stream: IO[bytes], message: object) -> None:
    body = msgspec.msgpack.encode(message)
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()


def send(process: subprocess.Popen[bytes], message: object) -> None:
    """Sends the only message to a process. One that has ended, for example because the user has cancelled it,
    is no error here: `read` then returns None."""
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:
        write(process.stdin, message)
