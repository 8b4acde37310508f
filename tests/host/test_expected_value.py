"""What a case expects: how it is read, and how a report shows it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.expected_value import (
    Any,
    Expected,
    JsonData,
    ListOf,
    MapOf,
    Matches,
    Near,
    exactly,
    expected_json,
)
from modgo_lsp.host.values import TYPE_NAMES, List, Map, Value


@pytest.mark.parametrize(
    ("expected", "shown"),
    [
        (5, 5),
        (Any(None), {"$any": True}),
        (Any("integer"), {"$any": "integer"}),
        (Near(1.5, 0.25), {"$near": 1.5, "within": 0.25}),
        (Matches("^a"), {"$matches": "^a"}),
        (ListOf((1, Matches("b")), False), [1, {"$matches": "b"}]),
        (ListOf((1, ListOf((), False)), True), {"$list": [1, []], "order": "ordered"}),
        (MapOf((("a", Any(None)),), "k"), {"a": {"$any": True}}),
        (MapOf(((1, Any(None)),), "kv"), {"$map": [[1, {"$any": True}]], "order": "kv"}),
    ],
)
def test_each_expectation_as_json(expected: Expected, shown: JsonData) -> None:
    assert expected_json(expected) == shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (List((1, List((), True))), ListOf((1, ListOf((), True)), False)),
        (Map(((1, List(("x",))),), "kv"), MapOf(((1, ListOf(("x",), False)),), "kv")),
    ],
)
def test_exactly_a_value(value: Value, expected: Expected) -> None:
    assert repr(exactly(value)) == repr(expected)  # the tuples of all classes are equal


def expected(text: str) -> Expected:
    (case,) = parse_cases(f"function: f\nexpect:\n  result: {text}\n", Path("x.case.yaml")).cases
    return case.expectation.result


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{$any: true}", Any(None)),
        *((f"{{$any: {name}}}", Any(name)) for name in TYPE_NAMES[1:]),
        ("{$near: -1, within: 0}", Near(-1, 0.0)),
        ("{$near: .inf, within: 2.5}", Near(math.inf, 2.5)),
        ("{$matches: a+}", Matches("a+")),
        ("[1, {$any: true}, [{$matches: a}]]", ListOf((1, Any(None), ListOf((Matches("a"),), False)), False)),
        ("{$list: [{$any: true}, 1], order: ordered}", ListOf((Any(None), 1), True)),
        ("{b: {$any: true}, a: {$near: 1, within: 1}}", MapOf((("a", Near(1, 1.0)), ("b", Any(None))), "k")),
        ("{2: {$any: true}, 1: x}", MapOf(((1, "x"), (2, Any(None))), "k")),
        (
            "{$map: [[b, {$any: true}], [{$bytes: AA==}, 1], [1, 2]], order: kv}",
            MapOf(((1, 2), ("b", Any(None)), (b"\0", 1)), "kv"),
        ),
        ("{$map: [[b, 1], [a, {$any: true}]], order: none}", MapOf((("b", 1), ("a", Any(None))), "none")),
    ],
)
def test_values_with_patterns(text: str, found: Expected) -> None:
    assert repr(expected(text)) == repr(found)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{$any: nil}", 3, f"$any is true, or one of {', '.join(TYPE_NAMES[1:])}"),
        ("{$any: false}", 3, f"$any is true, or one of {', '.join(TYPE_NAMES[1:])}"),
        ("{$near: true, within: 1}", 3, "$near must be a number"),
        ("{$near: 1}", 3, "$near needs within, as in {$near: 0.3, within: 0.01}"),
        *(
            (f"{{$near: 1,\n    within: {within}}}", 4, "within must be a number from 0")
            for within in ("-0.1", "true", ".inf", ".nan", "x")
        ),
        ("{$near: 1, within: 1,\n    more: 1}", 4, "$near cannot be combined with more"),
        ("{$any: true,\n    within: 1}", 4, "$any cannot be combined with within"),
        ("{a:\n    {$matches: 1}}", 4, "a pattern is a regular expression in a string"),
        (f"{{$matches: {'a' * 1001}}}", 3, "a pattern has at most 1000 characters"),
        ("[{$any: true},\n    {$foo: 1}]", 4, "[1]: there is no form $foo"),
    ],
)
def test_patterns_that_are_none(text: str, line: int, message: str) -> None:
    found = parse_cases(f"function: f\nexpect:\n  result: {text}\n", Path("x.case.yaml"))
    (problem,) = found.problems
    assert (problem.line, problem.message.partition(" (there are")[0]) == (line, message)
