"""Runs the cases of a module in fenced workers, and compares each outcome with what the case expects.

A call that crashes its worker or never returns is a failed case; the next case gets a new worker. Cases share
workers, so package variables of a module live from case to case, as in a server.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec

from modgo_lsp.build.main_package import COVERAGE_FUNCTION
from modgo_lsp.host.call_request import CallRequest, CallRequestError, records_beside
from modgo_lsp.host.caller import Caller
from modgo_lsp.host.cases.case_file import Case
from modgo_lsp.host.cases.case_result import CaseResult, Outcome
from modgo_lsp.host.cases.compare import differences
from modgo_lsp.host.fenced import Fence, Grants
from modgo_lsp.host.module import Opened
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import CallResult, Failure
from modgo_lsp.host.sample import Record
from modgo_lsp.host.session import CALL_SECONDS, Session
from modgo_lsp.host.values import List
from modgo_lsp.model.package import Package

# A worker more takes 30 ms to start, in which the first one runs hundreds of cases.
_NEXT_WORKER_SECONDS = 0.2
# Of one worker, a call may take long after many that were fast.
_REPORT_SECONDS = 0.05


class CaseRun(msgspec.Struct, frozen=True):
    """How to run cases. `timeout` is in seconds, for cases without their own; `memory` in bytes, 0 for no
    limit; `workers` the greatest number of processes. With `stops`, the first failure ends the run. `counted`
    gets metadata and counters of each worker of a module that was built with coverage."""

    workers: int
    timeout: float = CALL_SECONDS
    memory: int = 0
    stops: bool = False
    cc: str | None = None
    package: Package | None = None
    counted: Callable[[tuple[bytes, bytes]], None] | None = None
    grants: Grants = ()


async def run_cases(
    module: Path,
    cases: Sequence[Case],
    how: CaseRun,
    folders: Callable[[Opened], Sequence[Path]],
    report: Callable[[Sequence[CaseResult]], None],
) -> None:
    """Calls `report` with new results every 50 ms, in any order. `folders` returns those of the samples, for
    cases that name no record. Cancelling ends all workers.

    Raises ToolchainError, HostError and LoadFailedError.
    """
    run = _Run(module, cases, how, folders)

    def report_new() -> None:
        if some := run.new_results():
            report(some)

    async def report_often() -> None:
        while True:
            await asyncio.sleep(_REPORT_SECONDS)
            report_new()

    tasks = [asyncio.ensure_future(run.work(number)) for number in range(how.workers)]
    reporting = asyncio.ensure_future(report_often())
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in (*tasks, reporting):
            task.cancel()
        await asyncio.gather(*tasks, reporting, return_exceptions=True)
        report_new()


class _Run:
    """The cases that no worker has taken, and the results that were not reported."""

    def __init__(
        self,
        module: Path,
        cases: Sequence[Case],
        how: CaseRun,
        folders: Callable[[Opened], Sequence[Path]],
    ) -> None:
        self._module = module
        self._how = how
        self._folders = folders
        self._left = deque(cases)
        self._sets_time = any(case.now is not None for case in cases)
        self._done: deque[CaseResult] = deque()
        self._all_taken = asyncio.Event()

    def new_results(self) -> list[CaseResult]:
        """The results since the last call."""
        return [self._done.popleft() for _ in range(len(self._done))]

    async def work(self, number: int) -> None:
        """Runs cases on a worker, which is the `number`th, until none is left."""
        how = self._how
        with suppress(asyncio.TimeoutError):
            if number:
                await asyncio.wait_for(self._all_taken.wait(), number * _NEXT_WORKER_SECONDS)
        if not self._left:
            return
        fence = Fence(memory=how.memory, settable_time=self._sets_time, grants=how.grants)
        async with Session(self._module, cc=how.cc, fence=fence, package=how.package) as session:
            where = await asyncio.to_thread(self._folders, session.opened)
            runner = _Runner(session.caller, _Samples(where), how.timeout, self._sets_time)
            async for _ in session.in_turn(self._taken(), partial(self._run_one, session, runner)):
                pass
            if how.counted is not None:
                await _count(session, how.counted)
        self._all_taken.set()

    def _run_one(self, session: Session, runner: _Runner, case: Case) -> None:
        result = runner.run(case)
        if session.is_stopped:
            return
        self._done.append(result)
        if self._how.stops and not result.ok:
            self._left.clear()

    def _taken(self) -> Iterator[Case]:
        """Takes the cases that no other worker takes."""
        while True:
            try:
                yield self._left.popleft()
            except IndexError:
                return


async def _count(session: Session, counted: Callable[[tuple[bytes, bytes]], None]) -> None:
    """Reads what the worker has counted. A worker that crashed has lost its counters."""
    value = (await session.call(COVERAGE_FUNCTION)).value
    if isinstance(value, List) and len(value.items) == 2:
        meta, counters = value.items
        if isinstance(meta, bytes) and isinstance(counters, bytes):
            counted((meta, counters))


class _Samples:
    """The records of cases that name none, by function."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._found: dict[tuple[str, bool], tuple[NumberedRecord, ...]] = {}

    def of(self, function: str, is_stream: bool) -> tuple[NumberedRecord, ...]:
        """Raises CallRequestError."""
        key = (function, is_stream)
        if key not in self._found:
            self._found[key], _ = records_beside(CallRequest(stream=is_stream), self._folders, function)
        return self._found[key]


class _Runner:
    """Runs cases on one worker. Blocks."""

    def __init__(self, caller: Caller, samples: _Samples, timeout: float, sets_time: bool) -> None:
        self._caller = caller
        self._samples = samples
        self._timeout = timeout
        self._sets_time = sets_time

    def run(self, case: Case) -> CaseResult:
        outcome = self._outcome(case)
        return CaseResult(case, outcome, differences(case.expectation, outcome))

    def _outcome(self, case: Case) -> Outcome:
        described = self._caller.opened.function(case.function)
        is_stream = case.is_stream if described is None else described.kind == "stream"
        if (wrong := _misfit(case, is_stream)) is not None:
            return CallResult(case.function, Record(), Record(), failure=Failure("usage", wrong))
        timeout = case.timeout or self._timeout
        try:
            return self._apply(case, is_stream, timeout)
        except CallRequestError as error:
            failure = Failure("usage", error.message, remedy=error.remedy)
            return CallResult(case.function, Record(), Record(), failure=failure)

    def _apply(self, case: Case, is_stream: bool, timeout: float) -> Outcome:
        function, arguments = case.function, case.arguments
        if self._sets_time:
            self._caller.set_time(case.now or 0)
        if is_stream:
            records = case.records
            records = self._samples.of(function, True) if records is None else records
            given = [_updated(one.record, case.now) for one in records]
            return self._caller.call_stream(function, arguments, given, case.nodes or 1, timeout)
        record = case.record
        record = self._samples.of(function, False)[0].record if record is None else record
        return self._caller.call(function, arguments, _updated(record, case.now), timeout)


def _updated(record: Record, now: int | None) -> Record:
    """The record, last updated at the time of the case."""
    return record if now is None else msgspec.structs.replace(record, last_update=now)


def _misfit(case: Case, is_stream: bool) -> str | None:
    """Why a case does not fit the kind of its function."""
    if not is_stream and case.is_stream:
        return f"{case.function} is a record UDF: give it a record, no records or nodes"
    if is_stream and case.record is not None:
        return f"{case.function} is a stream UDF: give it records, no record"
    expects_record = case.expectation.record is not None or case.expectation.operations is not None
    if is_stream and expects_record:
        return f"{case.function} is a stream UDF, which stores nothing: expect no record and no operations"
    return None
