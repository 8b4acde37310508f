"""Compares the outcome of a call with what a case expects, and names each place that differs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Union

import msgspec

from modgo_lsp.host.cases.expectation import (
    Expectation,
    ExpectedError,
    ExpectedLine,
    ExpectedLogs,
    ExpectedRecord,
    Text,
)
from modgo_lsp.host.cases.expected_value import (
    Any,
    Expected,
    ListOf,
    MapOf,
    Matches,
    Near,
    expected_json,
)
from modgo_lsp.host.cases.pattern_search import PatternError, Searches
from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.result import CallResult, LogLine, StreamResult
from modgo_lsp.host.sample import NEVER_EXPIRES, Record
from modgo_lsp.host.values import List, Map, Value, key_rank, type_name

DIFFERENCES_MAX = 100


class Difference(msgspec.Struct, frozen=True):
    """`path` is like "record.bins.tags[2]"; `expected` and `actual` are JSON texts or phrases, None where
    there is nothing."""

    path: str
    expected: str | None
    actual: str | None


class Comparison(NamedTuple):
    """How values are compared: the greatest difference of doubles, and the searches of patterns."""

    tolerance: float
    searches: Searches


def differences(expectation: Expectation, outcome: CallResult | StreamResult) -> tuple[Difference, ...]:
    """Empty if the outcome is as expected; never more than DIFFERENCES_MAX."""
    found: list[Difference] = []
    try:
        for difference in _all(expectation, outcome, Comparison(expectation.tolerance, Searches())):
            found.append(difference)
            if len(found) == DIFFERENCES_MAX:
                break
    except PatternError as error:
        found.append(Difference("expect", "patterns that can be searched", str(error)))
    return tuple(found)


def _all(
    expectation: Expectation, outcome: CallResult | StreamResult, how: Comparison
) -> Iterator[Difference]:
    failure = outcome.failure
    if failure is not None and expectation.error is None:
        yield Difference("error", None, f"{failure.kind}: {failure.message}")
        return
    if failure is None and expectation.error is not None:
        yield Difference("error", _error_text(expectation.error), None)
    if failure is not None and expectation.error is not None:
        yield from _error(expectation.error, failure.kind, failure.message, how)
    if expectation.has_result:  # an expectation with an error has none
        yield from _value(expectation.result, returned(outcome), "result", how)
    if isinstance(outcome, CallResult):
        if expectation.record is not None:
            yield from _record(expectation.record, outcome.after, how)
        operations = outcome.operations
        if expectation.operations is not None and expectation.operations != operations:
            yield Difference("operations", _text(list(expectation.operations)), _text(list(operations)))
    if expectation.logs is not None:
        yield from _logs(expectation.logs, outcome.logs, how)


def returned(outcome: CallResult | StreamResult) -> Value:
    """What a call returned; of a stream, the list of its values."""
    return List(outcome.values) if isinstance(outcome, StreamResult) else outcome.value


def _error(expected: ExpectedError, kind: str, message: str, how: Comparison) -> Iterator[Difference]:
    if expected.kind is not None and expected.kind != kind:
        yield Difference("error.kind", expected.kind, kind)
    if expected.message is not None and not _is_text(expected.message, message, how):
        yield Difference("error", _expected_text(expected.message), _text(message))


def _error_text(expected: ExpectedError) -> str:
    kind = f"{expected.kind}: " if expected.kind else ""
    return kind + ("any error" if expected.message is None else _expected_text(expected.message))


def _record(expected: ExpectedRecord, record: Record, how: Comparison) -> Iterator[Difference]:
    for name, bin_ in expected.bins.items():
        path = f"record.bins{_step(name)}"
        actual = record.bins.get(name)
        if bin_ is None or actual is None:
            if bin_ is not None or actual is not None:
                yield Difference(path, _shown(bin_), None if actual is None else _text(json_of(actual)))
            continue
        yield from _value(bin_, actual, path, how)
    if not expected.includes:
        for name, actual in record.bins.items():
            if name not in expected.bins:
                yield Difference(f"record.bins{_step(name)}", None, _text(json_of(actual)))
    yield from _metadata(expected, record)


def _metadata(expected: ExpectedRecord, record: Record) -> Iterator[Difference]:
    key = (record.namespace, record.set_name, record.key)
    if expected.key is not None and expected.key != key:
        yield Difference(
            "record.key", _text([json_of(part) for part in expected.key]), _text([*key[:2], json_of(key[2])])
        )
    if expected.ttl is not None and expected.ttl != record.ttl:
        yield Difference("record.ttl", _ttl(expected.ttl), _ttl(record.ttl))
    if expected.generation is not None and expected.generation != record.generation:
        yield Difference("record.generation", str(expected.generation), str(record.generation))


def _ttl(ttl: int) -> str:
    return "-1" if ttl == NEVER_EXPIRES else str(ttl)


def _logs(expected: ExpectedLogs, lines: Sequence[LogLine], how: Comparison) -> Iterator[Difference]:
    if not expected.includes:
        for index in range(max(len(expected.lines), len(lines))):
            line = expected.lines[index] if index < len(expected.lines) else None
            actual = lines[index] if index < len(lines) else None
            if line is None or actual is None or not _is_line(line, actual, how):
                yield Difference(f"logs[{index}]", _line_text(line), _actual_line(actual))
        return
    left = iter(lines)
    for index, line in enumerate(expected.lines):
        if not any(_is_line(line, actual, how) for actual in left):
            after = f" after logs.includes[{index - 1}]" if index else ""
            yield Difference(f"logs.includes[{index}]", _line_text(line), f"no such line{after}")
            return


def _is_line(expected: ExpectedLine, line: LogLine, how: Comparison) -> bool:
    is_level = expected.level is None or expected.level == line.level
    return is_level and (expected.message is None or _is_text(expected.message, line.message, how))


def _line_text(expected: ExpectedLine | None) -> str | None:
    if expected is None:
        return None
    level = f"{expected.level}: " if expected.level else ""
    return level + ("any line" if expected.message is None else _expected_text(expected.message))


def _actual_line(line: LogLine | None) -> str | None:
    return None if line is None else f"{line.level}: {_text(line.message)}"


def _is_text(expected: Text, actual: str, how: Comparison) -> bool:
    if isinstance(expected, Matches):
        return how.searches.finds(expected.pattern, actual)
    return expected == actual


def _expected_text(expected: Text) -> str:
    return f"matches {_text(expected.pattern)}" if isinstance(expected, Matches) else _text(expected)


def _value(expected: Expected, actual: Value, path: str, how: Comparison) -> Iterator[Difference]:
    if isinstance(expected, ListOf) and isinstance(actual, List):
        yield from _list(expected, actual, path, how)
    elif isinstance(expected, MapOf) and isinstance(actual, Map):
        yield from _map(expected, actual, path, how)
    elif not _is_scalar(expected, actual, how):
        yield Difference(path, *_pair(expected, actual))


def is_value(expected: Expected, actual: Value, how: Comparison) -> bool:
    """Whether there is no difference. If `_list` searched for one instead, its time would double with each
    level of nesting."""
    if isinstance(expected, ListOf) and isinstance(actual, List):
        pairs = zip(expected.items, actual.items, strict=False)
        return (
            expected.ordered == actual.ordered
            and len(expected.items) == len(actual.items)
            and all(is_value(one, other, how) for one, other in pairs)
        )
    if isinstance(expected, MapOf) and isinstance(actual, Map):
        given = {key_rank(key): value for key, value in actual.pairs}
        return (
            expected.order == actual.order
            and len(expected.pairs) == len(given)
            and all(
                key_rank(key) in given and is_value(value, given[key_rank(key)], how)
                for key, value in expected.pairs
            )
        )
    return _is_scalar(expected, actual, how)


def _is_scalar(expected: Expected, actual: Value, how: Comparison) -> bool:
    if isinstance(expected, Any):
        return expected.type is None or expected.type == type_name(actual)
    if isinstance(expected, Near):
        return _is_number(actual) and _is_near(expected.number, actual, expected.within)
    if isinstance(expected, Matches):
        return isinstance(actual, str) and _is_text(expected, actual, how)
    if type(expected) is not type(actual):
        return False
    if isinstance(expected, float) and isinstance(actual, float):
        return _is_near(expected, actual, how.tolerance)
    return bool(expected == actual)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_near(expected: float, actual: Union[Value, float], within: float) -> bool:
    assert isinstance(actual, (int, float))
    if math.isnan(expected) or math.isnan(actual):
        return math.isnan(expected) and math.isnan(actual)
    return expected == actual or abs(expected - actual) <= within


def _list(expected: ListOf, actual: List, path: str, how: Comparison) -> Iterator[Difference]:
    """Elements at both ends that are equal are left out, so that one more or less is one difference."""

    def equal(one: Expected, other: Value) -> bool:
        return is_value(one, other, how)

    if expected.ordered != actual.ordered:
        yield Difference(f"{path} (order)", _order(expected.ordered), _order(actual.ordered))
    shorter = min(len(expected.items), len(actual.items))
    start = 0
    while start < shorter and equal(expected.items[start], actual.items[start]):
        start += 1
    end = 0
    if len(expected.items) != len(actual.items):
        while end < shorter - start and equal(expected.items[-1 - end], actual.items[-1 - end]):
            end += 1
    expected_items = expected.items[start : len(expected.items) - end]
    actual_items = actual.items[start : len(actual.items) - end]
    for index in range(max(len(expected_items), len(actual_items))):
        place = f"{path}[{start + index}]"
        if index >= len(actual_items):
            yield Difference(place, _shown(expected_items[index]) or "null", None)
        elif index >= len(expected_items):
            yield Difference(place, None, _text(json_of(actual_items[index])))
        else:
            yield from _value(expected_items[index], actual_items[index], place, how)


def _map(expected: MapOf, actual: Map, path: str, how: Comparison) -> Iterator[Difference]:
    if expected.order != actual.order:
        yield Difference(f"{path} (order)", expected.order, actual.order)
    actual_values: Mapping[object, Value] = {key_rank(key): value for key, value in actual.pairs}
    expected_keys = {key_rank(key) for key, _ in expected.pairs}
    for key, value in expected.pairs:
        place = path + _step(key)
        if key_rank(key) in actual_values:
            yield from _value(value, actual_values[key_rank(key)], place, how)
        else:
            yield Difference(place, _shown(value) or "null", None)
    for key, item in actual.pairs:
        if key_rank(key) not in expected_keys:
            yield Difference(path + _step(key), None, _text(json_of(item)))


def _order(ordered: bool) -> str:
    return "ordered" if ordered else "none"


def _step(key: Value) -> str:
    return f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{_text(json_of(key))}]"


def _shown(expected: Expected) -> str | None:
    return None if expected is None else _text(expected_json(expected))


def _pair(expected: Expected, actual: Value) -> tuple[str, str]:
    """The JSON of both, with their types if they are numbers of different types."""
    texts = _shown(expected) or "null", _text(json_of(actual))
    if type(expected) is type(actual) or not (_is_number(actual) and isinstance(expected, (int, float))):
        return texts
    return f"{texts[0]} ({type_name(expected)})", f"{texts[1]} ({type_name(actual)})"


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
