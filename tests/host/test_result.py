"""The JSON of results, whole."""

from __future__ import annotations

from typing import Any

import pytest

from modgo_lsp.host.result import (
    CallResult,
    Failure,
    FunctionInfo,
    LoadResult,
    LogLine,
    NodeResult,
    NumberedResult,
    ParameterInfo,
    StreamResult,
    call_json,
    calls_json,
    load_json,
    stream_json,
)
from modgo_lsp.host.run_call import Calls, Outcome, is_misused, outcome_json
from modgo_lsp.host.sample import Record

RECORD = Record("n", "s", "k", {"a": 1}, 2, 3)
SAMPLE = {"key": ["n", "s", "k"], "bins": {"a": 1}, "ttl": 2, "generation": 3}
LOGS = (LogLine("info", "begins", "a.go:1"), LogLine("stdout", "printed"))
LOGS_JSON = [
    {"level": "info", "message": "begins", "location": "a.go:1"},
    {"level": "stdout", "message": "printed", "location": None},
]


def called(failure: Failure | None = None, elapsed: int = 9) -> CallResult:
    return CallResult("f", Record("n", "s", "k"), RECORD, b"\1", ("create",), LOGS, elapsed, failure)


CALLED = {
    "ok": True,
    "result": {"$bytes": "AQ=="},
    "record": {"before": {**SAMPLE, "bins": {}, "ttl": 0, "generation": 0}, "after": SAMPLE},
    "operations": ["create"],
    "logs": LOGS_JSON,
    "elapsed_ns": 9,
}
STREAMED = StreamResult("f", (1, b"\1"), (NodeResult(2, (1,), 5), NodeResult(0, (), 6)), LOGS, 12)


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (Failure("udf", "it broke"), {"kind": "udf", "message": "it broke", "frames": []}),
        (
            Failure("panic", "it broke", ("a.go:1",), "mend it", "/r.json"),
            {
                "kind": "panic",
                "message": "it broke; mend it",
                "frames": ["a.go:1"],
                "replay": "/r.json",
            },
        ),
    ],
)
def test_failures(failure: Failure, error: dict[str, Any]) -> None:
    assert call_json(called(failure)) == {"ok": False, "error": error, "logs": LOGS_JSON}
    streamed = StreamResult("f", logs=LOGS, failure=failure)
    assert stream_json(streamed) == {"ok": False, "error": error, "logs": LOGS_JSON}
    loaded = LoadResult("/m.so", setup=4, failure=failure)
    assert load_json(loaded) == {"ok": False, "path": "/m.so", "setup": 4, "error": error}


def test_a_call() -> None:
    assert outcome_json(called()) == CALLED


def test_a_stream() -> None:
    assert outcome_json(STREAMED) == {
        "ok": True,
        "result": [1, {"$bytes": "AQ=="}],
        "nodes": [
            {"records": 2, "values": [1], "elapsed_ns": 5},
            {"records": 0, "values": [], "elapsed_ns": 6},
        ],
        "logs": LOGS_JSON,
        "elapsed_ns": 12,
    }


def test_calls() -> None:
    failed = called(Failure("udf", "it broke"), elapsed=20)
    outcome = Calls((NumberedResult(1, called()), NumberedResult(4, failed)))
    assert outcome_json(outcome) == {
        "ok": False,
        "calls": [{"line": 1, **CALLED}, {"line": 4, **call_json(failed)}],
        "summary": {"calls": 2, "failed": 1, "elapsed_ns": 29},
    }
    assert calls_json(outcome.results[:1])["ok"] is True
    assert not outcome.ok
    assert Calls(outcome.results[:1]).ok


def test_a_module() -> None:
    functions = (FunctionInfo("f", "stream", (ParameterInfo("n", "int"),), ("error",), "Doc", "a.go:1"),)
    properties = {"dispatch": "registry", "build": "x"}
    assert load_json(LoadResult("/m.so", (1, 2), properties, 0, functions)) == {
        "ok": True,
        "path": "/m.so",
        "abi": {"major": 1, "minor": 2},
        "properties": properties,
        "setup": 0,
        "dispatch": "registry",
        "functions": [
            {
                "name": "f",
                "kind": "stream",
                "params": [{"name": "n", "type": "int"}],
                "results": ["error"],
                "doc": "Doc",
                "location": "a.go:1",
            }
        ],
    }


@pytest.mark.parametrize(
    ("params", "results", "signature"),
    [
        ((), (), "f()"),
        ((ParameterInfo("a", "int"),), ("error",), "f(a int) error"),
        ((ParameterInfo("", "int"), ParameterInfo("b", "T")), ("int", "error"), "f(int, b T) (int, error)"),
    ],
)
def test_signatures(params: tuple[ParameterInfo, ...], results: tuple[str, ...], signature: str) -> None:
    assert FunctionInfo("f", params=params, results=results).signature == signature


USAGE, BROKEN = called(Failure("usage", "no such bin")), called(Failure("udf", "it broke"))


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (called(), False),
        (USAGE, True),
        (BROKEN, False),
        (STREAMED, False),
        (StreamResult("f", failure=Failure("usage", "x")), True),
        (Calls(()), False),
        (Calls((NumberedResult(1, USAGE), NumberedResult(2, called()))), True),
        (Calls((NumberedResult(1, USAGE), NumberedResult(2, BROKEN))), False),
    ],
)
def test_misuse_is_when_all_failures_are_usage_errors(outcome: Outcome, expected: bool) -> None:
    assert is_misused(outcome) is expected
