"""Accepting what happened: the edits in a case file, and what is left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from modgo_lsp.host.cases import accept_cases
from modgo_lsp.host.cases.accept_cases import accepted, is_acceptable
from modgo_lsp.host.cases.case_file import parse_cases
from modgo_lsp.host.cases.case_result import CaseResult
from modgo_lsp.host.cases.compare import differences
from modgo_lsp.host.result import CallResult, Failure, LogLine, StreamResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import List, Map, Value

AFTER = Record(bins={"a": 2, "b": List(("x", 1.5))}, generation=2)

WRITTEN = "  expect: {result: {a: 7, b: 2.5}, record: {bins: {a: 2, b: [x, 1.5]}}, operations: [update]}\n"


def returned(value: Value) -> CallResult:
    return CallResult("f", Record(), AFTER, value, ("update",), (LogLine("info", "begins"),))


def failed(kind: str = "udf") -> CallResult:
    return CallResult("f", Record(), AFTER, failure=Failure(kind, "it: broke"))  # type: ignore[arg-type]


def accept(text: str, *outcomes: CallResult | StreamResult, name: str = "x.case.yaml") -> str:
    """The text after all of its cases had these outcomes, the last one for all others. What is written is
    expected afterwards."""
    cases = parse_cases(text, Path(name)).cases
    assert cases
    ends = [*outcomes, *[outcomes[-1]] * len(cases)]
    results = [
        CaseResult(case, outcome, differences(case.expectation, outcome))
        for case, outcome in zip(cases, ends, strict=False)
    ]
    found = accepted(text, [result for result in results if is_acceptable(result)])
    again = parse_cases(found.text, Path(name)).cases
    for result in results:
        if result.case.position in found.positions:
            assert differences(again[result.case.position].expectation, result.outcome) == ()
    return found.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Comments, order, quotes and patterns that match stay.
        (
            "# one\n- function: f # two\n  expect: # three\n    result: {a: 1, 'b': {$any: double}} # four\n",
            "# one\n- function: f # two\n  expect: # three\n    result: {a: 7, 'b': {$any: double}} # four\n",
        ),
        (
            "{function: f, expect: {result: {a: 1, b: 1.0}}}",
            "{function: f, expect: {result: {a: 7, b: 2.5}}}",
        ),
        (
            "function: f\nexpect:\n  result:\n    a: 1\n    b: 2.5\n",
            "function: f\nexpect:\n  result:\n    a: 7\n    b: 2.5\n",
        ),
        # A key more or less: the whole map is written.
        (
            "function: f\nexpect:\n  result:\n    a: 1\n    c: 1\n\n",
            "function: f\nexpect:\n  result: {a: 7, b: 2.5}\n\n",
        ),
        (
            "function: f\nexpect: {result: {a: {$near: 1, within: 2}, b: 2.5}}",
            "function: f\nexpect: {result: {a: 7, b: 2.5}}",
        ),
        (
            "function: f\r\nexpect:\r\n  result: 5\r\n",
            "function: f\r\nexpect:\r\n  result: {a: 7, b: 2.5}\r\n",
        ),
        # Nothing is expected yet.
        (
            "- function: f\n  args: [1]\n\n- function: f\n",
            f"- function: f\n  args: [1]\n{WRITTEN}\n- function: f\n{WRITTEN}",
        ),
        (
            "{function: f, expect: {error: sad, operations: []}}",
            "{function: f, expect: {result: {a: 7, b: 2.5}, operations: [update]}}",
        ),
        (
            "{function: f, expect: {error: sad, logs: []}}",
            "{function: f, expect: {result: {a: 7, b: 2.5}, logs: [begins]}}",
        ),
        # A row does not change what its table says to others.
        (
            "function: f\nexpect: {result: 1}\ncases:\n  - args: [1]\n  - {args: [2]}\n",
            "function: f\nexpect: {result: 1}\ncases:\n  - args: [1]\n    expect: {result: {a: 7, b: 2.5}}\n"
            "  - {args: [2], expect: {result: {a: 7, b: 2.5}}}\n",
        ),
    ],
)
def test_results(before: str, after: str) -> None:
    assert accept(before, returned(Map((("a", 7), ("b", 2.5))))) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{operations: [create]}", "{operations: [update]}"),
        ("{logs: []}", "{logs: [begins]}"),
        ("{logs: {includes: [ends]}}", "{logs: [begins]}"),
        ("{record: {bins: {a: 1, b: [x, 2.5]}}}", "{record: {bins: {a: 2, b: [x, 1.5]}}}"),
        ("{record: {bins: {a: 1}}}", "{record: {bins: {a: 2, b: [x, 1.5]}}}"),
        ("{record: {includes: {a: 1, c: 1}}}", "{record: {includes: {a: 2, c: null}}}"),
        ("{record: {includes: {a: null}}}", "{record: {includes: {a: 2}}}"),
        ("{record: null}", "{record: {bins: {a: 2, b: [x, 1.5]}}}"),
        (
            "{record: {bins: {a: 2, b: [x, 1.5]}, ttl: 9, generation: 1}}",
            "{record: {bins: {a: 2, b: [x, 1.5]}, ttl: 0, generation: 2}}",
        ),
    ],
)
def test_records_operations_and_logs(before: str, after: str) -> None:
    assert accept(f"function: f\nexpect: {before}", returned(1)) == f"function: f\nexpect: {after}"


GONE = CallResult("f", Record(), Record(), 1, ("remove",))


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        ("{function: f}", GONE, "{function: f, expect: {result: 1, record: null, operations: [remove]}}"),
        # What was not written is not expected.
        ("{function: f}", CallResult("f", Record(), AFTER, 1), "{function: f, expect: {result: 1}}"),
        (
            "{function: f, expect: {record: {bins: {a: 1}}}}",
            GONE,
            "{function: f, expect: {record: {bins: {}}}}",
        ),
        (
            "{function: f, expect: {error: sad, record: null}}",
            returned(1),
            "{function: f, expect: {result: 1, record: {bins: {a: 2, b: [x, 1.5]}}}}",
        ),
        ("{function: f, expect: {}}", failed(), '{function: f, expect: {error: "it: broke"}}'),
        (
            "{function: f, expect: {record: {includes: {a: 2}, key: [a, b, c]}}}",
            returned(1),
            "{function: f, expect: {record: {includes: {a: 2}, key: [test, demo, sample]}}}",
        ),
    ],
)
def test_records_that_are_gone_or_not_expected(before: str, outcome: CallResult, after: str) -> None:
    assert accept(before, outcome) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("function: f", "function: f\nexpect: {error: sad}"),
        ("function: f # one", "function: f # one\nexpect: {error: sad}"),
        ("function: f\r\nargs: []\r\n\r\n", "function: f\r\nargs: []\r\nexpect: {error: sad}\r\n\r\n"),
        ("function: f\ncases:\n  - {}\n", "function: f\ncases:\n  - {expect: {error: sad}}\n"),
        (
            "function: f\nexpect:\n  result:\n  - 1\n  - 2\n\nname: x\n",
            "function: f\nexpect: {error: sad}\n\nname: x\n",
        ),
    ],
)
def test_where_it_is_written(before: str, after: str) -> None:
    outcome = CallResult("f", Record(), AFTER, failure=Failure("udf", "sad"))
    assert accept(before, outcome) == after


def test_a_list_at_the_indentation_of_its_key() -> None:
    before = "function: f\nexpect:\n  result:\n  - 1\n  - 2\n  logs: []\n"
    assert accept(before, returned(5)) == "function: f\nexpect:\n  result: 5\n  logs: [begins]\n"
    assert accept(before, returned(List((1, 3)))) == before.replace("- 2", "- 3").replace("[]", "[begins]")


def test_errors() -> None:
    assert accept("{function: f, expect: {error: sad}}", failed()) == (
        '{function: f, expect: {error: "it: broke"}}'
    )
    assert accept("{function: f, expect: {result: 1}}", failed()) == (
        '{function: f, expect: {error: "it: broke"}}'
    )


@pytest.mark.parametrize("kind", ["panic", "crash", "timeout", "abi", "usage"])
def test_a_crash_is_never_expected(kind: str) -> None:
    text = "- {function: f, expect: {result: 1}}\n- {function: f, expect: {result: 2}}\n"
    assert accept(text, failed(kind), returned(3)) == (
        "- {function: f, expect: {result: 1}}\n- {function: f, expect: {result: 3}}\n"
    )


@pytest.mark.parametrize(
    "word", ["yes", "null", "0o17", "1.0", "a: b", "a #b", "-", "", " a", "é", "😀", "\n", "\x00"]
)
def test_strings_stay_strings(word: str) -> None:
    accept("{function: f, expect: {result: x}}", returned(word))
    assert (
        accept("{function: f, expect: {result: x}}", returned(word)) != "{function: f, expect: {result: x}}"
    )


def test_json() -> None:
    text = '[\n\t{"function": "f", "expect": {"result": [1, {"a": 1}]}},\n\t{"function": "f"}\n]\n'
    value = List((1, Map((("a", True),))))
    assert accept(text, returned(value), failed(), name="x.case.json") == (
        '[\n\t{"function": "f", "expect": {"result": [1, {"a": true}]}},\n'
        '\t{"function": "f", "expect": {"error": "it: broke"}}\n]\n'
    )


def test_only_what_differs_in_a_list_of_pairs_changes() -> None:
    before = "{function: f, expect: {result: {$map: [[1, u], [b, {$any: integer}]], order: k}}} # end"
    assert accept(before, returned(Map(((1, "v"), ("b", 2)), "k"))) == before.replace("[1, u]", "[1, v]")


def test_a_key_more_in_json_stands_as_the_others() -> None:
    before = '{\r\n   "function": "f",\r\n   "args": [1]\r\n}\r\n'
    after = '{\r\n   "function": "f",\r\n   "args": [1],\r\n   "expect": {"error": "it: broke"}\r\n}\r\n'
    assert accept(before, failed(), name="x.case.json") == after


def test_long_values_in_json_are_written_on_many_lines() -> None:
    before = '[\n  {"function": "f", "expect": {"result": 1}}\n]\n'
    words = [f"value {n}" for n in range(20)]
    text = accept(before, returned(List(tuple(words))), name="x.case.json")
    lines = ",\n".join(f'    "{word}"' for word in words)
    assert text == before.replace("1", f"[\n{lines}\n  ]")


def test_long_maps_in_json_are_written_on_many_lines() -> None:
    before = '[\n  {"function": "f", "expect": {"result": 1}}\n]\n'
    value = Map((("a", "x" * 60), ("b", List(("y" * 60, "z" * 60)))))
    text = accept(before, returned(value), name="x.case.json")
    lines = f"""{{
    "a": "{"x" * 60}",
    "b": [
      "{"y" * 60}",
      "{"z" * 60}"
    ]
  }}"""
    assert text == before.replace("1", lines)


def test_long_values_are_written_on_many_lines() -> None:
    text = accept(
        "- function: f\n  expect:\n    result: 1\n    logs: []\n",
        returned(List(tuple(f"value {n}" for n in range(20)))),
    )
    assert text.startswith("- function: f\n  expect:\n    result: [\n        value 0,\n        value 1,\n")
    assert text.endswith("        value 19\n      ]\n    logs: [begins]\n")


def test_streams() -> None:
    assert accept("{function: f, expect: {result: [1]}}", StreamResult("f", (1, 2))) == (
        "{function: f, expect: {result: [1, 2]}}"
    )


def test_a_file_that_has_changed_stays() -> None:
    (case,) = parse_cases("{function: f, expect: {result: 1}}", Path("x.case.yaml")).cases
    outcome = returned(2)
    result = CaseResult(case, outcome, differences(case.expectation, outcome))
    for text in ("", "{function: g, expect: {result: 1}}", "[", "{function: f, args: [1]}"):
        assert accepted(text, [result]) == (text, frozenset())


RECORD_CASE = "{function: f, args: [1], record: {bins: {a: 1}}, now: 5, expect: {result: 1}}"
STREAM_CASE = "{function: f, records: [{bins: {a: 1}}], nodes: 2, expect: {result: 1}}"


@pytest.mark.parametrize(
    ("before", "old", "new"),
    [
        (RECORD_CASE, "f,", "g,"),
        (RECORD_CASE, "[1]", "[2]"),
        (RECORD_CASE, "{a: 1}", "{a: 2}"),
        (RECORD_CASE, "now: 5", "now: 6"),
        (STREAM_CASE, "{a: 1}", "{a: 2}"),
        (STREAM_CASE, "nodes: 2", "nodes: 3"),
    ],
)
def test_a_case_whose_call_has_changed_meanwhile_stays(before: str, old: str, new: str) -> None:
    """Its neighbour does not."""
    text = f"- {before}\n- {{function: f}}\n"
    cases = parse_cases(text, Path("x.case.yaml")).cases
    results = [CaseResult(case, returned(2), differences(case.expectation, returned(2))) for case in cases]
    assert accepted(text, results).positions == {0, 1}
    changed = text.replace(old, new, 1)
    assert changed != text
    found = accepted(changed, results)
    assert found.positions == {1}
    assert found.text.startswith(changed[: -len("}\n")])
    rows = changed.splitlines(keepends=True)
    assert accepted(rows[0], results) == (rows[0], frozenset())  # the other is gone


def test_no_results_change_nothing() -> None:
    assert accepted("[", []) == ("[", frozenset())


def test_a_value_that_has_become_invalid_is_replaced() -> None:
    before = "{function: f, expect: {record: {bins: {a: 1}, ttl: 9}}}"
    (case,) = parse_cases(before, Path("x.case.yaml")).cases
    result = CaseResult(case, returned(1), differences(case.expectation, returned(1)))
    found = accepted(before.replace("9", "{$foo: 1}"), [result])
    assert found.text == "{function: f, expect: {record: {bins: {a: 2, b: [x, 1.5]}, ttl: 0}}}"
    assert found.positions == {0}


def test_two_outcomes_of_one_case_are_not_accepted() -> None:
    text = "{function: f, expect: {result: 1}}"
    (case,) = parse_cases(text, Path("x.case.yaml")).cases
    results = [CaseResult(case, returned(n), differences(case.expectation, returned(n))) for n in (2, 3)]
    assert accepted(text, results) == (text, frozenset())


def test_one_of_many_cases_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try reads the whole file, so there must not be one for each case."""
    tries = []
    written = accept_cases._written

    def counted(text: str, results: Sequence[CaseResult]) -> str | None:
        tries.append(len(results))
        return written(text, results)

    monkeypatch.setattr(accept_cases, "_written", counted)
    rows = [f"- {{function: f, args: [{number}]}}\n" for number in range(200)]
    cases = parse_cases("".join(rows), Path("x.case.yaml")).cases
    rows[150] = "- {function: changed}\n"
    found = accepted("".join(rows), [CaseResult(case, returned(1)) for case in cases])
    assert found.positions == frozenset(range(200)) - {150}
    assert found.text.count("expect: ") == 199
    assert len(tries) < 20
