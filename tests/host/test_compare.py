"""Comparing an outcome with what a case expects: what is equal, and how differences are named."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.compare import DIFFERENCES_MAX, Comparison, differences, is_value
from modgo_lsp.host.cases.expectation import Expectation
from modgo_lsp.host.cases.expected_value import exactly
from modgo_lsp.host.cases.pattern_search import Searches
from modgo_lsp.host.result import CallResult, Failure, LogLine, StreamResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import GeoJson, Hll, List, Map, Value

LOGS = (LogLine("info", "begins", "a.go:1"), LogLine("stdout", "printed"), LogLine("error", "ends in 5 ms"))


def compared(expect: str, outcome: CallResult | StreamResult, more: str = "") -> list[tuple[object, ...]]:
    found = parse_cases(f"function: f\n{more}\nexpect: {expect}", Path("x.case.yaml"))
    assert found.problems == ()
    return [(one.path, one.expected, one.actual) for one in differences(found.cases[0].expectation, outcome)]


def returned(value: Value, **more: object) -> CallResult:
    record = Record(bins={"a": 1, "tags": List(("x", "y"))}, generation=2)
    return CallResult("f", Record(), record, value, ("update",), LOGS, **more)  # type: ignore[arg-type]


def of(value: Value, expected: str, more: str = "") -> list[tuple[object, ...]]:
    return compared(f"{{result: {expected}}}", returned(value), more)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (3.0, "3.0"),
        (float("nan"), ".nan"),
        (b"\x00", "{$bytes: AA==}"),
        (GeoJson("{}"), "{$geojson: '{}'}"),
        (List((1, List(("a",), True))), "[1, {$list: [a], order: ordered}]"),
        (Map((("a", 1), ("b", List(())))), "{b: [], a: 1}"),
        (Map(((2, "x"), (1, "y")), "none"), "{$map: [[1, y], [2, x]], order: none}"),
        (5, "{$any: true}"),
        (5, "{$any: integer}"),
        (0.3004, "{$near: 0.3, within: 0.001}"),
        (3, "{$near: 3.5, within: 0.5}"),
        ("hello", "{$matches: 'l+o$'}"),
        (Map((("t", 1.5), ("u", List((1, "x1"))))), "{t: {$any: double}, u: [1, {$matches: x}]}"),
    ],
)
def test_equal(value: Value, expected: str) -> None:
    assert of(value, expected) == []


@pytest.mark.parametrize(
    ("value", "expected", "found"),
    [
        (None, "0", ("result", "0", "null")),
        (0, "null", ("result", "null", "0")),
        (3, "3.0", ("result", "3.0 (double)", "3 (integer)")),
        (1, "true", ("result", "true (boolean)", "1 (integer)")),
        ("1", "1", ("result", "1", '"1"')),
        (b"\x00", "AA==", ("result", '"AA=="', '{"$bytes": "AA=="}')),
        (List((1, 2, 3)), "[1, 3]", ("result[1]", None, "2")),
        (List((1, 3)), "[1, 2, 3]", ("result[1]", "2", None)),
        (List((1, 5, 3)), "[1, 2, 3]", ("result[1]", "2", "5")),
        (List((0, 1)), "[1]", ("result[0]", None, "0")),
        (List((Map((("a", 1),)), Map((("b", 2),)))), "[{b: 2}]", ("result[0]", None, '{"a": 1}')),
        (
            List((Map((("a", 1), ("b", 2))), Map((("a", 1),)))),
            "[{a: 1}]",
            ("result[0]", None, '{"a": 1, "b": 2}'),
        ),
        (List((List((1, 2)), List((1,)))), "[[1]]", ("result[0]", None, "[1, 2]")),
        (List((1,), True), "[1]", ("result (order)", "none", "ordered")),
        (Map((("a", 1),)), "{}", ("result.a", None, "1")),
        (Map(()), "{a: null}", ("result.a", "null", None)),
        (Map((("a b", Map(((1, 2),))),)), "{a b: {1: 3}}", ('result["a b"][1]', "3", "2")),
        (Map(((1, 2),), "kv"), "{1: 2}", ("result (order)", "k", "kv")),
        ("5", "{$any: integer}", ("result", '{"$any": "integer"}', '"5"')),
        (0.31, "{$near: 0.3, within: 0.001}", ("result", '{"$near": 0.3, "within": 0.001}', "0.31")),
        (True, "{$near: 1, within: 1}", ("result", '{"$near": 1, "within": 1.0}', "true")),
        (5, "{$matches: '5'}", ("result", '{"$matches": "5"}', "5")),
        (List(("a",)), "{a: 1}", ("result", '{"a": 1}', '["a"]')),
        (True, "1", ("result", "1", "true")),
        (1.5, "true", ("result", "true (boolean)", "1.5 (double)")),
        (1.5, "x", ("result", '"x"', "1.5")),
        (List((1, 1)), "[1]", ("result[1]", None, "1")),
        (List((1,)), "[1, 1]", ("result[1]", "1", None)),
        (List(()), "[null]", ("result[0]", "null", None)),
        (List((None,)), "[]", ("result[0]", None, "null")),
        (List((1, 2), True), "{$list: [1, 2], order: none}", ("result (order)", "none", "ordered")),
        (List((1, 2)), "{$list: [1, 2], order: ordered}", ("result (order)", "ordered", "none")),
    ],
)
def test_differences(value: Value, expected: str, found: tuple[object, ...]) -> None:
    assert of(value, expected) == [found]


def test_several_differences_of_a_value() -> None:
    assert of(List((1, 8, 9, 4)), "[1, 2, 4]") == [("result[1]", "2", "8"), ("result[2]", None, "9")]
    assert of(List((1, 2, 4)), "[1, 8, 9, 4]") == [("result[1]", "8", "2"), ("result[2]", "9", None)]
    assert of(List((0, 2, 0)), "[1, 2, 3]") == [("result[0]", "1", "0"), ("result[2]", "3", "0")]
    assert of(List((1, 3), True), "[1, 2]") == [
        ("result (order)", "none", "ordered"),
        ("result[1]", "2", "3"),
    ]
    assert of(Map((("a", 1), ("c", 3)), "kv"), "{a: 2, b: 1}") == [
        ("result (order)", "k", "kv"),
        ("result.a", "2", "1"),
        ("result.b", "1", None),
        ("result.c", None, "3"),
    ]


SCALARS: tuple[Value, ...] = (None, False, True, 0, 1, 1.0, "1", b"1", Hll(b"1"), GeoJson("1"))
DIFFERENT: tuple[Value, ...] = (
    *SCALARS,
    *map(List, ((), (1,), (2,), (1, 2), (2, 1))),
    List((1,), True),
    *map(Map, ((), (("a", 1),), (("a", 2),), (("b", 1),), (("a", 1), ("b", 1)), ((1, 1),))),
    Map((("a", 1),), "kv"),
    Map((("a", 1),), "none"),
)


@pytest.mark.parametrize("value", DIFFERENT)
def test_a_value_equals_itself_alone(value: Value) -> None:
    def is_found(expected: Value) -> bool:
        return not differences(Expectation(exactly(expected), has_result=True), returned(value))

    equal = [one for one in DIFFERENT if is_found(one)]
    assert repr(equal) == repr([value])  # 1 equals True and 1.0
    how = Comparison(0.0, Searches())
    assert repr([one for one in DIFFERENT if is_value(exactly(one), value, how)]) == repr([value])


@pytest.mark.parametrize(
    ("value", "expected", "is_equal"),
    [
        *((value, "{$near: 1.5, within: 0.5}", True) for value in (1, 1.0, 1.5, 2, 2.0)),
        *((value, "{$near: 1.5, within: 0.5}", False) for value in (0.99, 2.01, 3, math.nan, math.inf, "1")),
        *((value, "1.5", True) for value in (1.0, 1.5, 2.0)),
        *((value, "1.5", False) for value in (0.99, 2.01, math.nan, 1, 2)),
        (math.inf, ".inf", True),
        (-math.inf, ".inf", False),
        (math.nan, ".nan", True),
        (1.0, ".nan", False),
    ],
)
def test_numbers_that_are_near(value: Value, expected: str, is_equal: bool) -> None:
    assert (of(value, expected, "tolerance: 0.5") == []) is is_equal


def test_the_tolerance_is_for_doubles_everywhere() -> None:
    value = Map((("a", 1.0001), ("b", List((2.0,)))))
    assert of(value, "{a: 1.0, b: [2.0001]}", "tolerance: 0.001") == []
    assert [one[0] for one in of(value, "{a: 1.0, b: [2.1]}", "tolerance: 0.001")] == ["result.b[0]"]
    assert [one[0] for one in of(2, "1", "tolerance: 5")] == ["result"]


def test_nothing_expected_is_no_failure() -> None:
    assert compared("{}", returned(5)) == []
    failed = returned(None, failure=Failure("panic", "it broke"))
    assert compared("{}", failed) == [("error", None, "panic: it broke")]
    assert compared("{result: 5, record: null}", failed) == [("error", None, "panic: it broke")]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("true", None),
        ("it broke", None),
        ("{matches: 'b.*e$'}", None),
        ("{kind: udf}", None),
        ("{kind: udf, message: it broke}", None),
        ("it brok", ("error", '"it brok"', '"it broke"')),
        ("{matches: x}", ("error", 'matches "x"', '"it broke"')),
        ("{kind: panic}", ("error.kind", "panic", "udf")),
    ],
)
def test_errors(expected: str, found: tuple[object, ...] | None) -> None:
    failed = returned(None, failure=Failure("udf", "it broke"))
    assert compared(f"{{error: {expected}}}", failed) == ([] if found is None else [found])


def test_all_that_is_expected_beside_an_error() -> None:
    failed = returned(None, failure=Failure("udf", "it broke"))
    expected = "{error: {kind: abi, message: it is}, record: null, operations: [], logs: {includes: [x]}}"
    assert compared(expected, failed) == [
        ("error.kind", "abi", "udf"),
        ("error", '"it is"', '"it broke"'),
        ("record.bins.a", None, "1"),
        ("record.bins.tags", None, '["x", "y"]'),
        ("operations", "[]", '["update"]'),
        ("logs.includes[0]", '"x"', "no such line"),
    ]


def test_an_expected_error_that_does_not_come() -> None:
    assert compared("{error: {kind: udf, matches: x}}", returned(5)) == [("error", 'udf: matches "x"', None)]
    assert compared("{error: true}", returned(5)) == [("error", "any error", None)]


def test_records_are_compared_exactly_or_in_part() -> None:
    assert compared("{record: {bins: {a: 1, tags: [x, y]}}}", returned(0)) == []
    assert compared("{record: {bins: {a: 2, b: 0}, generation: 1, ttl: -1}}", returned(0)) == [
        ("record.bins.a", "2", "1"),
        ("record.bins.b", "0", None),
        ("record.bins.tags", None, '["x", "y"]'),
        ("record.ttl", "-1", "0"),
        ("record.generation", "1", "2"),
    ]
    assert compared("{record: {includes: {tags: [x, y], b: null}}}", returned(0)) == []
    assert compared("{record: {includes: {tags: [x], a: null}}}", returned(0)) == [
        ("record.bins.tags[1]", None, '"y"'),
        ("record.bins.a", None, "1"),
    ]
    assert [one[0] for one in compared("{record: null}", returned(0))] == [
        "record.bins.a",
        "record.bins.tags",
    ]
    assert compared("{record: {bins: {a: 1, tags: [x, y]}, key: [test, demo, other]}}", returned(0)) == [
        ("record.key", '["test", "demo", "other"]', '["test", "demo", "sample"]')
    ]


def test_operations() -> None:
    assert compared("{operations: [update]}", returned(0)) == []
    assert compared("{operations: []}", returned(0)) == [("operations", "[]", '["update"]')]


PRINTED = 'stdout: "printed"'
ENDS = 'error: "ends in 5 ms"'


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("[begins, printed, {level: error, matches: 'in \\d+ ms'}]", []),
        ("[{level: info}, {}, {}]", []),
        ("{includes: [begins, {level: error}]}", []),
        ("{includes: []}", []),
        (
            "[]",
            [("logs[0]", None, 'info: "begins"'), ("logs[1]", None, PRINTED), ("logs[2]", None, ENDS)],
        ),
        ("[begins]", [("logs[1]", None, PRINTED), ("logs[2]", None, ENDS)]),
        ("[begins, printed, {level: info, matches: ends}]", [("logs[2]", 'info: matches "ends"', ENDS)]),
        (
            "[begins, {level: info}, {}, {level: info, message: more}, {}]",
            [
                ("logs[1]", "info: any line", PRINTED),
                ("logs[3]", 'info: "more"', None),
                ("logs[4]", "any line", None),
            ],
        ),
        (
            "{includes: [{level: error}, begins]}",
            [("logs.includes[1]", '"begins"', "no such line after logs.includes[0]")],
        ),
        ("{includes: [x, y]}", [("logs.includes[0]", '"x"', "no such line")]),
        (
            "{includes: [begins, begins]}",
            [("logs.includes[1]", '"begins"', "no such line after logs.includes[0]")],
        ),
    ],
)
def test_logs(expected: str, found: list[tuple[object, ...]]) -> None:
    assert compared(f"{{logs: {expected}}}", returned(0)) == found


def test_the_result_of_a_stream_is_the_list_of_its_values() -> None:
    assert compared("{result: [1, 2]}", StreamResult("f", (1, 2))) == []
    assert compared("{result: [1]}", StreamResult("f", (1, 2))) == [("result[1]", None, "2")]


def test_the_number_of_differences_is_limited() -> None:
    assert len(of(List(tuple(range(1000))), f"[{', '.join('x' * 1000)}]")) == DIFFERENCES_MAX


def test_deep_nesting_takes_no_more_time_than_its_size() -> None:
    """To search each level twice would take years."""
    value: Value = 1
    for _ in range(60):
        value = List((0, value))
    found = of(value, "[0, " * 60 + "2" + "]" * 60)
    assert found == [("result" + "[1]" * 60, "2", "1")]
