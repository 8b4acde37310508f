"""The host of a program in a debugger: its messages, and that records and streams behave as in a call."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from modgo_lsp.host.debug_calls import DebugCalls
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import CallResult, LogLine, NumberedResult, StreamResult
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.sample import Record

INTEGER, STRING = 2, 4


class Program:
    """The other end: asks as package udfdebug does."""

    def __init__(self, work: Work) -> None:
        self.logs: list[LogLine] = []
        self.results: list[Any] = []
        self.calls = DebugCalls(work, self.logs.append, self.results.append)

    def ask(self, op: str, **fields: Any) -> Any:
        return json.loads(self.calls.answer(json.dumps({"op": op, **fields}).encode()))

    def returns(self, integer: int) -> None:
        self.ask("returned", number=0, value={"type": INTEGER, "integer": integer, "data": None})


def integer(number: int) -> dict[str, Any]:
    return {"type": INTEGER, "integer": number, "data": None}


def work(*records: Record, **more: Any) -> Work:
    numbered = tuple(NumberedRecord(line, each) for line, each in enumerate(records, 1))
    return Work("add", (5, "x"), records=numbered, **more)


def test_a_call_and_its_result() -> None:
    program = Program(work(Record(bins={"a": 1}, generation=1)))
    call = program.ask("next")["call"]
    assert (call["function"], call["scope"]) == ("add", 0)
    assert call["arguments"] == [
        {"type": INTEGER, "integer": 5, "data": ""},
        {"type": STRING, "integer": 0, "data": "eA=="},
    ]
    assert program.ask("get", name="a")["value"]["integer"] == 1
    assert program.ask("get", name="b")["value"]["type"] == 0
    assert program.ask("set", name="b", value=integer(2)) == {}
    assert program.ask("bin_names") == {"names": ["a", "b"]}
    assert program.ask("unset", name="a") == {}
    assert program.ask("set_ttl", number=60) == {}
    assert program.ask("update") == {}
    facts = program.ask("metadata")["metadata"]
    assert (facts["exists"], facts["generation"], facts["ttl"], facts["set"]) == (True, 2, 60, "demo")
    assert not program.calls.is_done
    program.returns(7)
    assert program.calls.is_done
    assert program.ask("next") == {"call": None}
    (one,) = program.results
    assert isinstance(one, NumberedResult)
    assert (one.result.value, one.result.operations) == (7, ("update",))
    assert (one.result.before.bins, one.result.after.bins) == ({"a": 1}, {"b": 2})


def test_what_the_record_refuses_is_an_error() -> None:
    program = Program(work(Record()))
    assert "does not exist" in program.ask("update")["error"]
    assert "1 to 15" in program.ask("set", name="a name that is too long", value=integer(1))["error"]
    assert "cannot be removed" in program.ask("remove")["error"]


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b'{"op": 1}', b'{"op": "nothing"}', b"\xff", b'{"op":"get","name":null}']
)
def test_what_is_no_message_is_an_error(line: bytes) -> None:
    program = Program(work(Record()))
    assert json.loads(program.calls.answer(line))["error"].startswith("modgo's host failed: ")


def test_one_call_after_another_for_many_records() -> None:
    program = Program(work(Record(bins={"a": 1}), Record(bins={"a": 2}), shape="each"))
    for number in (1, 2):
        assert program.ask("next")["call"] is not None
        assert program.ask("get", name="a")["value"]["integer"] == number
        program.returns(number)
    assert [(one.line, one.result.value) for one in program.results] == [(1, 1), (2, 2)]
    assert program.calls.is_done


def test_a_failed_call_has_the_functions_error() -> None:
    program = Program(work(Record()))
    program.ask("returned", number=3, text="out of tokens")
    failure = program.results[0].result.failure
    assert (failure.kind, failure.message) == ("udf", "out of tokens")
    program = Program(work(Record()))
    program.ask("returned", number=2, text="add expects 1 argument, got 2")
    assert program.results[0].result.failure.kind == "usage"


def test_an_invalid_result_is_the_modules_error() -> None:
    program = Program(work(Record()))
    program.ask("next")
    program.ask("returned", number=0, value={"type": 12, "integer": 0, "data": None})
    ((_, result),) = map(msgspec.structs.astuple, program.results)
    assert result.failure.kind == "abi"
    assert result.failure.message.startswith("the module's result is not an Aerospike value: ")
    assert "no type 12" in result.failure.message


def test_a_setup_that_failed_is_the_result() -> None:
    program = Program(work(Record()))
    program.ask("setup", text="setup failed")
    assert isinstance(program.results[0].result, CallResult)
    assert program.results[0].result.failure.message == "setup failed"
    program = Program(work(Record(), shape="stream"))
    program.ask("setup", text="setup failed")
    assert isinstance(program.results[0], StreamResult)


def test_a_stream_on_nodes_and_the_client() -> None:
    records = [Record(key=key, bins={"n": key}) for key in range(1, 6)]
    program = Program(work(*records, shape="stream", nodes=2))
    assert program.calls.record is None
    read = []
    for _ in range(2):
        assert program.ask("next")["call"]["scope"] == 1
        count = 0
        while program.ask("read").get("is_record"):
            read.append(program.ask("get", name="n")["value"]["integer"])
            count += 1
        assert "read-only" in program.ask("update")["error"]
        program.ask("write", value=integer(count))
        program.returns(0)
    assert sorted(read) == [1, 2, 3, 4, 5]
    assert program.ask("next")["call"]["scope"] == 2
    counts = []
    while (value := program.ask("read")["value"])["type"] != 0:
        counts.append(value["integer"])
    program.ask("write", value=integer(sum(counts)))
    program.returns(0)
    (result,) = program.results
    assert result.values == (5,)
    assert [(node.records, node.values) for node in result.nodes] == [(n, (n,)) for n in counts]


def test_a_stream_that_fails_names_the_node() -> None:
    program = Program(work(Record(bins={"a": 1}), shape="stream", nodes=3))
    program.returns(0)
    program.ask("returned", number=3, text="no")
    assert program.results[0].failure.message == "node 2 of 3: no"
    assert program.calls.is_done
    program = Program(work(Record(bins={"a": 1}), shape="stream"))
    program.returns(0)
    program.ask("returned", number=3, text="no")
    assert program.results[0].failure.message == "the client: no"


def test_log_lines() -> None:
    program = Program(work(Record()))
    for level in (0, 1, 2, 3, 9):
        program.ask("log", number=level, text="m", location="a.go:1")
    assert [line.level for line in program.logs] == ["error", "warning", "info", "debug", "debug"]
    assert program.logs[0].location == "a.go:1"
