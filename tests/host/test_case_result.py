"""The JSON of test runs, whole, and functions that a case or a call does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.host.caller import refusal_of
from modgo_lsp.host.cases.case_file import CaseProblem, parse_cases
from modgo_lsp.host.cases.case_result import LOGS_MAX, CaseResult, ModuleError, cases_json, limited
from modgo_lsp.host.cases.compare import differences
from modgo_lsp.host.cases.run_cases import _misfit
from modgo_lsp.host.module import Opened
from modgo_lsp.host.result import CallResult, Failure, FunctionInfo, LogLine, StreamResult
from modgo_lsp.host.run_call import Outcome
from modgo_lsp.host.sample import Record, sample_json

RECORD = Record("n", "s", "k", {"a": 1}, 2, 3)
LOGS = (LogLine("info", "begins", "a.go:1"), LogLine("stdout", "printed"))
RETURNED = CallResult("f", Record(), RECORD, b"\1", ("update",), LOGS, 9)
FAILED = CallResult("f", RECORD, RECORD, failure=Failure("udf", "it broke", ("a.go:1",), "mend it"))


def report(text: str, *outcomes: Outcome, **more: Any) -> dict[str, Any]:
    cases = parse_cases(text, Path("x.case.yaml")).cases
    results = [
        CaseResult(case, outcome, differences(case.expectation, outcome))
        for case, outcome in zip(cases, outcomes, strict=True)
    ]
    return cases_json(results, more.pop("problems", ()), lambda path: f"shown/{path}", **more)


def test_the_report_of_a_run() -> None:
    text = (
        "- {name: one, function: f, expect: {operations: [update]}}\n- {function: f, expect: {result: 1}}\n"
    )
    logs = [
        {"level": "info", "message": "begins", "location": "a.go:1"},
        {"level": "stdout", "message": "printed", "location": None},
    ]
    error = {"kind": "udf", "message": "it broke; mend it", "frames": ["a.go:1"]}
    assert report(text, RETURNED, FAILED) == {
        "ok": False,
        "cases": [
            {
                "name": "one",
                "function": "f",
                "ok": True,
                "elapsed_ns": 9,
                "expected": {"operations": ["update"]},
                "actual": {
                    "result": {"$bytes": "AQ=="},
                    "record": sample_json(RECORD),
                    "operations": ["update"],
                },
                "differences": [],
                "logs": logs,
                "location": "shown/x.case.yaml:1",
            },
            {
                "name": "f()",
                "function": "f",
                "ok": False,
                "elapsed_ns": 0,
                "expected": {"result": 1},
                "actual": {"error": error, "record": sample_json(RECORD), "operations": []},
                "differences": [{"path": "error", "expected": None, "actual": "udf: it broke"}],
                "logs": [],
                "location": "shown/x.case.yaml:2",
            },
        ],
        "passed": 1,
        "failed": 1,
        "invalid": [],
        "findings": [],
        "errors": [],
    }


@pytest.mark.parametrize(
    ("outcome", "actual"),
    [
        (StreamResult("f", (1, b"\1")), {"result": [1, {"$bytes": "AQ=="}]}),
        (
            StreamResult("f", failure=Failure("udf", "it broke")),
            {"error": {"kind": "udf", "message": "it broke", "frames": []}},
        ),
    ],
)
def test_what_a_stream_did(outcome: StreamResult, actual: dict[str, Any]) -> None:
    assert report("{function: f}", outcome)["cases"][0]["actual"] == actual


@pytest.mark.parametrize(
    ("more", "key", "shown"),
    [
        (
            {"problems": [CaseProblem(Path("b"), 3, "no case")]},
            "invalid",
            [{"location": "shown/b:3", "message": "no case"}],
        ),
        ({"findings": [{"code": "MG1"}]}, "findings", [{"code": "MG1"}]),
        (
            {"errors": [ModuleError("m", Failure("abi", "it broke", ("a.go:1",)))]},
            "errors",
            [{"module": "m", "kind": "abi", "message": "it broke", "frames": ["a.go:1"]}],
        ),
    ],
)
def test_a_run_is_not_ok_for_one_reason_alone(more: dict[str, Any], key: str, shown: list[Any]) -> None:
    passed = report("{function: f}", RETURNED)
    assert passed["ok"] is True
    assert report("{function: f}", RETURNED, **more) == {**passed, "ok": False, key: shown}


@pytest.mark.parametrize("more", [0, 1, 7])
def test_lines_of_a_long_log_are_left_out_in_the_middle(more: int) -> None:
    lines = [LogLine("info", str(number)) for number in range(LOGS_MAX + more)]
    found = limited(lines)
    if more:
        half = LOGS_MAX // 2
        between = LogLine("info", f"… {more} lines left out …")
        assert found == (*lines[:half], between, *lines[-half:])
    else:
        assert found == lines


RECORD_NEEDED = "f is a record UDF: give it a record, no records or nodes"
STREAM_NEEDED = "f is a stream UDF: give it records, no record"
NOTHING_STORED = "f is a stream UDF, which stores nothing: expect no record and no operations"


@pytest.mark.parametrize(
    ("keys", "of_record", "of_stream"),
    [
        ("", None, None),
        (", record: null", None, STREAM_NEEDED),
        (", records: []", RECORD_NEEDED, None),
        (", nodes: 1", RECORD_NEEDED, None),
        (", expect: {record: null}", None, NOTHING_STORED),
        (", expect: {operations: []}", None, NOTHING_STORED),
        (", expect: {result: 1}", None, None),
    ],
)
def test_cases_that_do_not_fit_their_function(
    keys: str, of_record: str | None, of_stream: str | None
) -> None:
    (case,) = parse_cases(f"{{function: f{keys}}}", Path("x.case.yaml")).cases
    assert (_misfit(case, False), _misfit(case, True)) == (of_record, of_stream)


@pytest.mark.parametrize(
    ("functions", "name", "kind", "message", "remedy"),
    [
        (None, "x", "record", None, ""),
        ("add", "add", "record", None, ""),
        ("add", "add", "stream", "add is a record UDF", "call it without --stream"),
        ("sums", "sums", "stream", None, ""),
        (
            "sums",
            "sums",
            "record",
            "sums is a stream UDF, which cannot be called on a single record",
            "call it with --stream and the records of --records",
        ),
        ("", "x", "record", "no function is registered as 'x'", "the module registers none"),
        ("add", "x", "record", "no function is registered as 'x'", "there is add"),
        ("add sums", "x", "stream", "no function is registered as 'x'", "there are add, sums"),
        ("add sums", "sum", "record", "no function is registered as 'sum'", "did you mean sums?"),
    ],
)
def test_functions_that_cannot_be_called(
    functions: str | None, name: str, kind: str, message: str | None, remedy: str
) -> None:
    listed = [] if functions is None else functions.split()
    infos = tuple(FunctionInfo(each, "stream" if each == "sums" else "record") for each in listed)
    opened = Opened((1, 0), {}, None if functions is None else infos)
    refused = refusal_of(opened, name, kind)
    assert refused == (None if message is None else Failure("usage", message, (), remedy))
