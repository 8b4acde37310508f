"""Modules for asyncio: a session opens a module in a worker and makes any number of calls, one at a time.

A module that crashes, ends its process or never returns is a failed result, not an exception. A session that
is closed or cancelled leaves no process behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.host.blocking_thread import BlockingThread
from modgo_lsp.host.caller import Caller
from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.module import HostError, Module, Opened
from modgo_lsp.host.native import libmod_go
from modgo_lsp.host.record_store import Store
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import CallResult, LogLine, NumberedResult, StreamResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import Value
from modgo_lsp.model.package import Package

T = TypeVar("T")
U = TypeVar("U")

CALL_SECONDS = 10.0
LONGEST_SECONDS = 86400  # of a call: a day
_SOON_SECONDS = 0.05


class Session:
    """`async with Session(path) as session` loads the module at `path` and sets it up; `session.opened` is
    its description, `session.logs` its output during setup.

    Entering raises ToolchainError if libmod_go cannot be compiled, HostError if no worker can be started, and
    LoadFailedError for an error of the module.
    """

    opened: Opened
    caller: Caller  # for in_turn
    logs: tuple[LogLine, ...]

    def __init__(
        self, path: Path, *, cc: str | None = None, fence: Fence | None = None, package: Package | None = None
    ) -> None:
        self._path = path
        self._cc = cc
        self._fence = fence or Fence()
        self._package = package
        self.is_stopped = False  # a call that ends afterwards may have been stopped

    async def __aenter__(self) -> Session:
        if sys.platform != "linux":
            raise HostError("modules can be loaded on Linux only")
        native = await libmod_go(await discover_cc(self._cc))
        self._line = os.pipe()
        self._module = Module(native, self._path, self._fence, self._line[0])
        self._thread = BlockingThread(self._stop)
        try:
            self.opened = await self._thread.do(lambda: self._module.open(self._package))
            self.caller = Caller(self._module, self.opened)
            self.logs = self._module.take_logs(self._module.printed())
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def call(
        self,
        function: str,
        arguments: Sequence[Value] = (),
        record: Record | None = None,
        *,
        timeout: float = CALL_SECONDS,
        store: Store | None = None,
    ) -> CallResult:
        """Applies `function` to a record; without one, to a record that does not exist; with a `store`, to
        its record with that key. `timeout` is in seconds. Errors of the call are in the result's `failure`.
        Cancelling ends the session's worker for good. Raises StoreError."""
        return await self._thread.do(
            partial(self.caller.call, function, arguments, record or Record(), timeout, store)
        )

    async def call_each(
        self,
        function: str,
        arguments: Sequence[Value],
        records: Sequence[NumberedRecord],
        *,
        timeout: float,
        store: Store | None,
    ) -> AsyncIterator[NumberedResult]:
        """Applies `function` to one record after another, each with this `timeout`. A call that crashes its
        worker is a failed result, and the next one gets a new worker."""

        def apply(one: NumberedRecord) -> NumberedResult:
            result = self.caller.call(function, arguments, one.record, timeout, store)
            return NumberedResult(one.line, result)

        async for results in self.in_turn(iter(records), apply):
            for result in results:
                yield result

    async def in_turn(self, items: Iterator[T], apply: Callable[[T], U]) -> AsyncIterator[list[U]]:
        """The results of `apply` for one item after another, a few at a time. `apply` may block and use
        `caller`."""

        def some() -> list[U]:
            """The results of the next 50 ms: returning to the event loop takes longer than a call."""
            done: list[U] = []
            until = time.monotonic() + _SOON_SECONDS
            for item in items:
                done.append(apply(item))
                if time.monotonic() >= until:
                    break
            return done

        while results := await self._thread.do(some):
            yield results

    async def call_stream(
        self,
        function: str,
        arguments: Sequence[Value] = (),
        records: Sequence[Record] = (),
        *,
        nodes: int = 1,
        timeout: float = CALL_SECONDS,
    ) -> StreamResult:
        """Applies a stream UDF to the records, distributed to `nodes` simulated nodes, and then its client's
        part to their results."""
        return await self._thread.do(
            partial(self.caller.call_stream, function, arguments, records, nodes, timeout)
        )

    async def finish_stream(
        self,
        function: str,
        arguments: Sequence[Value],
        values: Sequence[Value],
        *,
        timeout: float = CALL_SECONDS,
    ) -> StreamResult:
        """Applies the client's part of a stream UDF to the results of a real cluster's nodes."""
        return await self._thread.do(partial(self.caller.finish_stream, function, arguments, values, timeout))

    def _stop(self) -> None:
        self.is_stopped = True
        with contextlib.suppress(OSError):  # it has been closed
            os.write(self._line[1], b"!")

    async def _close(self) -> None:
        """Shielded, so that no worker stays; closing takes milliseconds."""
        await asyncio.shield(asyncio.ensure_future(self._end()))

    async def _end(self) -> None:
        self._stop()
        try:
            await self._thread.do(self._module.close)
        finally:
            self._thread.end()
            for descriptor in self._line:
                os.close(descriptor)
