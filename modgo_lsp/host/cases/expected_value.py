"""What a case expects of a value: the value itself, or in its place, at any depth, one of three patterns.

`{$any: true}` is any value, `{$any: double}` any of a type; `{$near: 0.3, within: 0.01}` a double or integer
near a number; `{$matches: "^a"}` a string that a regular expression finds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any as JsonData
from typing import NamedTuple, Union

from modgo_lsp.host.cases.case_tree import Node, TreeError, error_at, tree_of
from modgo_lsp.host.cases.pattern_search import PATTERN_MAX, PatternError, check_pattern
from modgo_lsp.host.json_forms import FormError, has_plain_json, json_of, value_of
from modgo_lsp.host.values import TYPE_NAMES, List, Map, MapOrder, Value, key_rank


class Any(NamedTuple):
    """Any value, or any of the type with that name."""

    type: str | None


class Near(NamedTuple):
    number: float
    within: float


class Matches(NamedTuple):
    """A text in which the regular expression `pattern` finds something."""

    pattern: str


class ListOf(NamedTuple):
    items: tuple[Expected, ...]
    ordered: bool


class MapOf(NamedTuple):
    pairs: tuple[tuple[Value, Expected], ...]
    order: MapOrder


# A list or map is always a ListOf or MapOf.
Expected = Union[Value, Any, Near, Matches, ListOf, MapOf]


def expected_value(node: Node) -> Expected:
    """Raises TreeError."""
    try:
        # Checks everything but the patterns, which stand for nil there.
        outline = value_of(tree_of(node, _PATTERNS))
    except FormError as error:
        raise error_at(node, error) from None
    return _expected(node, outline)


def exactly(value: Value) -> Expected:
    """The expectation of just that value."""
    if isinstance(value, List):
        return ListOf(tuple(map(exactly, value.items)), value.ordered)
    if isinstance(value, Map):
        return MapOf(tuple((key, exactly(item)) for key, item in value.pairs), value.order)
    return value


def expected_json(expected: Expected) -> JsonData:
    """The expectation as data for `json.dumps`."""
    if isinstance(expected, Any):
        return {"$any": expected.type or True}
    if isinstance(expected, Near):
        return {"$near": expected.number, "within": expected.within}
    if isinstance(expected, Matches):
        return {"$matches": expected.pattern}
    if isinstance(expected, ListOf):
        items = [expected_json(item) for item in expected.items]
        return {"$list": items, "order": "ordered"} if expected.ordered else items
    if isinstance(expected, MapOf):
        if has_plain_json(expected.order, (key for key, _ in expected.pairs)):
            return {str(key): expected_json(item) for key, item in expected.pairs}
        pairs = [[json_of(key), expected_json(item)] for key, item in expected.pairs]
        return {"$map": pairs, "order": expected.order}
    return json_of(expected)


def pattern_of(node: Node) -> Matches:
    """The regular expression of a node. Raises TreeError."""
    if not isinstance(node.scalar, str):
        raise TreeError(node.line, "a pattern is a regular expression in a string")
    if len(node.scalar) > PATTERN_MAX:
        raise TreeError(node.line, f"a pattern has at most {PATTERN_MAX} characters")
    try:
        check_pattern(node.scalar)
    except PatternError as error:
        raise TreeError(node.line, f"the pattern is not a regular expression ({error})") from None
    return Matches(node.scalar)


def number_of(node: Node, what: str) -> float:
    """A number that is not negative. Raises TreeError."""
    number = node.scalar
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number < math.inf:
        raise TreeError(node.line, f"{what} must be a number from 0")
    return float(number)


def _expected(node: Node, outline: Value) -> Expected:
    if (pattern := _pattern(node)) is not None:
        return pattern
    if isinstance(outline, List):
        items = node.get("$list") or node
        return ListOf(
            tuple(_expected(item, value) for item, value in zip(items.items, outline.items, strict=True)),
            outline.ordered,
        )
    if isinstance(outline, Map):
        nodes = _values_by_key(node)
        pairs = tuple((key, _expected(nodes[key_rank(key)], value)) for key, value in outline.pairs)
        return MapOf(pairs, outline.order)
    return outline


def _values_by_key(node: Node) -> dict[tuple[int, int | bytes], Node]:
    """The nodes of a map's values, by the sort keys of its keys."""
    listed = node.get("$map")
    if listed is None:
        return {key_rank(key.scalar): value for key, value in node.pairs}
    return {key_rank(value_of(tree_of(pair.items[0]))): pair.items[1] for pair in listed.items}


def _any(_node: Node, value: Node) -> Any:
    if value.scalar is True:
        return Any(None)
    if value.scalar not in TYPE_NAMES[1:]:
        raise TreeError(value.line, f"$any is true, or one of {', '.join(TYPE_NAMES[1:])}")
    return Any(str(value.scalar))


def _near(node: Node, value: Node) -> Near:
    number, within = value.scalar, node.get("within")
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise TreeError(value.line, "$near must be a number")
    if within is None:
        raise TreeError(node.line, "$near needs within, as in {$near: 0.3, within: 0.01}")
    return Near(number, number_of(within, "within"))


_PATTERNS: dict[str, tuple[Callable[[Node, Node], Expected], tuple[str, ...]]] = {
    "$any": (_any, ()),
    "$near": (_near, ("within",)),
    "$matches": (lambda _, value: pattern_of(value), ()),
}


def _pattern(node: Node) -> Expected:
    """The pattern that a map is, None if it is none."""
    for name, (read, others) in _PATTERNS.items():
        if (value := node.get(name)) is not None:
            wrong = [key for key, _ in node.pairs if key.scalar not in (name, *others)]
            if wrong:
                raise TreeError(wrong[0].line, f"{name} cannot be combined with {wrong[0].scalar}")
            return read(node, value)
    return None
