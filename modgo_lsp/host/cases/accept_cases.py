"""Writes what happened into a case file as what to expect, for `modgo test --accept`.

Only the text of values that differ is replaced: comments, order and patterns that match stay. Crashes,
timeouts and panics are never accepted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from modgo_lsp.host.cases.case_file import Case, Keys, case_rows, parse_cases
from modgo_lsp.host.cases.case_result import CaseResult
from modgo_lsp.host.cases.case_tree import Node, TreeError, parse_tree, tree_of
from modgo_lsp.host.cases.compare import Comparison, differences, is_value, returned
from modgo_lsp.host.cases.expected_value import Expected, ListOf, MapOf
from modgo_lsp.host.cases.pattern_search import PatternError, Searches
from modgo_lsp.host.json_forms import FormError, json_of, value_of
from modgo_lsp.host.result import CallResult
from modgo_lsp.host.sample import Record, sample_json
from modgo_lsp.host.values import List, Map, Value, key_rank


class Accepted(NamedTuple):
    """The new text of a case file, and the positions of the cases that it accepts."""

    text: str
    positions: frozenset[int]


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def is_acceptable(result: CaseResult) -> bool:
    """Whether the outcome may become what is expected, and is not expected yet."""
    failure = result.outcome.failure
    if failure is not None and failure.kind != "udf":
        return False
    return not result.ok or result.case.expected is None


def accepted(text: str, results: Sequence[CaseResult]) -> Accepted:
    """The text of a case file that expects what happened in acceptable `results`. A case whose new text would
    not be read back as that stays as it is, as in a file that has changed meanwhile."""
    results = _acceptable(text, results)
    written = _written(text, results)
    if written is None:
        return Accepted(text, frozenset())
    return Accepted(written, frozenset(result.case.position for result in results))


def _acceptable(text: str, results: Sequence[CaseResult]) -> Sequence[CaseResult]:
    """Those that can be written. Searched by halves, because each try reads the whole file."""
    if _written(text, results) is not None:
        return results
    half = len(results) // 2
    return (*_acceptable(text, results[:half]), *_acceptable(text, results[half:])) if half else ()


def _written(text: str, results: Sequence[CaseResult]) -> str | None:
    """The text with the outcomes of all `results`, None if that would not be read back."""
    if not results:
        return text
    edits: list[_Edit] = []
    try:
        as_json = results[0].case.path.name.endswith(".json")
        rows = list(case_rows(parse_tree(text, as_json)))
        writer = _Writer(text, as_json)
        for result in results:
            edits += writer.case(rows[result.case.position][0], result)
    except (TreeError, IndexError, PatternError):
        return None
    written = _apply(text, edits)
    return written if _expects(written, results) else None


def _apply(text: str, edits: Sequence[_Edit]) -> str:
    parts: list[str] = []
    place = 0
    for edit in sorted(edits):
        parts += text[place : edit.start], edit.text
        place = edit.end
    return "".join([*parts, text[place:]])


def _expects(text: str, results: Sequence[CaseResult]) -> bool:
    """Whether the cases in `text` expect what happened."""
    cases = {case.position: case for case in parse_cases(text, results[0].case.path).cases}
    return all(
        (case := cases.get(result.case.position)) is not None
        and _call(case) == _call(result.case)
        and not differences(case.expectation, result.outcome)
        for result in results
    )


def _call(case: Case) -> str:
    # As text: NaN does not equal NaN.
    return repr((case.function, case.arguments, case.record, case.records, case.nodes, case.now))


class _Writer:
    """Makes the edits of one file."""

    def __init__(self, text: str, as_json: bool) -> None:
        self._text = text
        self._as_json = as_json
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def case(self, keys: Keys, result: CaseResult) -> Iterator[_Edit]:
        own = {str(key.scalar): (key, value) for key, value in keys.node.pairs}
        outcome, expectation = result.outcome, result.case.expectation
        if "expect" not in own:
            yield self._added(keys.node, "expect", _whole(result))
            return
        key, expect = own["expect"]
        swapped = (outcome.failure is None) == (expectation.error is not None)
        if swapped:
            yield self._replaced(expect, _whole(result), key)
            return
        for key, node in expect.pairs:
            yield from self._member(str(key.scalar), key, node, result)

    def _member(self, name: str, key: Node, node: Node, result: CaseResult) -> Iterator[_Edit]:
        """The edits of one key of `expect`."""
        outcome, expectation = result.outcome, result.case.expectation
        if name == "result":
            yield from self._value(node, key, expectation.result, returned(outcome), _comparison(result))
        elif name == "error" and outcome.failure is not None:
            yield self._replaced(node, outcome.failure.message, key)
        elif name == "logs":
            yield self._replaced(node, [line.message for line in outcome.logs], key)
        elif isinstance(outcome, CallResult) and name == "operations":
            yield self._replaced(node, list(outcome.operations), key)
        elif isinstance(outcome, CallResult) and name == "record":
            yield from self._record(node, key, outcome.after, result)

    def _record(self, node: Node, key: Node, record: Record, result: CaseResult) -> Iterator[_Edit]:
        expected, how = result.case.expectation.record, _comparison(result)
        if node.kind != "map" or expected is None:
            yield self._replaced(node, _record_json(record), key)
            return
        sample = sample_json(record)
        for name, value in node.pairs:
            if name.scalar in ("key", "ttl", "generation"):
                if json_of_node(value) != sample[str(name.scalar)]:
                    yield self._replaced(value, sample[str(name.scalar)], name)
            elif expected.includes or set(expected.bins) == set(record.bins):
                for bin_name, bin_ in value.pairs:
                    actual = record.bins.get(str(bin_name.scalar))
                    yield from self._value(bin_, bin_name, expected.bins[str(bin_name.scalar)], actual, how)
            else:
                yield self._replaced(value, sample["bins"], name)

    def _value(
        self, node: Node, key: Node | None, expected: Expected, actual: Value, how: Comparison
    ) -> Iterator[_Edit]:
        """Replaces what differs, and as little as possible."""
        if is_value(expected, actual, how):
            return
        if isinstance(expected, ListOf) and isinstance(actual, List):
            items = (node.get("$list") or node).items
            if expected.ordered == actual.ordered and len(items) == len(actual.items):
                for item, one, other in zip(items, expected.items, actual.items, strict=True):
                    yield from self._value(item, None, one, other, how)
                return
        if isinstance(expected, MapOf) and isinstance(actual, Map):
            nodes = _nodes_by_key(node)
            values = {key_rank(name): value for name, value in actual.pairs}
            if expected.order == actual.order and nodes.keys() == values.keys():
                for name, one in expected.pairs:
                    below, item = nodes[key_rank(name)]
                    yield from self._value(item, below, one, values[key_rank(name)], how)
                return
        yield self._replaced(node, json_of(actual), key)

    def _replaced(self, node: Node, data: Any, key: Node | None) -> _Edit:
        end = self._end(node)
        if key is not None and self._is_block(node):
            # A flow list may not begin at the indentation of its key, as a block list may.
            start = self._text.index(":", key.end) + 1
            return _Edit(start, end, f" {self._shown(data, self._indentation(key.start))}")
        at = node.start if key is None else key.start
        return _Edit(node.start, end, self._shown(data, self._indentation(at)))

    def _added(self, node: Node, name: str, data: Any) -> _Edit:
        """A key at the end of a map."""
        last = self._end(node.pairs[-1][1]) if node.pairs else node.start + 1
        name = json.dumps(name) if self._as_json else name
        if not self._is_block(node):
            separator = ", " if node.pairs else ""
            if "\n" in self._text[node.start : node.end] and node.pairs:
                first = self._indentation(node.pairs[0][0].start)
                separator = f",{self._newline}{' ' * first}"
            return _Edit(last, last, f"{separator}{name}: {self._shown(data, self._indentation(node.start))}")
        column = node.start - (self._text.rfind("\n", 0, node.start) + 1)
        line_end = self._text.find("\n", last)
        at = len(self._text) if line_end < 0 else line_end - (self._text[line_end - 1 : line_end] == "\r")
        return _Edit(at, at, f"{self._newline}{' ' * column}{name}: {self._shown(data, column)}")

    def _is_block(self, node: Node) -> bool:
        return node.kind != "scalar" and self._text[node.start : node.start + 1] not in ("[", "{")

    def _end(self, node: Node) -> int:
        """Where the text of a node ends. For the parser a block ends after the line ends that follow it."""
        if self._is_block(node):
            last = node.items[-1] if node.kind == "list" else node.pairs[-1][1]
            return self._end(last)
        return node.start + len(self._text[node.start : node.end].rstrip())

    def _indentation(self, offset: int) -> int:
        """That of the line at an offset. The dash of a list counts as space."""
        line = self._text[self._text.rfind("\n", 0, offset) + 1 : offset]
        return len(re.match(r"[\s-]*", line)[0])  # type: ignore[index]

    def _shown(self, data: Any, indentation: int) -> str:
        return self._newline.join(flow_lines(data, indentation, self._as_json))


def _comparison(result: CaseResult) -> Comparison:
    return Comparison(result.case.expectation.tolerance, Searches())


def json_of_node(node: Node) -> Any:
    """The node's value as `json_of` writes it, None if it has none."""
    try:
        return json_of(value_of(tree_of(node)))
    except FormError:
        return None


def _nodes_by_key(node: Node) -> Mapping[tuple[int, int | bytes], tuple[Node | None, Node]]:
    """The keys and values of a map, by the sort keys of its keys."""
    listed = node.get("$map")
    if listed is None:
        return {key_rank(key.scalar): (key, value) for key, value in node.pairs}
    return {key_rank(value_of(tree_of(pair.items[0]))): (None, pair.items[1]) for pair in listed.items}


def _whole(result: CaseResult) -> dict[str, Any]:
    """All of `expect`: the result or error, and what the case expects now; without expectations, what was
    written."""
    outcome, expectation = result.outcome, result.case.expectation
    found: dict[str, Any] = {}
    if outcome.failure is not None:
        found["error"] = outcome.failure.message
    else:
        found["result"] = json_of(returned(outcome))
    if isinstance(outcome, CallResult):
        wrote = result.case.expected is None and bool(outcome.operations)
        if wrote or expectation.record is not None:
            found["record"] = _record_json(outcome.after)
        if wrote or expectation.operations is not None:
            found["operations"] = list(outcome.operations)
    if expectation.logs is not None:
        found["logs"] = [line.message for line in outcome.logs]
    return found


def _record_json(record: Record) -> Any:
    return {"bins": sample_json(record)["bins"]} if record.exists else None


_WIDTH = 100
# What YAML, by any version, reads as the string that it is.
_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def flow_lines(data: Any, indentation: int, as_json: bool = False) -> list[str]:
    """The text of data in flow style, on one line if it is short."""
    text = _flow(data, as_json)
    if indentation + len(text) <= _WIDTH or not data or not isinstance(data, (dict, list)):
        return [text]
    below, last = " " * (indentation + 4), " " * (indentation + 2)
    if as_json:
        below, last = below[2:], last[2:]
    lines = []
    parts = data.items() if isinstance(data, dict) else ((None, item) for item in data)
    for key, item in parts:
        first, *more = flow_lines(item, len(below), as_json)
        lines += [f"{below}{word(key, as_json)}: {first}" if key is not None else f"{below}{first}", *more]
        lines[-1] += ","
    lines[-1] = lines[-1].removesuffix(",")
    return ["{" if isinstance(data, dict) else "[", *lines, f"{last}{'}' if isinstance(data, dict) else ']'}"]


def _flow(data: Any, as_json: bool) -> str:
    if isinstance(data, dict):
        return (
            f"{{{', '.join(f'{word(key, as_json)}: {_flow(item, as_json)}' for key, item in data.items())}}}"
        )
    if isinstance(data, list):
        return f"[{', '.join(_flow(item, as_json) for item in data)}]"
    return word(data, as_json) if isinstance(data, str) else json.dumps(data)


def word(text: str, as_json: bool = False) -> str:
    is_plain = not as_json and _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if is_plain else json.dumps(text, ensure_ascii=False)
