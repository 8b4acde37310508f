"""Comparing an outcome with what a case expects: what is equal, and how differences are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.compare import DIFFERENCES_MAX, differences
from modgo_lsp.host.result import CallResult, Failure, LogLine, StreamResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import GeoJson, List, Map, Value

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
    ],
)
def test_differences(value: Value, expected: str, found: tuple[object, ...]) -> None:
    assert of(value, expected) == [found]


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


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("[begins, printed, {level: error, matches: 'in \\d+ ms'}]", []),
        ("[{level: info}, {}, {}]", []),
        ("{includes: [begins, {level: error}]}", []),
        ("{includes: []}", []),
        ("[]", ["logs[0]", "logs[1]", "logs[2]"]),
        ("[begins]", ["logs[1]", "logs[2]"]),
        ("[begins, printed, {level: info, matches: ends}]", ["logs[2]"]),
        ("{includes: [{level: error}, begins]}", ["logs.includes[1]"]),
    ],
)
def test_logs(expected: str, found: list[str]) -> None:
    assert [one[0] for one in compared(f"{{logs: {expected}}}", returned(0))] == found


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
