"""Calls through the real libmod_go in a real worker: results, records, failures of every kind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from modgo_lsp.host.json_forms import parse, value_of
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import CallResult, Failure, call_json
from modgo_lsp.host.run_call import Work, do_work
from modgo_lsp.host.sample import Record

RECORD = Record(bins={"a": 1, "s": "x"}, generation=1)


async def call(
    module: Path, function: str, *arguments: str, record: Record = RECORD, timeout: float = 10
) -> CallResult:
    """Arguments are JSON."""
    values = tuple(value_of(parse(text, "argument")) for text in arguments)
    work = Work(function, values, records=(NumberedRecord(1, record),), timeout=timeout)
    result = await do_work(module, work, keeps=False)
    assert isinstance(result, CallResult)
    return result


def test_the_json_is_the_contract(udfs: Path) -> None:
    result = call_json(asyncio.run(call(udfs, "add", '"a"', "5")))
    assert result.pop("elapsed_ns") > 0
    key = ["test", "demo", "sample"]
    assert result == {
        "ok": True,
        "result": 6,
        "record": {
            "before": {"key": key, "bins": {"a": 1, "s": "x"}, "ttl": 0, "generation": 1},
            "after": {"key": key, "bins": {"a": 6, "s": "x"}, "ttl": 0, "generation": 2},
        },
        "operations": ["update"],
        "logs": [],
    }


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "true",
        "-9223372036854775808",
        "1.5",
        '{"$double": "NaN"}',
        '"grüße"',
        '{"$bytes": "AAH/"}',
        '{"$geojson": "{}"}',
        '{"$hll": "AAE="}',
        "[1, [null, {}], 2.5]",
        '{"a": {"b": [1]}}',
        '{"$map": [[1, 2], ["a", 3], [{"$bytes": "AA=="}, 4]], "order": "k"}',
    ],
)
async def test_every_kind_of_value_goes_through_go_and_back(udfs: Path, text: str) -> None:
    result = await call(udfs, "echo", text)
    assert result.failure is None
    assert repr(result.value) == repr(value_of(parse(text, "x")))


async def test_large_values(udfs: Path) -> None:
    text = json.dumps(["x" * 1000] * 1000)
    result = await call(udfs, "echo", text)
    assert result.value == value_of(parse(text, "x"))


async def test_typed_arguments_and_results(udfs: Path) -> None:
    result = await call(udfs, "types", "true", "-5", "65535", "2", '"s"', '{"$bytes": "aGk="}')
    assert result.value == "true -5 65535 2shi"
    result = await call(udfs, "collections", "[1, 2]", '{"a": 1.5}', '{"X": 3, "Y": 4}', '"p"', '"q"')
    assert call_json(result)["result"] == {
        "$map": [[7, ["p", "q"]], ["a", 1.5], ["n", 2], ["x", 3]],
        "order": "k",
    }
    assert (await call(udfs, "next", "40")).value == 42
    assert (await call(udfs, "moment", "1")).value == 2
    assert (await call(udfs, "double", "21")).value == 42


async def test_records_are_created_and_removed(udfs: Path) -> None:
    created = await call(udfs, "create", "7", record=Record())
    assert (created.operations, created.after) == (("create",), Record(bins={"v": 7}, ttl=90, generation=1))
    removed = await call(udfs, "remove")
    assert (removed.operations, removed.after.exists) == (("remove",), False)
    again = await call(udfs, "create", "7")
    assert again.failure is not None
    assert again.failure.kind == "udf"
    assert "exists already" in again.failure.message
    assert (await call(udfs, "meta")).value == "true 1demo0s"
    empty = await call(udfs, "create", "null", record=Record())
    assert empty.failure == Failure(
        "udf", "create: the record was created without bins, and Aerospike stores no record without bins"
    )
    assert (empty.value, empty.after, empty.operations) == (None, Record(), ("create",))


async def test_logs_and_output(udfs: Path) -> None:
    result = await call(udfs, "speak")
    assert [(line.level, line.message) for line in result.logs] == [
        ("warning", "careful n=3"),
        ("stdout", "printed"),
    ]
    assert result.logs[0].location.startswith("udfs.go:")


@pytest.mark.parametrize(
    ("function", "arguments", "kind", "message", "frames"),
    [
        ("fail", [], "udf", "out of tokens", 0),
        ("index", ["[1]"], "panic", "index out of range [5] with length 1", 1),
        ("exit", [], "crash", "exit status 9", 0),
        ("deadlock", [], "crash", "assignment to entry in nil map", 2),
        ("spin", [], "timeout", "did not return within 1 s", 0),
        ("wait", [], "timeout", "did not return within 1 s", 0),
        ("ad", [], "usage", "no function is registered as 'ad'", 0),
        ("add", ["1"], "usage", "add expects 2 arguments, got 1", 0),
        ("add", ["1", "1"], "usage", "argument 1 of add: expected a string", 0),
        ("types", ["true", "200", "0", "0", '""', "null"], "usage", "argument 2 of types", 0),
    ],
)
async def test_failures(
    udfs: Path, function: str, arguments: list[str], kind: str, message: str, frames: int
) -> None:
    result = await call(udfs, function, *arguments, timeout=1 if kind == "timeout" else 60)
    assert result.failure is not None
    assert result.failure.kind == kind
    assert message in result.failure.message
    assert len(result.failure.frames) == frames
    assert all(frame.startswith("udfs.go:") for frame in result.failure.frames)
    assert call_json(result)["ok"] is False


async def test_the_nearest_name_is_suggested(udfs: Path, good: Path) -> None:
    result = await call(udfs, "Ad")
    assert result.failure is not None
    assert result.failure.remedy == "did you mean add?"
    stream = await call(good, "flow")
    assert stream.failure is not None
    assert "stream UDF" in stream.failure.message


@pytest.mark.parametrize(
    ("function", "kind", "message", "frames"),
    [
        ("fail", "udf", "no more tokens\nwait a while", ()),
        ("panic", "panic", "index out of range [3] with length 2", ("stats.go:12", "more.go:9")),
        ("exit", "crash", "exit status 7", ()),
        ("segv", "crash", "SIGSEGV", ()),
        ("die", "crash", "all goroutines are asleep", ("wait.go:21",)),
        ("hang", "timeout", "did not return within 1 s", ()),
    ],
)
async def test_failures_of_a_module_in_c(
    good: Path, function: str, kind: str, message: str, frames: tuple[str, ...]
) -> None:
    result = await call(good, function, timeout=1 if kind == "timeout" else 60)
    assert result.failure is not None
    assert (result.failure.kind, result.failure.frames) == (kind, frames)
    assert message in result.failure.message


@pytest.mark.parametrize(
    ("function", "answer"),
    [
        ("meta", "1 1 test demo sample ac a,s, 2:1 0"),
        ("longbin", "6 bin name 'sixteen-bytes-ab' has 16 bytes; it may have 1 to 15, without NUL"),
        ("badlist", "6 a list or map counts more items than there are bytes"),
        ("create", "6 the record exists already, so it can be updated but not created"),
        ("remove", "0 "),
        ("ttl", "0 "),
    ],
)
async def test_the_answers_of_host_functions(good: Path, function: str, answer: str) -> None:
    assert (await call(good, function)).value == answer


async def test_logs_before_a_crash_are_in_the_result(compile_c: Callable[..., Path]) -> None:
    result = await call(compile_c("crashing"), "log_and_die")
    assert [line.message for line in result.logs] == ["the last thing"]
    assert result.failure is not None
    assert result.failure.kind == "crash"


async def test_invalid_results(compile_c: Callable[..., Path]) -> None:
    result = await call(compile_c("crashing"), "bad_answer")
    assert result.failure is not None
    assert result.failure.kind == "abi"


async def test_a_timeout_and_cancelling_leave_no_process(good: Path) -> None:
    result = await call(good, "hang", timeout=0.2)
    assert result.failure is not None
    assert result.failure.kind == "timeout"
    task = asyncio.create_task(call(good, "hang", timeout=60))
    children: list[psutil.Process] = []
    for _ in range(1200):
        await asyncio.sleep(0.05)
        children = [one for one in psutil.Process().children() if one.name() == "mod-go-worker"]
        if children and children[0].num_threads() > 1:
            break
    assert children
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.wait_procs(children, timeout=60)[1]


async def test_many_at_once(udfs: Path) -> None:
    results = await asyncio.gather(*(call(udfs, "double", str(n)) for n in range(8)))
    assert [result.value for result in results] == [2 * n for n in range(8)]
