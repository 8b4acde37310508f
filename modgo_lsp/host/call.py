"""Applies one function of a module to one record, in a child process, and says what came of it.

Not for: reading arguments and samples from text (json_forms.py, sample.py) or showing results (cli).
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

import msgspec

from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.host.dialect import from_flat, to_flat
from modgo_lsp.host.load import LOAD_SECONDS, LoadFailedError, Opened, open_module
from modgo_lsp.host.native import libmod_go
from modgo_lsp.host.result import CallResult, Failure, FailureKind
from modgo_lsp.host.sample import Record
from modgo_lsp.host.session import ChildDiedError, ChildTooSlowError, Session
from modgo_lsp.host.values import STRING, Flat, UnstorableError, Value
from modgo_lsp.model.package import Package
from modgo_lsp.rules.nearest import nearest

CALL_SECONDS = 10.0

# A function that looks at its deadline gets this long to say so, before its process is killed.
_GRACE_SECONDS = 0.5
_TRACE = 4

_OK, _FAILED = 0, 3
_KINDS: dict[int, FailureKind] = {
    1: "usage",
    2: "usage",
    3: "udf",
    4: "panic",
    5: "timeout",
    6: "abi",
    7: "abi",
}

_FRAME = re.compile(r"^(?P<place>\S+:\d+)(?:\s.*)?$")


async def call_function(
    path: Path,
    function: str,
    arguments: Sequence[Value] = (),
    record: Record | None = None,
    *,
    timeout: float = CALL_SECONDS,
    cc: str | None = None,
    package: Package | None = None,
) -> CallResult:
    """Applies `function` of the module at `path`. Without a `record` one that does not exist is given.

    `timeout` is in seconds. Raises ToolchainError where libmod_go cannot be had, and HostError where no
    child can be started; everything else that goes wrong is the result's `failure`.
    """
    record = record or Record()
    library = await libmod_go(await discover_cc(cc))
    session = Session()
    result = CallResult(function, record, record)
    try:
        async with session:
            opened = await open_module(session, library, path, LOAD_SECONDS, package)
            _check_function(opened, function)
            result = _result(result, await _apply(session, function, arguments, record, timeout), timeout)
    except LoadFailedError as error:
        result = msgspec.structs.replace(result, failure=error.failure, findings=error.findings)
    except _CallFailedError as error:
        result = msgspec.structs.replace(result, failure=error.failure)
    return msgspec.structs.replace(result, logs=tuple(session.logs))


class _CallFailedError(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def _check_function(opened: Opened, name: str) -> None:
    """Refuses what the manifest says can't be called, with the nearest name that can."""
    if opened.functions is None:
        return
    found = next((function for function in opened.functions if function.name == name), None)
    if found is None:
        raise _CallFailedError(
            Failure("usage", f"no function is registered as {name!r}", (), _nearest(opened, name))
        )
    if found.kind == "stream":
        message = f"{name} is a stream UDF, and those cannot be called on a single record"
        raise _CallFailedError(Failure("usage", message))


def _nearest(opened: Opened, name: str) -> str:
    names = [function.name for function in opened.functions or ()]
    if not names:
        return "the module registers none"
    if near := nearest(name, names):
        return f"did you mean {near}?"
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}"


async def _apply(
    session: Session, function: str, arguments: Sequence[Value], record: Record, timeout: float
) -> dict[str, Any]:
    try:
        flats = [to_flat(value) for value in arguments]
        facts = {
            "namespace": record.namespace,
            "set": record.set_name,
            "key": to_flat(record.key),
            "bins": {name: to_flat(value) for name, value in record.bins.items()},
            "ttl": record.ttl,
            "generation": record.generation,
            "last_update": int(time.time() * 1000) if record.exists else 0,
        }
    except UnstorableError as error:
        raise _CallFailedError(
            Failure("usage", f"an argument or bin is no Aerospike value: {error}")
        ) from None
    try:
        return await session.ask(
            "apply",
            timeout + _GRACE_SECONDS,
            function=function,
            arguments=flats,
            record=facts,
            timeout=timeout,
            log_level=_TRACE,
        )
    except ChildDiedError as error:
        raise _CallFailedError(
            Failure("crash", f"{function}: {error.words.message}", error.words.frames)
        ) from None
    except ChildTooSlowError:
        message = f"{function} did not return within {timeout:g} s, so its process was stopped"
        raise _CallFailedError(Failure("timeout", message)) from None


def _result(result: CallResult, answer: dict[str, Any], timeout: float) -> CallResult:
    status, value = answer["status"], Flat(*answer["value"])
    after = msgspec.structs.replace(
        result.before,
        bins={name: from_flat(Flat(*flat)) for name, flat in answer["bins"].items()},
        ttl=answer["ttl"],
        generation=answer["generation"],
    )
    result = msgspec.structs.replace(
        result, after=after, operations=tuple(answer["operations"]), elapsed_ns=answer["elapsed_ns"]
    )
    if status != _OK:
        failure = _failure(status, value)
        if status == _FAILED and result.elapsed_ns >= timeout * 1e9:
            # The UDF saw its context end and said so; for the caller that is a time-out all the same.
            message = f"{result.function} did not return within {timeout:g} s: {failure.message}"
            failure = msgspec.structs.replace(failure, kind="timeout", message=message)
        return msgspec.structs.replace(result, failure=failure)
    try:
        return msgspec.structs.replace(result, value=from_flat(value))
    except UnstorableError as error:
        return msgspec.structs.replace(
            result, failure=Failure("abi", f"the module's answer is no value: {error}")
        )


def _failure(status: int, value: Flat) -> Failure:
    """The message and, from its end, the lines that are frames."""
    text = value.data.decode("utf-8", "replace") if value.type == STRING else ""
    lines = text.rstrip("\n").split("\n")
    frames: list[str] = []
    while len(lines) > 1 and (match := _FRAME.match(lines[-1])):
        frames.insert(0, PurePath(match["place"]).name)
        lines.pop()
    message = "\n".join(lines).strip() or f"the module answered status {status} and no message"
    return Failure(_KINDS.get(status, "abi"), message, tuple(frames))
