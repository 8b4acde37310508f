"""What a case expects, as a report shows it."""

from __future__ import annotations

import pytest

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
from modgo_lsp.host.values import List, Map, Value


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
