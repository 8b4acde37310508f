"""What is done for `modgo call` beside the call: output of loading, and modules that cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from modgo_lsp.host.module import Opened
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import CallResult, LogLine
from modgo_lsp.host.run_call import Work, do_work
from modgo_lsp.host.sample import Record

PRINTED = LogLine("stdout", "about to die")
RECORD = Record(key="k", bins={"a": 1}, generation=1)
ONE = (NumberedRecord(1, RECORD),)


async def test_what_a_module_prints_while_it_is_loaded_is_in_the_first_result(
    compile_c: Callable[..., Path],
) -> None:
    module = compile_c("crashing", "-DSETUP_PRINTS")
    result = await do_work(module, Work("log_and_die", records=ONE), keeps=False)
    assert isinstance(result, CallResult)
    assert result.failure is not None
    assert result.failure.replay == ""
    assert result.logs == (PRINTED, LogLine("error", "the last thing"))
    assert (result.before, result.after, result.value) == (RECORD, RECORD, None)


async def test_a_module_that_cannot_be_loaded_is_a_failed_call(compile_c: Callable[..., Path]) -> None:
    module = compile_c("crashing", "-DSETUP_DIES", "-DSETUP_PRINTS")
    result = await do_work(module, Work("f", records=ONE))
    assert isinstance(result, CallResult)
    assert result.failure is not None
    assert [finding.code for finding in result.findings] == ["MG407"]
    same = CallResult("f", RECORD, RECORD, failure=result.failure, findings=result.findings, logs=(PRINTED,))
    assert result == same
    stream = await do_work(module, Work("f", shape="stream", records=()))
    assert isinstance(stream, CallResult)
    assert stream.failure == result.failure
    assert stream.before == stream.after == Record()


async def test_the_work_is_completed_from_what_the_module_says(good: Path) -> None:
    opened: list[Opened] = []
    properties = []

    def completed(work: Work, found: object) -> Work:
        properties.append(found)
        return msgspec.structs.replace(work, arguments=("a", 5))

    result = await do_work(good, Work("add", records=ONE), completed=completed, opened=opened.append)
    assert isinstance(result, CallResult)
    assert (result.value, result.after.bins, result.operations) == (6, {"a": 6}, ("update",))
    assert properties == [opened[0].properties]
    found = opened[0].function("add")
    assert found is not None
    assert found.name == "add"
    assert opened[0].function("none") is None
    assert msgspec.structs.replace(opened[0], functions=None).function("add") is None


async def test_a_function_that_many_records_cannot_have_is_one_failure(good: Path) -> None:
    seen: list[object] = []
    result = await do_work(good, Work("none", shape="each", records=ONE * 3), report=seen.append)
    assert isinstance(result, CallResult)
    assert result.failure is not None
    assert (result.failure.kind, seen) == ("usage", [])
    assert (result.function, result.before, result.after) == ("none", Record(), Record())


async def test_a_store_is_closed_after_a_call(good: Path, tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    for expected in (3, 5):
        result = await do_work(good, Work("add", ("a", 2), records=ONE, store=store))
        assert isinstance(result, CallResult)
        assert result.value == expected
        assert [each.name for each in tmp_path.iterdir()] == ["s.db"]
