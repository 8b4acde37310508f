"""The socket at which a program in a debugger gets its calls, in a folder that only the user can enter."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.host.debug_calls import DebugCalls

# Of package udfdebug.
VARIABLE = "MODGO_DEBUG_SOCKET"

# Of a message: a record's largest value in base64, and more.
_LONGEST = 64 << 20
# Of a socket's path, on the strictest system.
_PATH_MAX = 100


@asynccontextmanager
async def socket_folder() -> AsyncIterator[Path]:
    """A new folder for sockets. Raises CliError."""
    if not hasattr(asyncio, "start_unix_server"):
        raise CliError("modgo debug needs Unix sockets, which this system does not have", "debug on Linux")
    parent = tempfile.gettempdir()
    if len(parent) > _PATH_MAX - 40:
        parent = "/tmp"
    try:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="modgo-debug-", dir=parent))
    except OSError as error:
        raise CliError(
            f"{parent} cannot be written ({error.strerror})", "set TMPDIR to another folder"
        ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def host_at(path: Path, new_calls: Callable[[], DebugCalls]) -> AsyncIterator[None]:
    """Serves programs at the socket `path`: each that connects, as after a restart, makes all calls again."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            calls = new_calls()
            with suppress(OSError, ValueError, asyncio.CancelledError):
                while line := await reader.readline():
                    writer.write(calls.answer(line))
                    await writer.drain()
        finally:
            # Without an answer, the program would wait forever.
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_unix_server(serve, path, limit=_LONGEST)
    try:
        yield
    finally:
        server.close()
        for task in tasks:
            task.cancel()
