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
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.host.apply import apply_in_store, apply_to_record
from modgo_lsp.host.blocking_thread import BlockingThread
from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.module import HostError, Module, Opened
from modgo_lsp.host.native import libmod_go
from modgo_lsp.host.nodes import apply_client_part, apply_to_stream
from modgo_lsp.host.record_store import Store
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import CallResult, Failure, LogLine, NumberedResult, StreamResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import Value
from modgo_lsp.model.package import Package
from modgo_lsp.spelling import did_you_mean

R = TypeVar("R", CallResult, StreamResult)

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
    logs: tuple[LogLine, ...]

    def __init__(
        self, path: Path, *, cc: str | None = None, fence: Fence | None = None, package: Package | None = None
    ) -> None:
        self._path = path
        self._cc = cc
        self._fence = fence or Fence()
        self._package = package

    async def __aenter__(self) -> Session:
        if sys.platform != "linux":
            raise HostError("modules can be loaded on Linux only")
        native = await libmod_go(await discover_cc(self._cc))
        self._line = os.pipe()
        self._module = Module(native, self._path, self._fence, self._line[0])
        self._thread = BlockingThread(self._stop)
        try:
            self.opened = await self._thread.do(lambda: self._module.open(self._package))
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
        record = record or Record()
        if (refused := refusal_of(self.opened, function, "record")) is not None:
            return CallResult(function, record, record, failure=refused)
        return await self._thread.do(partial(self._apply, function, arguments, record, timeout, store))

    async def call_each(
        self,
        function: str,
        arguments: Sequence[Value],
        records: Sequence[NumberedRecord],
        *,
        timeout: float = CALL_SECONDS,
        store: Store | None = None,
    ) -> AsyncIterator[NumberedResult]:
        """Applies `function` to one record after another, each with this `timeout`. A call that crashes its
        worker is a failed result, and the next one gets a new worker."""
        if (refused := refusal_of(self.opened, function, "record")) is not None:
            for one in records:
                yield NumberedResult(one.line, CallResult(function, one.record, one.record, failure=refused))
            return

        def some(start: int) -> list[NumberedResult]:
            """The calls of the next 50 ms: returning to the event loop takes longer than a call."""
            done: list[NumberedResult] = []
            until = time.monotonic() + _SOON_SECONDS
            while start + len(done) < len(records) and (not done or time.monotonic() < until):
                one = records[start + len(done)]
                result = self._apply(function, arguments, one.record, timeout, store)
                done.append(NumberedResult(one.line, result))
            return done

        count = 0
        while count < len(records):
            results = await self._thread.do(partial(some, count))
            count += len(results)
            for result in results:
                yield result

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
        if (refused := refusal_of(self.opened, function, "stream")) is not None:
            return StreamResult(function, failure=refused)
        result = await self._thread.do(
            lambda: apply_to_stream(self._module, function, arguments, records, nodes, timeout)
        )
        return _with_signature(self.opened, result)

    async def finish_stream(
        self,
        function: str,
        arguments: Sequence[Value],
        values: Sequence[Value],
        *,
        timeout: float = CALL_SECONDS,
    ) -> StreamResult:
        """Applies the client's part of a stream UDF to the results of a real cluster's nodes."""
        if (refused := refusal_of(self.opened, function, "stream")) is not None:
            return StreamResult(function, failure=refused)
        return await self._thread.do(
            lambda: apply_client_part(self._module, function, arguments, values, timeout)
        )

    def _apply(
        self,
        function: str,
        arguments: Sequence[Value],
        record: Record,
        timeout: float,
        store: Store | None,
    ) -> CallResult:
        if store is None:
            result = apply_to_record(self._module, function, arguments, record, timeout)
        else:
            result = apply_in_store(self._module, function, arguments, record, timeout, store)
        return _with_signature(self.opened, result)

    def _stop(self) -> None:
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


def refusal_of(opened: Opened, name: str, kind: str) -> Failure | None:
    """Why the manifest does not allow calling `name` as a UDF of that kind, with the nearest name; None if it
    does, or if there is no manifest."""
    if opened.functions is None:
        return None
    found = opened.function(name)
    if found is None:
        return Failure("usage", f"no function is registered as {name!r}", (), _nearest(opened, name))
    if found.kind == kind:
        return None
    if kind == "record":
        message = f"{name} is a stream UDF, which cannot be called on a single record"
        return Failure("usage", message, (), "call it with --stream and the records of --records")
    return Failure("usage", f"{name} is a record UDF", (), "call it without --stream")


def _with_signature(opened: Opened, result: R) -> R:
    """The result; for wrong arguments, with the function's signature as remedy."""
    failure, found = result.failure, opened.function(result.function)
    if failure is None or failure.kind != "usage" or failure.remedy or found is None:
        return result
    if found.name not in failure.message:  # the value itself is invalid
        return result
    explained = msgspec.structs.replace(failure, remedy=f"its signature is {found.signature}")
    return msgspec.structs.replace(result, failure=explained)


def _nearest(opened: Opened, name: str) -> str:
    names = [function.name for function in opened.functions or ()]
    if not names:
        return "the module registers none"
    return did_you_mean(name, names, f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}")
