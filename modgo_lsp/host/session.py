"""The parent's side of the child process that loads a module: start it, ask it, outlive it.

A module that crashes, ends its process or never comes back is an answer here, never an accident.
Not for: what the answers mean (load.py, call.py).
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from types import TracebackType
from typing import Any

import msgpack
import msgspec

from modgo_lsp.build.process import kill_group, start
from modgo_lsp.host.last_words import LastWords, read_last_words

# Enough of a module's output for its last words: a Go trace of thousands of goroutines is cut in its middle.
_KEEP_BYTES = 256 << 10
_MESSAGE_MAX = 256 << 20
_FAREWELL_SECONDS = 2.0
_LEVELS = ("error", "warning", "info", "debug", "trace")

_BOOT = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from modgo_lsp.host.child import main
main(int(sys.argv[1]))
"""


class LogLine(msgspec.Struct, frozen=True):
    """A line that the module wrote. `level` is "error" to "trace" for its log, "stdout" or "stderr" for what
    it printed; `location` is "file.go:12", or "" where not known."""

    level: str
    message: str
    location: str = ""


class HostError(Exception):
    """The child could not be had at all; not the module's doing."""


class ChildDiedError(Exception):
    """The module took its process down. `words` is what can be said about it."""

    def __init__(self, words: LastWords) -> None:
        super().__init__(words.message)
        self.words = words


class ChildTooSlowError(Exception):
    """No answer came in time, so the process was killed."""


class Session:
    """One child process. `async with Session() as session` starts it and always ends its whole group."""

    def __init__(self) -> None:
        self.logs: list[LogLine] = []
        self._stdout = _Tail()
        self._stderr = _Tail()

    async def __aenter__(self) -> Session:
        if sys.platform != "linux":
            raise HostError("modules can be loaded on Linux only")
        ours, theirs = socket.socketpair()
        try:
            # Modules of this very modgo, and never of the folder that the user happens to stand in.
            modules = json.dumps([path for path in sys.path if path])
            command = [sys.executable, "-c", _BOOT, str(theirs.fileno()), modules]
            self._process = await start(command, pass_fds=(theirs.fileno(),))
        except BaseException as error:
            ours.close()
            if isinstance(error, OSError):
                raise HostError(f"the process that loads modules could not be started ({error})") from error
            raise
        finally:
            theirs.close()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._output = asyncio.gather(
            self._stdout.fill(self._process.stdout), self._stderr.fill(self._process.stderr)
        )
        try:
            self._reader, self._writer = await asyncio.open_connection(sock=ours)
        except BaseException:
            ours.close()
            await self._kill()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if kind is None:
            await self._wait(_FAREWELL_SECONDS)
        await self._kill()
        self._add_output()

    async def ask(self, operation: str, within: float, **fields: Any) -> dict[str, Any]:
        """The child's answer. Raises ChildDiedError and ChildTooSlowError."""
        request = msgpack.packb({"op": operation, **fields}, unicode_errors="surrogateescape")
        try:
            return await asyncio.wait_for(self._exchange(request), within)
        except asyncio.TimeoutError:
            await self._kill()
            raise ChildTooSlowError(f"no answer within {within:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            await self._wait(_FAREWELL_SECONDS)
            await self._kill()
            raise ChildDiedError(self._last_words()) from None

    async def _exchange(self, request: bytes) -> dict[str, Any]:
        self._writer.write(len(request).to_bytes(4, "big") + request)
        await self._writer.drain()
        while True:
            size = int.from_bytes(await self._reader.readexactly(4), "big")
            if size > _MESSAGE_MAX:
                raise HostError("the process that loads modules sent something that is no message")
            message = msgpack.unpackb(
                await self._reader.readexactly(size), unicode_errors="surrogateescape", strict_map_key=False
            )
            if "reply" in message:
                reply: dict[str, Any] = message["reply"]
                return reply
            level, text, location = message["log"]
            name = _LEVELS[level] if 0 <= level < len(_LEVELS) else "info"
            self.logs.append(LogLine(name, text, location))

    def _last_words(self) -> LastWords:
        code = self._process.returncode
        return read_last_words(code if code is not None else -signal.SIGKILL, self._stderr.text())

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(asyncio.shield(self._process.wait()), seconds)
        except asyncio.TimeoutError:
            return

    async def _kill(self) -> None:
        """Ends the group and reads what it still had to say."""
        kill_group(self._process.pid)
        await asyncio.shield(self._process.wait())
        done, _ = await asyncio.wait([self._output], timeout=_FAREWELL_SECONDS)
        if not done:  # a grandchild in another group holds the pipes
            self._output.cancel()

    def _add_output(self) -> None:
        died = self._process.returncode not in (0, -signal.SIGKILL)
        for level, tail in (("stdout", self._stdout), ("stderr", self._stderr)):
            if level == "stderr" and died:
                continue  # last words, told elsewhere
            self.logs += [LogLine(level, line) for line in tail.text().splitlines()]


class _Tail:
    """The beginning and the end of what a pipe gave."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._lost = 0

    async def fill(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(65536):
            room = _KEEP_BYTES - len(self._head)
            self._head += chunk[:room]
            self._tail += chunk[room:]
            extra = len(self._tail) - _KEEP_BYTES
            if extra > 0:
                self._lost += extra
                self._tail = self._tail[extra:]

    def text(self) -> str:
        cut = f"\n… {self._lost} bytes …\n".encode() if self._lost else b""
        return (self._head + cut + self._tail).decode("utf-8", "replace")
