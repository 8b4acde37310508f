"""What loading and calling give back, and its JSON (the contracts of `modgo load` and `modgo call`).

Not for: how it comes about (load.py, call.py) or how people see it (cli).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.sample import Record, sample_json
from modgo_lsp.host.values import Value
from modgo_lsp.model.finding import Finding

FailureKind = Literal["udf", "panic", "timeout", "crash", "abi", "usage"]


class LogLine(msgspec.Struct, frozen=True):
    """A line that the module wrote. `level` is "error" to "trace" for its log, "stdout" for what it printed,
    to either standard stream; `location` is "file.go:12", or "" where not known."""

    level: str
    message: str
    location: str = ""


class Failure(msgspec.Struct, frozen=True):
    """Why there is no result. `frames` are "file.go:12", the innermost first. `remedy` is what to do next,
    "" where the message says it all. "usage" is the caller's doing, "abi" a defect of module or host."""

    kind: FailureKind
    message: str
    frames: tuple[str, ...] = ()
    remedy: str = ""


class ParameterInfo(msgspec.Struct, frozen=True):
    name: str
    type: str


class FunctionInfo(msgspec.Struct, frozen=True):
    """A registered function as the module itself describes it. `location` is "file.go:12"."""

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
    """A module that was loaded and set up, or why it was not (`failure`, with `findings` at their places).
    `setup` is what its setup returned, None where it came not that far."""

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
    """One call. Where `failure` is set, `value` is None; `after` is what was stored up to the failure."""

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
    logs = [
        {"level": line.level, "message": line.message, "location": line.location or None}
        for line in result.logs
    ]
    if result.failure is not None:
        return {"ok": False, **_error_json(result.failure), "logs": logs}
    return {
        "ok": True,
        "result": json_of(result.value),
        "record": {"before": sample_json(result.before), "after": sample_json(result.after)},
        "operations": list(result.operations),
        "logs": logs,
        "elapsed_ns": result.elapsed_ns,
    }


def _error_json(failure: Failure) -> dict[str, Any]:
    message = f"{failure.message}; {failure.remedy}" if failure.remedy else failure.message
    return {"error": {"kind": failure.kind, "message": message, "frames": list(failure.frames)}}
