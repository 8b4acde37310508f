"""The child process that measures calls: mod-go-bench, a host in C (libmod_go/src/bench), so that the time
of Python is not measured. The module runs in that process, or in a worker of it if it is fenced.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec

from modgo_lsp.build.isolation import NEUTRAL_FOLDER
from modgo_lsp.build.process import kill_group, start
from modgo_lsp.host.apply import working_record
from modgo_lsp.host.crash_output import read_crash_output
from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.record import WorkingRecord
from modgo_lsp.host.result import Failure
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.values import Flat, utf8

Mode = Literal["fenced", "unfenced"]

_START_SECONDS = 30.0
_END_SECONDS = 2.0
_OUTPUT_BYTES = 256 << 10  # of the crash output, that are read


class BenchFailedError(Exception):
    """The module could not be measured any further."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Round(msgspec.Struct, frozen=True):
    """The calls of one sample: mean and percentiles of their times, and the time of an empty call, in ns."""

    calls: int
    mean: float
    p50: float
    p99: float
    floor: float


class BenchWorker:
    """`async with BenchWorker(…) as worker` loads the module in a new process and makes one call.

    Entering and measuring raise BenchFailedError. Leaving kills the process.
    """

    def __init__(self, program: Path, worker: Path, module: Path, mode: Mode, work: Work) -> None:
        path = os.path.abspath(module)  # noqa: PTH100 (what a link is called stays its name)
        self._command = [str(program), mode, path, str(worker), "\n".join(work.grants)]
        self._mode = mode
        self._work = work

    async def __aenter__(self) -> BenchWorker:
        self._process = await start(self._command, cwd=Path(NEUTRAL_FOLDER), stdin=asyncio.subprocess.PIPE)
        self._output = asyncio.ensure_future(self._read_output())
        try:
            request = "".join(f"{line}\n" for line in _request_lines(self._work))
            await self._ask(request, "ready", _START_SECONDS + self._work.timeout)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def measure(self, seconds: float) -> Round:
        """Calls the function for so many seconds, or 100,000 times."""
        answer = await self._ask(f"round {int(seconds * 1e9)}\n", "round", seconds + self._work.timeout + 5)
        calls, *times = map(float, answer)
        return Round(int(calls), *times)

    async def allocations(self, calls: int, seconds: float) -> int | None:
        """How many objects `calls` calls allocate on Go's heap, None if the module does not count them.
        `seconds` is how long the calls may take."""
        answer = await self._ask(f"allocations {calls}\n", "allocations", seconds + self._work.timeout + 5)
        return None if answer[0] == "-" else int(answer[0])

    async def _ask(self, request: str, answers: str, seconds: float) -> list[str]:
        """The words of the answer after its first, which is `answers`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(ConnectionError):  # it has crashed, which its output explains
            self._process.stdin.write(request.encode())
            await self._process.stdin.drain()
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), seconds)
        except asyncio.TimeoutError:
            message = f"{self._work.function} did not return within {self._work.timeout:g} s"
            raise BenchFailedError(Failure("timeout", f"{message} ({self._mode})")) from None
        what, *words = line.decode("ascii", "replace").split() or [""]
        if what == answers:
            return words
        if what == "failed":
            text = bytes.fromhex("".join(words)).decode("utf-8", "replace")
            raise BenchFailedError(Failure("udf", f"{self._work.function} failed ({self._mode}): {text}"))
        raise BenchFailedError(await self._crash())

    async def _crash(self) -> Failure:
        code = await self._process.wait()
        crash = read_crash_output(code, await self._output)
        return Failure("crash", f"{self._work.function}: {crash.message}", crash.frames)

    async def _read_output(self) -> str:
        """All that the process writes to its standard error, of which the beginning is returned."""
        assert self._process.stderr is not None
        read = b""
        while chunk := await self._process.stderr.read(65536):
            read = (read + chunk)[:_OUTPUT_BYTES]
        return read.decode("utf-8", "replace")

    async def _end(self) -> None:
        """Shielded, so that no process stays; this takes milliseconds."""
        kill_group(self._process.pid)
        await asyncio.shield(asyncio.ensure_future(self._wait()))

    async def _wait(self) -> None:
        await self._process.wait()
        # Whoever inherited the pipe could keep it open.
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._output, _END_SECONDS)


def _request_lines(work: Work) -> Iterator[str]:
    """The request, as libmod_go/src/bench/request.h describes it. Raises UnstorableError."""
    yield f"function {_hex(utf8(work.function))}"
    if work.shape == "stream":
        yield "stream"
    yield f"timeout {max(1, round(work.timeout * 1000))}"
    for argument in work.arguments:
        yield f"argument {_value(to_flat(argument))}"
    records: Sequence[WorkingRecord] = [working_record(one.record) for one in work.records]
    for record in records:
        facts = f"{record.ttl} {record.generation} {record.last_update}"
        names = f"{_hex(utf8(record.namespace))} {_hex(utf8(record.set_name))}"
        yield f"record {facts} {names} {_hex(record.digest or b'')} {_value(record.key)}"
        for name, flat in record.stored.items():
            yield f"bin {_hex(utf8(name))} {_value(flat)}"
    yield "start"


def _value(flat: Flat) -> str:
    return f"{flat.type} {flat.integer} {_hex(flat.data)}"


def _hex(data: bytes) -> str:
    return data.hex() or "-"
