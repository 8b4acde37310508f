"""Measures a function of a module, and compares it with that of another version, for `modgo bench` and the
editor's command."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.host.bench_statistics import SIGNIFICANCE, mann_whitney, summarize
from modgo_lsp.host.bench_worker import BenchWorker, Mode, Round
from modgo_lsp.host.native import bench_program, libmod_go
from modgo_lsp.host.run_call import Outcome, Work, do_work
from modgo_lsp.model.package import Package

MODES: tuple[Mode, ...] = ("fenced", "unfenced")

# Enough that what a module allocates once, or in the background, does not count.
_ALLOCATION_CALLS = 10_000
_ALLOCATION_SECONDS = 1.0


class BenchRun(msgspec.Struct, frozen=True):
    """`seconds` is the time of a sample, `old` the module to compare with."""

    modes: tuple[Mode, ...] = MODES
    count: int = 10
    seconds: float = 0.1
    old: Path | None = None
    cc: str | None = None


class Measured(msgspec.Struct, frozen=True):
    """The samples of one module in one mode. `allocs` is the number of objects a call on Go's heap, None if
    unknown."""

    function: str
    mode: Mode
    rounds: tuple[Round, ...]
    allocs: float | None = None

    @property
    def means(self) -> tuple[float, ...]:
        return tuple(one.mean for one in self.rounds)

    @property
    def floor(self) -> float:
        return statistics.median(one.floor for one in self.rounds)


class Pair(msgspec.Struct, frozen=True):
    """A mode's result, with that of the old module if there is one."""

    new: Measured
    old: Measured | None = None

    @property
    def p(self) -> float:
        """The probability that two equal modules differ at least as much as these."""
        return 1.0 if self.old is None else mann_whitney(self.old.means, self.new.means)

    @property
    def change(self) -> float | None:
        """By which part the median has changed, None if the test does not find that it has."""
        if self.old is None or self.p >= SIGNIFICANCE:
            return None
        return summarize(self.new.means).median / summarize(self.old.means).median - 1


class Samples:
    """What has been measured so far, which an interrupted command shows."""

    def __init__(self, function: str) -> None:
        self._function = function
        self._rounds: dict[tuple[Mode, bool], list[Round]] = {}
        self._allocs: dict[tuple[Mode, bool], float] = {}

    def add(self, mode: Mode, is_old: bool, measured: Round) -> None:
        self._rounds.setdefault((mode, is_old), []).append(measured)

    def set_allocations(self, mode: Mode, is_old: bool, allocs: float) -> None:
        self._allocs[mode, is_old] = allocs

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return tuple(
            Pair(self._measured(mode, False), self._measured(mode, True) if self._has(mode, True) else None)
            for mode in MODES
            if self._has(mode, False)
        )

    def _has(self, mode: Mode, is_old: bool) -> bool:
        return (mode, is_old) in self._rounds

    def _measured(self, mode: Mode, is_old: bool) -> Measured:
        key = (mode, is_old)
        return Measured(self._function, mode, tuple(self._rounds[key]), self._allocs.get(key))


async def first_call(
    path: Path,
    work: Work,
    *,
    cc: str | None,
    package: Package | None,
    completed: Callable[[Work, Mapping[str, str]], Work] | None,
) -> tuple[Outcome, Work]:
    """Does the work once as `modgo call` does, which explains what is wrong better than the measuring process
    could. Returns the outcome, and the work with its records. Raises as do_work."""
    whole = work

    def complete(work: Work, properties: Mapping[str, str]) -> Work:
        nonlocal whole
        whole = work if completed is None else completed(work, properties)
        return whole

    return await do_work(path, work, cc=cc, package=package, keeps=False, completed=complete), whole


async def run_bench(
    path: Path, work: Work, how: BenchRun, samples: Samples, report: Callable[[str, int], None]
) -> None:
    """Measures the module at `path` into `samples`; with an old module, both in turns, so that what else the
    machine does meets both. `report` gets what is done and how much of it, in percent.

    Raises ToolchainError, and BenchFailedError for a module that fails.
    """
    cc = await discover_cc(how.cc)
    native, program = await libmod_go(cc), await bench_program(cc)
    modules = [(path, False)] if how.old is None else [(how.old, True), (path, False)]
    for number, mode in enumerate(how.modes):
        async with AsyncExitStack() as stack:
            workers = [
                (
                    await stack.enter_async_context(BenchWorker(program, native.worker, module, mode, work)),
                    is_old,
                )
                for module, is_old in modules
            ]
            for index in range(how.count):
                done = number * how.count + index
                report(
                    f"measuring {work.function} {mode}, sample {index + 1} of {how.count}",
                    100 * done // (how.count * len(how.modes)),
                )
                await _measure(workers, mode, how.seconds, samples)
            for worker, is_old in workers:
                await _count_allocations(worker, is_old, mode, samples)


async def _measure(
    workers: Sequence[tuple[BenchWorker, bool]], mode: Mode, seconds: float, samples: Samples
) -> None:
    for worker, is_old in workers:
        samples.add(mode, is_old, await worker.measure(seconds))


async def _count_allocations(worker: BenchWorker, is_old: bool, mode: Mode, samples: Samples) -> None:
    mean = next(pair.new.means[-1] for pair in samples.pairs if pair.new.mode == mode)
    calls = max(1, min(_ALLOCATION_CALLS, int(_ALLOCATION_SECONDS * 1e9 / max(1.0, mean))))
    count = await worker.allocations(calls, 2 * _ALLOCATION_SECONDS)
    if count is not None:
        samples.set_allocations(mode, is_old, count / calls)


def bench_json(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The JSON of `modgo bench --json`: an object for each mode."""
    return [_row(pair) for pair in pairs]


def _row(pair: Pair) -> dict[str, Any]:
    row = _figures(pair.new)
    if pair.old is not None:
        row["compare"] = {
            "old": _figures(pair.old),
            "change": pair.change,
            "p": round(pair.p, 6),
            "verdict": verdict(pair),
        }
    return row


def verdict(pair: Pair) -> str:
    return "unchanged" if pair.change is None else "faster" if pair.change < 0 else "slower"


def _figures(measured: Measured) -> dict[str, Any]:
    rounds = measured.rounds
    return {
        "function": measured.function,
        "mode": measured.mode,
        "ns_per_call": round(statistics.median(measured.means), 1),
        "p50_ns": round(statistics.median(one.p50 for one in rounds), 1),
        "p99_ns": round(statistics.median(one.p99 for one in rounds), 1),
        "allocs": None if measured.allocs is None else round(measured.allocs, 2),
        "floor_ns": round(measured.floor, 1),
    }
