"""Sessions: many calls on one worker, limits, and no process left after a failure."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.load import load_module
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.result import CallResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.session import Session
from modgo_lsp.host.values import List, Value
from modgo_lsp.model.sdk import SDK_PATH


def running() -> list[psutil.Process]:
    """The workers below this process."""
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if child.name() == "mod-go-worker" and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


_others: list[psutil.Process] = []


@pytest.fixture(autouse=True)
def leave_out_the_workers_of_other_tests() -> None:
    _others[:] = running()


def workers() -> list[psutil.Process]:
    return [each for each in running() if each not in _others]


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition was never true"
        await asyncio.sleep(0.01)


async def test_calls_share_a_worker_until_one_brings_it_down(good: Path) -> None:
    record = Record(bins={"a": 1}, generation=1)
    async with Session(good) as session:
        first = (await session.call("pid")).value
        for by in range(1, 50):
            record = (await session.call("add", ["a", by], record)).after
        assert record == Record(bins={"a": 1 + sum(range(50))}, generation=50)
        assert (await session.call("pid")).value == first
        assert (await session.call("exit")).failure is not None
        assert (await session.call("pid")).value not in (None, first)
    assert workers() == []


async def test_a_worker_that_is_killed_costs_its_call(good: Path) -> None:
    async with Session(good) as session:
        calling = asyncio.create_task(session.call("nap", timeout=60))
        pid = await worker_of(calling)
        os.kill(pid, signal.SIGKILL)
        result = await calling
        assert result.failure is not None
        assert result.failure.kind == "crash"
        assert "SIGKILL" in result.failure.message
        assert [line.message for line in result.logs] == [f"napping as {pid}"]
        assert (await session.call("add", ["a", 1], Record(bins={"a": 1}))).value == 2


async def worker_of(calling: asyncio.Task[CallResult]) -> int:
    """The worker of a call that naps."""
    await until(lambda: workers() and workers()[0].num_threads() > 1)
    await asyncio.sleep(0.2)
    assert not calling.done()
    return workers()[0].pid


@pytest.mark.parametrize("flag", ["-DLOAD_LOOPS", "-DSETUP_HANGS"])
async def test_cancelling_an_endless_load_leaves_no_process(
    compile_c: Callable[..., Path], flag: str
) -> None:
    # Longer than the test may take: the load has to end because it is cancelled.
    loading = asyncio.create_task(load_module(compile_c("crashing", flag), timeout=3600))
    await until(workers)
    await asyncio.sleep(0.1)
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert workers() == []


async def test_an_init_that_loops_is_stopped_and_reported(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text(f"module example.com/m\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n")
    text = f'package m\n\nimport _ "{SDK_PATH}"\n\nfunc init() {{\n\tfor {{\n\t}}\n}}\n'
    (tmp_path / "m.go").write_text(text)
    built = await build_module(BuildRequest((tmp_path,), output=tmp_path / "m.so"))
    assert built.ok, built.findings
    result = await load_module(tmp_path / "m.so", timeout=0.5, package=built.package)
    assert result.failure is not None
    assert result.failure.kind == "timeout"
    assert [finding.code for finding in result.findings] == ["MG404"]
    assert workers() == []


@pytest.mark.parametrize("function", ["exhaust", "refused"])
async def test_exceeding_the_memory_limit(good: Path, function: str) -> None:
    async with Session(good, fence=Fence(memory=64 << 20)) as session:
        result = await session.call(function)
        assert result.failure is not None
        assert result.failure.kind == "crash"
        assert "needs more memory than the 67 MB that it may have" in result.failure.message
        assert (await session.call("pid")).failure is None


async def test_large_arguments_results_and_output(good: Path, udfs: Path) -> None:
    async with Session(good) as session:
        logged = await session.call("lines", [64])
        assert [len(line.message) for line in logged.logs] == [1024] * 64
        endless = await session.call("lines", [20_000])
        assert endless.failure is None
        assert "log lines of the call are dropped" in endless.logs[-1].message
        printed = await session.call("print", [3])
        assert [line.message for line in printed.logs] == ["line 0", "line 1", "line 2"]
        much = await session.call("print", [200_000])
        assert (much.logs[0].message, much.logs[-1].message) == ("line 0", "line 199999")
        assert any(line.message.startswith("…") for line in much.logs)
    deep: Value = 1
    for _ in range(64):
        deep = List((deep,))
    async with Session(udfs) as session:
        assert (await session.call("echo", [deep])).value == deep
        too_deep = await session.call("echo", [List((deep,))])
        assert too_deep.failure is not None
        assert (too_deep.failure.kind, "deeper than 64" in too_deep.failure.message) == ("usage", True)


async def test_output_while_loading_is_in_the_logs(compile_c: Callable[..., Path]) -> None:
    with pytest.raises(LoadFailedError) as failed:
        async with Session(compile_c("crashing", "-DSETUP_DIES", "-DSETUP_PRINTS")):
            pass
    assert [line.message for line in failed.value.logs] == ["about to die"]


async def test_without_a_c_compiler_it_says_what_to_do(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ToolchainError) as refused:
        await load_module(good, cc="/nowhere/cc")
    assert "/nowhere/cc" in refused.value.message
    assert refused.value.remedy


async def test_no_descriptor_is_left_open(good: Path) -> None:
    async with Session(good) as session:
        await session.call("pid")
    before = psutil.Process().num_fds()
    for _ in range(3):
        async with Session(good) as session:
            await session.call("exit")
        assert (await load_module(good.with_name("none.so"))).failure is not None
    assert psutil.Process().num_fds() == before


async def test_buffers_of_a_call_are_freed(good: Path) -> None:
    record = Record(bins={"a": 1, "s": "x" * 200_000})
    async with Session(good) as session:
        await session.call("meta", (), record)
        before = psutil.Process().memory_info().rss
        for _ in range(1000):
            assert (await session.call("meta", (), record)).failure is None
        assert psutil.Process().memory_info().rss - before < 50 << 20


CLOCK = f"""package m

import (
	"os"
	"time"

	"{SDK_PATH}"
)

func init() {{
	udf.Register("now", func() int64 {{ return time.Now().UnixMilli() }})
	udf.Register("exit", func() {{ os.Exit(3) }})
}}
"""


async def test_a_module_reads_the_time_that_is_set_also_in_the_next_worker(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text(f"module example.com/m\n\ngo 1.24\n\nrequire {SDK_PATH} v1.0.0\n")
    (tmp_path / "m.go").write_text(CLOCK)
    built = await build_module(BuildRequest((tmp_path,), output=tmp_path / "m.so"))
    assert built.ok, built.findings
    async with Session(tmp_path / "m.so", fence=Fence(settable_time=True)) as session:
        for milliseconds in (1_000_000_000_000, 2_000_000_000_123):
            session.caller.set_time(milliseconds)
            assert (await session.call("now")).value == milliseconds
            assert (await session.call("exit")).failure is not None
            assert (await session.call("now")).value == milliseconds
        session.caller.set_time(0)
        value = (await session.call("now")).value
        assert isinstance(value, int)
        assert abs(value - time.time() * 1000) < 600_000
