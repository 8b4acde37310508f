"""The host functions as a module calls them, through their C function pointers."""

from __future__ import annotations

import ctypes

import pytest

from modgo_lsp.host.abi import CMetadata, CValue, flat_of
from modgo_lsp.host.host_functions import INTERNAL, OK, REFUSED, HostTable
from modgo_lsp.host.msgpack_dialect import from_flat, to_flat
from modgo_lsp.host.record import WorkingRecord
from modgo_lsp.host.streams import Output, ValueInput
from modgo_lsp.host.values import INTEGER, NIL, STRING, Value

LOGS: list[tuple[int, str, str]] = []


@pytest.fixture
def table() -> HostTable:
    LOGS.clear()
    return HostTable(lambda *line: LOGS.append(line))


def record(key: Value = "k", **bins: Value) -> WorkingRecord:
    facts = {"namespace": "n", "set": "s", "key": to_flat(key), "ttl": 60, "generation": 3, "last_update": 9}
    return WorkingRecord({**facts, "bins": {name: to_flat(value) for name, value in bins.items()}})


def text(value: CValue) -> str:
    return flat_of(value).data.decode()


@pytest.mark.parametrize(
    ("names", "count", "expected"),
    [
        (b"a\0b\0gone\0", 3, [1, "x", None]),
        (b"b\0", 1, ["x"]),
        (b"b", 3, ["x", None, None]),  # more values than names
        (b"", 0, []),
    ],
)
def test_many_bins_at_once(table: HostTable, names: bytes, count: int, expected: list[Value]) -> None:
    table.work_on(record(a=1, b="x"))
    values = (CValue * 4)(*[CValue(type=99)] * 4)
    assert table.c.record_get_many(None, 1, names, len(names), count, values) == OK
    assert [from_flat(flat_of(value)) for value in values[:count]] == expected
    assert [value.type for value in values[count:]] == [99] * (4 - count)


@pytest.mark.parametrize("function", ["record_create", "record_update", "record_remove"])
def test_a_stream_stores_no_records(table: HostTable, function: str) -> None:
    table.stream(ValueInput(()), Output())
    why = CValue()
    assert getattr(table.c, function)(None, 1, why) == REFUSED
    assert text(why) == "the records of a stream are read-only"
    table.work_on(record(a=1))
    why = CValue()
    status = getattr(table.c, function)(None, 1, why)
    assert (status, text(why)) != (REFUSED, "the records of a stream are read-only")
    assert (status == OK) == (function != "record_create")


def test_values_are_written_to_a_stream_one_at_a_time(table: HostTable) -> None:
    output = Output()
    table.stream(ValueInput(()), output)
    why = CValue()
    assert table.c.stream_write(None, 2, INTEGER, -5, None, 0, why) == OK
    assert table.c.stream_write(None, 2, STRING, 0, b"abc", 2, None) == OK
    assert output.values == [-5, "ab"]
    assert table.c.stream_write(None, 2, NIL, 0, None, 0, why) == REFUSED
    assert "nil cannot be written to a stream" in text(why)
    assert table.c.stream_write(None, 2, NIL, 0, None, 0, None) == REFUSED  # nobody asks why
    assert output.values == [-5, "ab"]


def test_metadata_of_a_record_with_and_without_a_key(table: HostTable) -> None:
    facts = CMetadata(size=ctypes.sizeof(CMetadata))
    table.work_on(record(7, a=1))
    assert table.c.record_metadata(None, 1, facts) == OK
    assert from_flat(flat_of(facts.key)) == 7
    assert facts.digest is not None
    table.work_on(record(None, a=1))
    assert table.c.record_metadata(None, 1, facts) == OK
    assert (facts.exists, facts.ttl, facts.generation, facts.last_update) == (1, 60, 3, 9)
    assert (facts.digest, facts.key.type, facts.key.integer) == (None, NIL, 0)
    assert ctypes.string_at(facts.namespace_name or 0) == b"n"
    assert ctypes.string_at(facts.set_name or 0) == b"s"


def test_a_struct_of_an_older_version_is_not_written(table: HostTable) -> None:
    table.work_on(record(a=1))
    facts = CMetadata(size=ctypes.sizeof(CMetadata) - 1)
    assert table.c.record_metadata(None, 1, facts) == REFUSED
    assert (facts.exists, facts.ttl) == (0, 0)


def test_an_error_of_the_host_is_a_status_and_not_an_exception(
    table: HostTable, capfd: pytest.CaptureFixture[str]
) -> None:
    """ctypes would print it, and the module would get any status."""
    table.stream(ValueInput((object(),)), Output())  # type: ignore[arg-type]
    why = CValue()
    assert table.c.stream_read(None, 1, ctypes.c_void_p(), why) == INTERNAL
    assert text(why).startswith("modgo's host failed: ")
    assert capfd.readouterr() == ("", "")
