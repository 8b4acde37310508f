"""The calls of a program that runs in a debugger: what package udfdebug of the SDK asks, and the answers.

The program is the client of a socket; each message is a line of JSON. It asks for a call, then for all that a
host has, and reports what the function returned. Records and streams are those of `modgo call`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Union

import msgspec

from modgo_lsp.host.apply import failure_of, stored_record, working_record
from modgo_lsp.host.fenced import CLIENT_SCOPE, SERVER_SCOPE
from modgo_lsp.host.msgpack_dialect import from_flat, to_flat
from modgo_lsp.host.nodes import failed_at, partition
from modgo_lsp.host.record import RefusedError, WorkingRecord
from modgo_lsp.host.result import CallResult, Failure, LogLine, NodeResult, NumberedResult, StreamResult
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.streams import Input, Output, RecordInput, ValueInput
from modgo_lsp.host.values import Flat, UnstorableError, Value

_OK = 0
_LEVELS = ("error", "warning", "info", "debug")


class _Flat(msgspec.Struct, frozen=True):
    """A flat value; its data is base64 in JSON."""

    type: int = 0
    integer: int = 0
    data: Union[bytes, None] = None

    def flat(self) -> Flat:
        return Flat(self.type, self.integer, self.data or b"")


class _Question(msgspec.Struct, frozen=True):
    """A message of the program. The meaning of the other fields depends on `op`."""

    op: str
    name: str = ""
    value: _Flat = _Flat()
    number: int = 0
    text: str = ""
    location: str = ""


_Call = dict[str, Any]
_Calls = Generator[_Call, _Question, None]
Result = Union[NumberedResult, StreamResult]


class DebugCalls:
    """The calls of `work`, and the host of the one that runs. `on_log` gets each line of the log, `on_result`
    each result. `is_done` once all calls have returned, or none can be made."""

    def __init__(
        self, work: Work, on_log: Callable[[LogLine], None], on_result: Callable[[Result], None]
    ) -> None:
        """Raises UnstorableError if an argument or a bin is not an Aerospike value."""
        self._work = work
        self._on_log = on_log
        self._on_result = on_result
        self._arguments = [_fields(to_flat(value)) for value in work.arguments]
        self._record = WorkingRecord(_NOBODY)
        self._has_record = False
        self._reads_only = work.shape == "stream"
        self._input: Input = ValueInput(())
        self._output = Output()
        self._calls = self._stream_calls() if self._reads_only else self._record_calls()
        self._call: _Call | None = next(self._calls, None)
        self.is_done = self._call is None

    @property
    def record(self) -> WorkingRecord | None:
        """The record that the function works on, or the last one that it read of its stream."""
        return self._record if self._has_record else None

    def answer(self, line: bytes) -> bytes:
        """The answer to a message, both as a line of JSON."""
        try:
            fields = self._answer(msgspec.json.decode(line, type=_Question))
        except RefusedError as error:
            fields = {"error": str(error)}
        except (msgspec.MsgspecError, UnstorableError, ValueError) as error:
            fields = {"error": f"modgo's host failed: {error}"}
        return msgspec.json.encode(fields) + b"\n"

    def _answer(self, asked: _Question) -> dict[str, Any]:
        record = self._record
        match asked.op:
            case "next":
                return {"call": self._call}
            case "returned":
                self._returned(asked)
            case "setup":
                self._setup_failed(asked.text)
            case "log":
                level = _LEVELS[min(max(asked.number, 0), 3)]
                self._on_log(LogLine(level, asked.text, asked.location))
            case "get":
                return {"value": _fields(record.get(asked.name))}
            case "set":
                record.set(asked.name, asked.value.flat())
            case "unset":
                record.unset(asked.name)
            case "bin_names":
                return {"names": list(record.bins)}
            case "metadata":
                return {"metadata": _metadata(record)}
            case "set_ttl":
                record.set_ttl(asked.number)
            case "create" | "update" | "remove":
                if self._reads_only:
                    raise RefusedError("the records of a stream are read-only")
                {"create": record.create, "update": record.update, "remove": record.remove}[asked.op]()
            case "read":
                return self._read()
            case "write":
                self._output.write(asked.value.flat())
            case _:
                raise ValueError(f"there is no operation {asked.op}")
        return {}

    def _read(self) -> dict[str, Any]:
        found = self._input.read()
        if isinstance(found, WorkingRecord):
            self._record, self._has_record = found, True
            return {"is_record": True}
        return {"value": _fields(found)}

    def _returned(self, asked: _Question) -> None:
        try:
            self._call = self._calls.send(asked)
        except StopIteration:
            self._call, self.is_done = None, True

    def _setup_failed(self, text: str) -> None:
        self._call, self.is_done = None, True
        failure = Failure("udf", text)
        if self._reads_only:
            self._on_result(StreamResult(self._work.function, failure=failure))
            return
        first = self._work.records[0]
        result = CallResult(self._work.function, first.record, first.record, failure=failure)
        self._on_result(NumberedResult(first.line, result))

    def _to(self, scope: int) -> _Call:
        return {"function": self._work.function, "scope": scope, "arguments": self._arguments}

    def _record_calls(self) -> _Calls:
        for one in self._work.records:
            self._record, self._has_record = working_record(one.record), True
            failure, value = _outcome((yield self._to(0)))
            result = CallResult(
                self._work.function,
                before=one.record,
                after=stored_record(one.record, self._record),
                value=value,
                operations=tuple(self._record.operations),
                failure=failure,
            )
            self._on_result(NumberedResult(one.line, result))

    def _stream_calls(self) -> _Calls:
        done: list[NodeResult] = []
        held = partition([one.record for one in self._work.records], self._work.nodes)
        for number, part in enumerate(held, 1):
            self._input, self._output = RecordInput(iter(part)), Output()
            failure, _ = _outcome((yield self._to(SERVER_SCOPE)))
            if failure is not None:
                self._stream_ended(done, failed_at(f"node {number} of {len(held)}", failure))
                return
            done.append(NodeResult(len(part), tuple(self._output.values), 0))
        self._input = ValueInput([value for node in done for value in node.values])
        self._output = Output()
        failure, _ = _outcome((yield self._to(CLIENT_SCOPE)))
        self._stream_ended(done, None if failure is None else failed_at("the client", failure))

    def _stream_ended(self, nodes: list[NodeResult], failure: Failure | None) -> None:
        values = tuple(self._output.values) if failure is None else ()
        self._on_result(StreamResult(self._work.function, values, tuple(nodes), failure=failure))


_NOBODY: dict[str, Any] = {
    "namespace": "",
    "set": "",
    "key": (0, 0, b""),
    "bins": {},
    "ttl": 0,
    "generation": 0,
    "last_update": 0,
}


def _outcome(asked: _Question) -> tuple[Failure | None, Value]:
    if asked.number != _OK:
        return failure_of(asked.number, asked.text), None
    try:
        return None, from_flat(asked.value.flat())
    except UnstorableError as error:
        return Failure("abi", f"the module's result is not an Aerospike value: {error}"), None


def _fields(flat: Flat) -> dict[str, Any]:
    return {"type": flat.type, "integer": flat.integer, "data": flat.data}


def _metadata(record: WorkingRecord) -> dict[str, Any]:
    return {
        "exists": record.exists,
        "ttl": record.ttl,
        "generation": record.generation,
        "last_update": record.last_update,
        "storage_size": record.size,
        "digest": record.digest,
        "namespace": record.namespace,
        "set": record.set_name,
        "key": _fields(record.key),
    }
