"""The results of loading and calling, and their JSON (the contracts of `modgo load` and `modgo call`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.sample import Record, sample_json
from modgo_lsp.host.values import Value
from modgo_lsp.model.finding import Finding

FailureKind = Literal["udf", "panic", "timeout", "crash", "abi", "usage"]


class LogLine(msgspec.Struct, frozen=True):
    """A line that the module wrote. `level` is "error" to "trace" for its log, "stdout" for both standard
    streams; `location` is "file.go:12", "" if unknown."""

    level: str
    message: str
    location: str = ""


class Failure(msgspec.Struct, frozen=True):
    """Why there is no result. `frames` are "file.go:12", the innermost first. `remedy` is what to do next, ""
    if the message says so. `replay` is the file from which this call can be run again, "" if none was saved.
    "usage" is an error of the caller, "abi" a defect of module or host."""

    kind: FailureKind
    message: str
    frames: tuple[str, ...] = ()
    remedy: str = ""
    replay: str = ""


class ParameterInfo(msgspec.Struct, frozen=True):
    name: str
    type: str


class FunctionInfo(msgspec.Struct, frozen=True):
    """A registered function as the module's manifest describes it. `location` is "file.go:12"."""

    name: str
    kind: Literal["record", "stream"] = "record"
    params: tuple[ParameterInfo, ...] = ()
    results: tuple[str, ...] = ()
    doc: str = ""
    location: str = ""

    @property
    def signature(self) -> str:
        """Like "add(bin string, by int64) (int64, error)"."""
        params = ", ".join(f"{parameter.name} {parameter.type}".strip() for parameter in self.params)
        results = ", ".join(self.results)
        if len(self.results) > 1:
            results = f"({results})"
        return f"{self.name}({params}) {results}".rstrip()


class LoadResult(msgspec.Struct, frozen=True):
    """A module that was loaded and set up, or why it was not (`failure`, and `findings`). `setup` is the
    status of its setup, None if loading failed before."""

    path: str
    abi: tuple[int, int] | None = None
    properties: Mapping[str, str] = {}
    setup: int | None = None
    functions: tuple[FunctionInfo, ...] = ()
    failure: Failure | None = None
    findings: tuple[Finding, ...] = ()
    logs: tuple[LogLine, ...] = ()

    @property
    def ok(self) -> bool:
        return self.failure is None

    @property
    def dispatch(self) -> str:
        return self.properties.get("dispatch", "")


class CallResult(msgspec.Struct, frozen=True):
    """One call. `value` is None if it failed; `after` is the record that was stored, also before a
    failure."""

    function: str
    before: Record
    after: Record
    value: Value = None
    operations: tuple[str, ...] = ()
    logs: tuple[LogLine, ...] = ()
    elapsed_ns: int = 0
    failure: Failure | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return self.failure is None


class NodeResult(msgspec.Struct, frozen=True):
    """The values that one simulated node of a stream call returned, and the number of its records."""

    records: int
    values: tuple[Value, ...]
    elapsed_ns: int


class StreamResult(msgspec.Struct, frozen=True):
    """One call of a stream UDF. `nodes` are those that finished."""

    function: str
    values: tuple[Value, ...] = ()
    nodes: tuple[NodeResult, ...] = ()
    logs: tuple[LogLine, ...] = ()
    elapsed_ns: int = 0
    failure: Failure | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return self.failure is None


class NumberedResult(msgspec.Struct, frozen=True):
    """The call on one of many records. `line` is that of the file, or the index in a list, from 1."""

    line: int
    result: CallResult


def load_json(result: LoadResult) -> dict[str, Any]:
    """The JSON of `modgo load --json`; a failed load has "ok": false and "error"."""
    if result.failure is not None:
        return {"ok": False, "path": result.path, "setup": result.setup, **_error_json(result.failure)}
    assert result.abi is not None
    return {
        "ok": True,
        "path": result.path,
        "abi": {"major": result.abi[0], "minor": result.abi[1]},
        "properties": dict(result.properties),
        "setup": result.setup,
        "dispatch": result.dispatch,
        "functions": msgspec.json.decode(msgspec.json.encode(result.functions)),
    }


def call_json(result: CallResult) -> dict[str, Any]:
    """The JSON of `modgo call --json`."""
    if result.failure is not None:
        return {"ok": False, **_error_json(result.failure), "logs": _logs_json(result.logs)}
    return {
        "ok": True,
        "result": json_of(result.value),
        "record": {"before": sample_json(result.before), "after": sample_json(result.after)},
        "operations": list(result.operations),
        "logs": _logs_json(result.logs),
        "elapsed_ns": result.elapsed_ns,
    }


def calls_json(results: Sequence[NumberedResult]) -> dict[str, Any]:
    """The JSON of `modgo call --records FILE --json`: each call with its "line", and a summary."""
    failed = sum(not one.result.ok for one in results)
    return {
        "ok": failed == 0,
        "calls": [{"line": one.line, **call_json(one.result)} for one in results],
        "summary": {
            "calls": len(results),
            "failed": failed,
            "elapsed_ns": sum(one.result.elapsed_ns for one in results),
        },
    }


def stream_json(result: StreamResult) -> dict[str, Any]:
    """The JSON of `modgo call --stream --json`: the values, and those of each node."""
    if result.failure is not None:
        return {"ok": False, **_error_json(result.failure), "logs": _logs_json(result.logs)}
    return {
        "ok": True,
        "result": [json_of(value) for value in result.values],
        "nodes": [
            {
                "records": node.records,
                "values": [json_of(value) for value in node.values],
                "elapsed_ns": node.elapsed_ns,
            }
            for node in result.nodes
        ],
        "logs": _logs_json(result.logs),
        "elapsed_ns": result.elapsed_ns,
    }


def _logs_json(logs: Sequence[LogLine]) -> list[dict[str, Any]]:
    return [
        {"level": line.level, "message": line.message, "location": line.location or None} for line in logs
    ]


def _error_json(failure: Failure) -> dict[str, Any]:
    message = f"{failure.message}; {failure.remedy}" if failure.remedy else failure.message
    error = {"kind": failure.kind, "message": message, "frames": list(failure.frames)}
    return {"error": {**error, "replay": failure.replay} if failure.replay else error}
