"""Where Go differs from Lua, and where it does not: the rows of docs/from-lua.md that name these tests.

from_lua/ has the same functions in both languages. Each check applies a function in both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import List, Map, Value
from tests.native.go_and_lua import Applied, GoAndLua, without_place

MODULE = Path(__file__).parent / "from_lua"
RECORD = Record(bins={"n": 1, "l": List((1, 2, 3))})
STORED = {"n": "int 1", "l": ["int 1", "int 2", "int 3"]}


class Outcome(NamedTuple):
    go: Applied
    lua: Applied

    @property
    def results(self) -> tuple[Any, Any]:
        """What Go returned, and Lua."""
        assert self.go.error is None
        assert self.lua.error is None
        return self.go.result, self.lua.result


Apply = Callable[..., Outcome]


@pytest.fixture
def apply(go_and_lua: GoAndLua) -> Apply:
    """Applies a record function to a record with bins n = 1 and l = [1, 2, 3]."""

    def run(function: str, *arguments: Value) -> Outcome:
        name = go_and_lua.add(MODULE, MODULE / "from_lua.lua")
        return Outcome(*go_and_lua.record(name, function, arguments, RECORD))

    return run


@pytest.fixture
def stream(go_and_lua: GoAndLua) -> Apply:
    """Applies a stream function to records with these numbers as bin n, on one node."""

    def run(function: str, *numbers: int) -> Outcome:
        name = go_and_lua.add(MODULE, MODULE / "from_lua.lua")
        return Outcome(*go_and_lua.stream(name, function, (), [[Record(bins={"n": n}) for n in numbers]]))

    return run


def a_map(**values: int) -> Map:
    return Map(tuple(values.items()), "k")


def test_a_counter(apply: Apply) -> None:
    done = apply("count", "n", 4)
    assert done.results == ("int 5", "int 5")
    assert done.go.stored == done.lua.stored == {**STORED, "n": "int 5"}


# ---- numbers ----


def test_division(apply: Apply) -> None:
    assert apply("divide", 7, 2).results == ("int 3", "float 3.5")
    assert apply("divide", -7, 2).results == ("int -3", "float -3.5")
    assert apply("divide", 6, 2).results == ("int 3", "float 3.0")
    assert apply("divide_doubles", 7, 2).results == ("float 3.5", "float 3.5")


def test_floor_division_and_remainder(apply: Apply) -> None:
    assert apply("floor_divide", -7, 2).results == ("int -3", "int -4")
    assert apply("floor_divide", 7, 2).results == ("int 3", "int 3")
    assert apply("remainder", -17, 5).results == ("int -2", "int 3")
    assert apply("remainder", 17, 5).results == ("int 2", "int 2")


def test_division_by_zero(apply: Apply) -> None:
    done = apply("divide", 7, 0)
    assert "integer divide by zero" in str(done.go.error)
    assert done.lua.result == "float inf"
    assert apply("divide_doubles", 1, 0).results == ("float inf", "float inf")
    done = apply("floor_divide", 7, 0)
    assert done.go.error
    assert done.lua.error


def test_overflow(apply: Apply) -> None:
    assert apply("add", 2**63 - 1, 1).results == (f"int {-(2**63)}", f"int {-(2**63)}")
    assert apply("add_narrow", 2**31 - 1, 1).results == (f"int {-(2**31)}", f"int {2**31}")
    assert "expected an integer from -2147483648" in str(apply("add_narrow", 2**40, 1).go.error)


def test_integers_and_doubles_are_types(apply: Apply) -> None:
    done = apply("add", 2, 3.0)
    assert done.go.error == "argument 2 of add: expected an integer, got the double 3"
    assert done.lua.result == "float 5.0"
    assert apply("equal", 1, 1.0).results == ("bool False", "bool True")
    assert apply("join", 1.0, "x").results == ("1x", "1.0x")


def test_strings_are_not_numbers(apply: Apply) -> None:
    done = apply("add", "10", 5)
    assert done.go.error == 'argument 1 of add: expected an integer, got the string "10"'
    assert done.lua.result == "int 15"


# ---- truth, strings ----


def test_truth(apply: Apply) -> None:
    assert apply("is_true", 0).results == ("bool False", "bool True")
    assert apply("is_true", 1).results == ("bool True", "bool True")


def test_strings_are_bytes(apply: Apply) -> None:
    assert apply("length", "hé").results == ("int 3", "int 3")
    assert apply("upper", "hé").results == ("HÉ", "Hé")


def test_strings_are_utf8_and_whole(apply: Apply) -> None:
    done = apply("as_string", b"\xff\xfe")
    assert done.go.error == "the result of as_string: a string is not valid UTF-8"
    assert done.lua.result == "\udcff\udcfe"
    assert apply("as_string", b"a\0b").results == ("a\0b", "a")
    assert apply("length", "a\0b").results == ("int 3", "int 1")


# ---- lists and maps ----


def test_indexes(apply: Apply) -> None:
    numbers = List((10, 20, 30))
    assert apply("at", numbers, 1).results == ("int 20", "int 10")
    assert apply("at", numbers, 0).results == ("int 10", None)
    done = apply("at", numbers, 9)
    assert "index out of range [9] with length 3" in str(done.go.error)
    assert done.lua == Applied(None, None, STORED)


def test_nil_in_lists(apply: Apply) -> None:
    assert apply("make_list").results == (["int 1", None, "int 3"],) * 2
    done = apply("sum_up", List((1, None, 3)))
    assert done.go.error == "argument 1 of sum_up: element 1: expected an integer, got nil"
    assert done.lua.result == "int 1"  # the iterator ends at nil


def test_nil_in_maps(apply: Apply) -> None:
    assert apply("set_nil", a_map(a=1, b=2), "a").results == ({"a": None, "b": "int 2"},) * 2


def test_absent_keys(apply: Apply) -> None:
    assert apply("count_of", a_map(a=1), "b").results == ("int 0", None)


def test_order_of_maps(apply: Apply) -> None:
    many = a_map(**{f"k{number}": number for number in range(50)})
    go, lua = apply("first_keys", many).results
    assert len(go) > 1
    assert lua == ["k0"]
    assert apply("sorted_keys", a_map(b=1, a=2)).results == (["a", "b"],) * 2


def test_merged_maps(apply: Apply) -> None:
    go, lua = apply("merge", a_map(a=2, b=1, c=7), a_map(a=1, b=5)).results
    assert go == {"a": "bool True", "b": "bool False", "c": "int 7"}
    assert lua == {"a": "bool True", "b": "int 5", "c": "int 7"}


def test_types_of_values(apply: Apply) -> None:
    values = {
        "map": a_map(a=1),
        "list": List((1,)),
        "integer": 1,
        "number": 1.0,
        "string": "1",
        "boolean": True,
    }
    for name, value in {**values, "nil": None}.items():
        assert apply("kind", value).results == (name, name)


# ---- calls and errors ----


def test_arguments_are_counted(apply: Apply) -> None:
    assert apply("add", 1, 2, 3).go.error == "add expects 2 arguments, got 3"
    assert apply("add", 1, 2, 3).lua.result == "int 3"
    assert apply("add", 1).go.error == "add expects 2 arguments, got 1"
    assert "arithmetic on a nil value" in str(apply("add", 1).lua.error)
    for arguments, result in [((1,), "int 1"), ((1, 2), "int 3"), ((1, 2, 3), "int 3")]:
        assert apply("optional", *arguments).results == (result, result)


def test_one_result(apply: Apply) -> None:
    assert apply("two").results == ("int 1", "int 1")


def test_texts_of_errors(apply: Apply) -> None:
    done = apply("fail")
    assert done.go.error == "no more tokens"
    assert done.lua.error != "no more tokens"
    assert without_place(done.lua.error) == "no more tokens"


def test_errors_are_caught(apply: Apply) -> None:
    assert apply("recover_from_error").results == ("went on", "went on")


def test_log(apply: Apply) -> None:
    done = apply("speak", "x", 5)
    assert done.go.logs == ((3, "debug name=x"), (2, "info n=5"), (1, "warn"), (0, "error"))
    assert done.lua.logs == ((4, "trace"), (3, "debug name=x"), (2, "info n=5"), (1, "warn"))


# ---- the record ----


def test_a_bin_is_a_copy(apply: Apply) -> None:
    done = apply("append_in_place", "l")
    assert done.results == ("int 3", "int 4")
    assert done.go.stored == done.lua.stored == STORED


def test_without_update_nothing_is_stored(apply: Apply) -> None:
    done = apply("set_without_update")
    assert done.results == ("int 2", "int 2")
    assert done.go.stored == done.lua.stored == STORED


def test_an_error_stores_nothing(apply: Apply) -> None:
    done = apply("fail_after_update")
    assert done.go.error == without_place(done.lua.error) == "too late"
    assert done.go.operations == done.lua.operations == ("update",)
    assert done.go.stored == done.lua.stored == STORED


def test_failed_writes(apply: Apply) -> None:
    done = apply("long_bin")
    assert "a bin's name has at most 15 bytes, this one has 22" in str(done.go.error)
    assert done.go.operations == ()
    assert done.lua == Applied(None, None, STORED, ("update",))


def test_failed_operations(apply: Apply) -> None:
    done = apply("create_twice")
    assert "the record exists already" in str(done.go.error)
    assert done.lua.error is None
    assert done.go.stored == done.lua.stored == STORED


def test_a_removed_record(apply: Apply) -> None:
    done = apply("remove_and_ask")
    assert done.results == ("bool True", "bool True")
    assert done.go.stored is done.lua.stored is None
    done = apply("remove_set_create")
    assert done.go.operations == done.lua.operations == ("remove", "create")
    assert done.go.stored == done.lua.stored == {"n": "int 2"}


def test_bins_that_are_not_stored(apply: Apply) -> None:
    assert apply("names_after_set").results == (["l", "new"], ["l", "n"])


# ---- streams ----


def test_nil_in_streams(stream: Apply) -> None:
    done = stream("nil_in_between", 1, 2, 3)
    assert "an element of the resulting stream is nil" in str(done.go.error)
    assert done.lua.result == ["int 1"]


def test_aggregates_of_numbers(stream: Apply) -> None:
    assert stream("sum_stream", 1, 2, 3).results == (["int 6"], ["int 6"])
    assert stream("sum_stream", 600, 600, 5).results == (["int 1205"], ["int 1200", "int 5"])


def test_groupby(stream: Apply) -> None:
    grouped = {"int 0": ["int 2"], "int 1": ["int 1", "int 3"]}
    assert stream("group", 1, 2, 3).results == ([grouped], [grouped])
