"""Applies a record UDF of an open module to one record. Blocks."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import PurePath

import msgspec

from modgo_lsp.host.crash_output import read_crash_output
from modgo_lsp.host.fenced import Outcome
from modgo_lsp.host.host_functions import RECORD
from modgo_lsp.host.module import Module
from modgo_lsp.host.msgpack_dialect import from_flat, to_flat
from modgo_lsp.host.record import WorkingRecord
from modgo_lsp.host.record_store import Store
from modgo_lsp.host.result import CallResult, Failure, FailureKind
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import STRING, Flat, UnstorableError, Value

LOG_LEVEL = 4  # all

_OK, _FAILED, _DEADLINE = 0, 3, 5
# By status of a call; any other is a defect of module or host.
_KINDS: dict[int, FailureKind] = {1: "usage", 2: "usage", 3: "udf", 4: "panic", 5: "timeout"}

_NO_BINS = "the record was created without bins, and Aerospike stores no record without bins"

_FRAME = re.compile(r"^(?P<place>\S+:\d+)(?:\s.*)?$")


def apply_to_record(
    module: Module, function: str, arguments: Sequence[Value], record: Record, timeout: float
) -> CallResult:
    """`timeout` is in seconds. Every error is in the result's `failure`."""
    result = CallResult(function, record, record)
    try:
        flats = [to_flat(value) for value in arguments]
        working = working_record(record)
    except UnstorableError as error:
        failure = Failure("usage", f"an argument or bin is not an Aerospike value: {error}")
        return msgspec.structs.replace(result, failure=failure)
    module.table.work_on(working)
    call = module.table.call(deadline_after(timeout), LOG_LEVEL)
    status, answer, outcome = module.pool.apply(function, call, RECORD, flats)
    failed, value, printed = read_answer(module, function, timeout, status, answer, outcome)
    if failed is None and "create" in working.operations and not working.stored and not record.exists:
        failed, value = Failure("udf", f"{function}: {_NO_BINS}"), None
    return msgspec.structs.replace(
        result,
        after=stored_record(record, working) if failed is None else record,
        value=value,
        operations=tuple(working.operations),
        logs=module.take_logs(printed),
        elapsed_ns=outcome.nanoseconds,
        failure=failed,
    )


def apply_in_store(
    module: Module, function: str, arguments: Sequence[Value], record: Record, timeout: float, store: Store
) -> CallResult:
    """Applies the UDF to the record with that key in a store, and writes the result back. If the store lacks
    it, `record` is used and, if it exists, written. Raises StoreError."""
    with store.locked():
        found = store.read(record)
        result = apply_to_record(module, function, arguments, found or record, timeout)
        if result.operations:
            store.write(result.after)
        elif found is None and record.exists:
            store.write(record)
    return result


def working_record(record: Record) -> WorkingRecord:
    """The record that a call works on. Raises UnstorableError."""
    return WorkingRecord(
        {
            "namespace": record.namespace,
            "set": record.set_name,
            "key": to_flat(record.key),
            "bins": {name: to_flat(value) for name, value in record.bins.items()},
            "ttl": record.ttl,
            "generation": record.generation,
            "last_update": (record.last_update or int(time.time() * 1000)) if record.exists else 0,
        }
    )


def stored_record(before: Record, working: WorkingRecord) -> Record:
    """The stored record after a call that succeeded: one that fails stores nothing."""
    if not working.operations:
        return before
    return msgspec.structs.replace(
        before,
        bins={name: from_flat(flat) for name, flat in working.stored.items()},
        ttl=working.ttl,
        generation=working.generation,
        last_update=0,
    )


def deadline_after(seconds: float) -> int:
    """The deadline `seconds` from now, of the monotonic clock, in ns."""
    return time.monotonic_ns() + int(seconds * 1e9)


def read_answer(
    module: Module, function: str, timeout: float, status: int, answer: Flat, outcome: Outcome
) -> tuple[Failure | None, Value, str]:
    """The failure or None, the value, and what the call printed, without its crash output."""
    printed = module.printed()
    if outcome.crashed and outcome.code is not None:
        crash = read_crash_output(
            outcome.code, printed, module.fence.memory, memory_limit_reached=outcome.memory_limit_reached
        )
        return Failure("crash", f"{function}: {crash.message}", crash.frames), None, crash.printed
    if outcome.crashed:
        return Failure("crash", _text(answer)), None, printed
    if outcome.timed_out:
        message = f"{function} did not return within {timeout:g} s, so its process was stopped"
        return Failure("timeout", message), None, printed
    if status != _OK:
        failure = failure_of(status, _text(answer))
        late = status == _DEADLINE or (status == _FAILED and outcome.nanoseconds >= timeout * 1e9)
        if late:
            # The UDF returned an error because its context ended: for the caller, too, that is a timeout.
            message = f"{function} did not return within {timeout:g} s: {failure.message}"
            failure = msgspec.structs.replace(failure, kind="timeout", message=message)
        return failure, None, printed
    try:
        return None, from_flat(answer), printed
    except UnstorableError as error:
        return Failure("abi", f"the module's result is not an Aerospike value: {error}"), None, printed


def _text(flat: Flat) -> str:
    return flat.data.decode("utf-8", "replace") if flat.type == STRING else ""


def failure_of(status: int, text: str) -> Failure:
    """Parses the error text of a call: the message, followed by the lines of its frames."""
    lines = text.rstrip("\n").split("\n")
    frames: list[str] = []
    while len(lines) > 1 and (match := _FRAME.match(lines[-1])):
        frames.insert(0, PurePath(match["place"]).name)
        lines.pop()
    message = "\n".join(lines).strip() or f"the module returned status {status} without a message"
    return Failure(_KINDS.get(status, "abi"), message, tuple(frames))
