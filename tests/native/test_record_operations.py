"""Any sequence of operations on a record has the same results in Go and in Lua, and stores the same."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import List, Value
from tests.native.go_and_lua import GoAndLua, without_place

MODULE = Path(__file__).parent / "record_operations"

BINS = st.sampled_from(["a", "b", "c", "d"])
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.integers(-9, 9), st.just(2.5), st.booleans(), st.just("x"), st.just(b"\0"), st.just(List((1, "x")))
)
PLAIN = st.sampled_from(["bins", "exists", "metadata", "create", "update", "remove"]).map(
    lambda name: (name,)
)
OPERATIONS = st.one_of(
    PLAIN,
    PLAIN,
    st.tuples(st.just("get"), BINS),
    st.tuples(st.just("set"), BINS, VALUES),
    st.tuples(st.just("unset"), BINS),
    st.tuples(st.just("set_ttl"), st.integers(1, 1000)),
)
RECORDS = st.builds(
    Record,
    bins=st.dictionaries(BINS, VALUES, max_size=4),
    ttl=st.integers(1, 1000),
    generation=st.integers(1, 9),
)


@given(RECORDS, st.lists(OPERATIONS, max_size=12))
@example(Record(bins={"a": 1}), [("remove",), ("exists",), ("set", "b", 2), ("create",), ("bins",)])
@example(Record(bins={"a": 1}), [("remove",), ("set", "b", 2), ("update",), ("get", "a")])
@example(Record(bins={}), [("create",), ("set", "b", 2), ("update",), ("create",)])
@example(Record(bins={"a": 1}), [("set", "a", 2), ("unset", "a"), ("set", "b", 1), ("bins",), ("fail",)])
@example(
    Record(bins={"a": 1}), [("set", "b", 2), ("remove",), ("bins",), ("create",), ("remove",), ("remove",)]
)
def test_go_does_what_lua_does(
    go_and_lua: GoAndLua, record: Record, operations: list[tuple[Value, ...]]
) -> None:
    name = go_and_lua.add(MODULE, MODULE / "record_operations.lua")
    arguments = [List(tuple(List(operation) for operation in operations))]
    go, lua = go_and_lua.record(name, "operate", arguments, record)
    assert go == lua._replace(error=without_place(lua.error))
