"""Runs what `modgo call` and the editor's command ask for: one call, one call on each of many records, or a
stream.

Failed calls are saved for a replay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

import msgspec

from modgo_lsp.host.caller import refusal_of
from modgo_lsp.host.fenced import Fence, Grants
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.module import Opened
from modgo_lsp.host.record_store import Store
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.replay_files import Replay, is_replayable, replay_of, save_replay
from modgo_lsp.host.result import (
    CallResult,
    NumberedResult,
    StreamResult,
    call_json,
    calls_json,
    stream_json,
)
from modgo_lsp.host.sample import Record
from modgo_lsp.host.session import CALL_SECONDS, Session
from modgo_lsp.host.values import Value
from modgo_lsp.model.package import Package

# Many calls usually fail for the same reason.
_MAX_REPLAYS = 10

R = TypeVar("R", CallResult, StreamResult)


class Work(msgspec.Struct, frozen=True):
    """`records` is one for "call", any number for "each" and "stream". `timeout` is in seconds, for each call
    or for the whole stream; `memory` in bytes (0: no limit). `nodes` applies to a stream."""

    function: str
    arguments: tuple[Value, ...] = ()
    shape: Literal["call", "each", "stream"] = "call"
    records: tuple[NumberedRecord, ...] = (NumberedRecord(1, Record()),)
    nodes: int = 1
    timeout: float = CALL_SECONDS
    memory: int = 0
    store: Path | None = None
    grants: Grants = ()


class Calls(msgspec.Struct, frozen=True):
    """The results of "each", in the order of the records."""

    results: tuple[NumberedResult, ...]

    @property
    def ok(self) -> bool:
        return all(one.result.ok for one in self.results)


Outcome = Union[CallResult, Calls, StreamResult]


def work_of(replay: Replay) -> Work:
    """The work of a saved call."""
    return Work(
        replay.function,
        replay.arguments,
        "stream" if replay.nodes else "call",
        tuple(NumberedRecord(number, record) for number, record in enumerate(replay.records, 1)),
        max(1, replay.nodes),
        replay.timeout,
        replay.memory,
    )


async def do_work(
    path: Path,
    work: Work,
    *,
    cc: str | None = None,
    package: Package | None = None,
    report: Callable[[NumberedResult], None] | None = None,
    keeps: bool = True,
    completed: Callable[[Work, Mapping[str, str]], Work] | None = None,
    opened: Callable[[Opened], None] | None = None,
) -> Outcome:
    """Loads the module at `path` and does `work`; `report` gets each of many results as it comes. A module
    that can't be loaded and a missing function are one failure. With `keeps`, failures are saved for a
    replay. `completed` returns the final work from the module's properties; `opened` gets the description
    of the loaded module.

    Raises ToolchainError, HostError and StoreError.
    """
    saver = _ReplaySaver(path, work, _MAX_REPLAYS if keeps else 0)
    try:
        async with AsyncExitStack() as stack:
            store = Store(work.store) if work.store is not None else None
            if store is not None:
                stack.callback(store.close)
            fence = Fence(memory=work.memory, grants=work.grants)
            session = await stack.enter_async_context(Session(path, cc=cc, fence=fence, package=package))
            if opened is not None:
                opened(session.opened)
            if completed is not None:
                work = await asyncio.to_thread(completed, work, session.opened.properties)
            return await _do(session, work, store, saver, report or (lambda _: None))
    except LoadFailedError as error:
        record = work.records[0].record if work.records else Record()
        return CallResult(
            work.function, record, record, failure=error.failure, findings=error.findings, logs=error.logs
        )


async def _do(
    session: Session,
    work: Work,
    store: Store | None,
    saver: _ReplaySaver,
    report: Callable[[NumberedResult], None],
) -> Outcome:
    records = [one.record for one in work.records]
    if work.shape == "stream":
        stream = await session.call_stream(
            work.function, work.arguments, records, nodes=work.nodes, timeout=work.timeout
        )
        return saver.save(_with_logs(session, stream), records)
    if work.shape == "call":
        result = await session.call(
            work.function, work.arguments, records[0], timeout=work.timeout, store=store
        )
        return saver.save(_with_logs(session, result), [result.before])
    if (refused := refusal_of(session.opened, work.function, "record")) is not None:
        return CallResult(work.function, Record(), Record(), failure=refused)
    results = []
    calls = session.call_each(work.function, work.arguments, work.records, timeout=work.timeout, store=store)
    async for done in calls:
        one = NumberedResult(done.line, saver.save(done.result, [done.result.before]))
        results.append(one)
        report(one)
    return Calls(tuple(results))


def _with_logs(session: Session, result: R) -> R:
    return msgspec.structs.replace(result, logs=(*session.logs, *result.logs))


class _ReplaySaver:
    """Saves the failed calls of one run for a replay, up to a limit."""

    def __init__(self, path: Path, work: Work, most: int) -> None:
        self._path = path
        self._work = work
        self._replay: Replay | None = None
        self._left = most

    def save(self, result: R, records: list[Record]) -> R:
        if result.failure is None or not is_replayable(result.failure) or self._left == 0:
            return result
        self._left -= 1
        work = self._work
        nodes = work.nodes if work.shape == "stream" else 0
        try:
            if self._replay is None:
                self._replay = replay_of(
                    self._path,
                    work.function,
                    work.arguments,
                    (),
                    nodes=nodes,
                    timeout=work.timeout,
                    memory=work.memory,
                )
        except OSError:
            return result
        replay = msgspec.structs.replace(self._replay, records=tuple(records))
        return msgspec.structs.replace(result, failure=save_replay(replay, result.failure))


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """The JSON of `modgo call --json`."""
    if isinstance(outcome, Calls):
        return calls_json(outcome.results)
    return stream_json(outcome) if isinstance(outcome, StreamResult) else call_json(outcome)


def is_misused(outcome: Outcome) -> bool:
    """Whether something failed, and every failure is a usage error."""
    results = [one.result for one in outcome.results] if isinstance(outcome, Calls) else [outcome]
    kinds = {result.failure.kind for result in results if result.failure is not None}
    return kinds == {"usage"}
