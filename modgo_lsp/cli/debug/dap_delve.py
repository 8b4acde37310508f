"""Delve as a debug adapter: a process of its own, on a Unix socket that only the user can reach."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from modgo_lsp.build.isolation import NEUTRAL_FOLDER
from modgo_lsp.build.process import kill_group, start
from modgo_lsp.build.toolchain import ToolchainError

_START_SECONDS = 20.0
_END_SECONDS = 3.0
_LONGEST = 64 << 20


@asynccontextmanager
async def delve_adapter(
    delve: str, socket: Path, environment: Mapping[str, str]
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Starts Delve and connects. The programs that it starts get `environment`, too. At the end Delve ends
    the program and itself. Raises ToolchainError."""
    process = await start(
        [delve, "dap", "--listen", f"unix:{socket}"],
        cwd=Path(NEUTRAL_FOLDER),
        env={**os.environ, **environment},
    )
    draining: list[asyncio.Task[None]] = []
    try:
        await _listening(process, delve)
        draining = [asyncio.create_task(_drain(one)) for one in (process.stdout, process.stderr)]
        reader, writer = await asyncio.open_unix_connection(socket, limit=_LONGEST)
        try:
            yield reader, writer
        finally:
            writer.close()  # for Delve, the end of the session
            with suppress(OSError):
                await writer.wait_closed()
    finally:
        await asyncio.shield(asyncio.ensure_future(_end(process)))
        for task in draining:
            task.cancel()


async def _listening(process: asyncio.subprocess.Process, delve: str) -> None:
    """Returns when Delve says that it listens."""
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _START_SECONDS)
    except asyncio.TimeoutError:
        raise ToolchainError(f"{delve} does not start", "try `dlv dap` in a terminal") from None
    if not line:
        reason = (await process.stderr.read()).decode("utf-8", "replace").strip()
        raise ToolchainError(f"{delve} does not start ({reason})", "try `dlv dap` in a terminal")


async def _drain(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(65536):
        pass


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (None, signal.SIGTERM):
        if process.returncode is None and number is not None:
            process.send_signal(number)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(process.wait(), _END_SECONDS)
            return
    kill_group(process.pid)
    await process.wait()
