"""Runs a child in a process group of its own, and kills the group when the child is cancelled or takes too
long.

The workers that run modules are started by libmod_go (host/fenced.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shlex
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

_log = logging.getLogger(__name__)


class Completed(msgspec.Struct, frozen=True):
    """How a child ended. `code` is negative after a signal. Bytes that are not UTF-8 are replaced."""

    code: int
    stdout: str
    stderr: str


class TooSlowError(Exception):
    """The child exceeded its timeout and was killed."""


async def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    on_line: Callable[[str], None] | None = None,
) -> Completed:
    """Runs `command`, whose program is an absolute path (see isolation.py), without input. `on_line` gets
    each line of its standard error as it comes.

    Raises OSError if it cannot be started and TooSlowError after `timeout` seconds.
    """
    began = time.monotonic()
    process = await start(command, cwd=cwd, env=env)
    assert process.stdout is not None
    assert process.stderr is not None
    reading = asyncio.gather(process.stdout.read(), _lines(process.stderr, on_line), process.wait())
    # If this call is cancelled nobody asks for its error, which asyncio would then print.
    reading.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        stdout, stderr, code = await asyncio.wait_for(reading, timeout)
    except asyncio.TimeoutError:
        raise TooSlowError(f"{command[0]} took longer than {timeout:g} s and was stopped") from None
    finally:
        if process.returncode is None:
            kill_group(process.pid)
            await asyncio.shield(process.wait())
    _log.debug("ran %s in %s: %d, %.2f s", shlex.join(command), cwd, code, time.monotonic() - began)
    return Completed(code, stdout.decode("utf-8", "replace"), stderr)


async def start(
    command: Sequence[str], *, cwd: Path, stdin: int = asyncio.subprocess.DEVNULL, **options: Any
) -> asyncio.subprocess.Process:
    """Starts `command` as the leader of a group, its output in pipes. Raises OSError.

    `cwd` is required: programs look up files in it, and the current folder may be a repository. Python 3.11
    hangs if a start is cancelled half-way, so the start is shielded.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command,
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            cwd=cwd,
            **options,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            process = await starting
            kill_group(process.pid)
            await process.wait()
        raise


def kill_group(pid: int) -> None:
    """Kills the process group of `pid`, if it still exists."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


async def _lines(stream: asyncio.StreamReader, on_line: Callable[[str], None] | None) -> str:
    pieces: list[str] = []
    pending = b""
    while chunk := await stream.read(65536):
        *whole, pending = (pending + chunk).split(b"\n")
        for line in whole:
            text = line.decode("utf-8", "replace")
            pieces.append(text)
            if on_line is not None:
                on_line(text)
    if pending:
        pieces.append(pending.decode("utf-8", "replace"))
    return "\n".join(pieces)
