"""Applies UDFs of an open module, after a check against its manifest. Blocks; session.py is for asyncio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from modgo_lsp.host.apply import apply_in_store, apply_to_record
from modgo_lsp.host.module import Module, Opened
from modgo_lsp.host.nodes import apply_client_part, apply_to_stream
from modgo_lsp.host.record_store import Store
from modgo_lsp.host.result import CallResult, Failure, StreamResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.values import Value
from modgo_lsp.spelling import did_you_mean

R = TypeVar("R", CallResult, StreamResult)


class Caller:
    """For one thread. `timeout` is in seconds; errors of a call are in the result's `failure`."""

    def __init__(self, module: Module, opened: Opened) -> None:
        self._module = module
        self.opened = opened

    def set_time(self, milliseconds: int) -> None:
        """Sets the time of day that the module reads, in ms since 1970; 0 is the real one. Only for a fence
        with `settable_time`."""
        self._module.pool.set_time(milliseconds)

    def call(
        self,
        function: str,
        arguments: Sequence[Value],
        record: Record,
        timeout: float,
        store: Store | None = None,
    ) -> CallResult:
        """Applies a record UDF. Raises StoreError."""
        if (refused := refusal_of(self.opened, function, "record")) is not None:
            return CallResult(function, record, record, failure=refused)
        if store is None:
            result = apply_to_record(self._module, function, arguments, record, timeout)
        else:
            result = apply_in_store(self._module, function, arguments, record, timeout, store)
        return self._with_signature(result)

    def call_stream(
        self,
        function: str,
        arguments: Sequence[Value],
        records: Sequence[Record],
        nodes: int,
        timeout: float,
    ) -> StreamResult:
        """Applies a stream UDF to records on that many simulated nodes, then its client's part."""
        if (refused := refusal_of(self.opened, function, "stream")) is not None:
            return StreamResult(function, failure=refused)
        return self._with_signature(
            apply_to_stream(self._module, function, arguments, records, nodes, timeout)
        )

    def finish_stream(
        self, function: str, arguments: Sequence[Value], values: Sequence[Value], timeout: float
    ) -> StreamResult:
        """Applies the client's part of a stream UDF to `values`."""
        if (refused := refusal_of(self.opened, function, "stream")) is not None:
            return StreamResult(function, failure=refused)
        return apply_client_part(self._module, function, arguments, values, timeout)

    def _with_signature(self, result: R) -> R:
        """The result; for wrong arguments, with the function's signature as remedy."""
        failure = result.failure
        if failure is None or failure.kind != "usage" or failure.remedy:
            return result
        found = self.opened.function(result.function)
        if found is None or found.name not in failure.message:  # the value itself is invalid
            return result
        explained = msgspec.structs.replace(failure, remedy=f"its signature is {found.signature}")
        return msgspec.structs.replace(result, failure=explained)


def refusal_of(opened: Opened, name: str, kind: str) -> Failure | None:
    """Why the manifest does not allow calling `name` as a UDF of that kind, with the nearest name; None if it
    does, or if there is no manifest."""
    if opened.functions is None:
        return None
    found = opened.function(name)
    if found is None:
        return Failure("usage", f"no function is registered as {name!r}", (), _nearest(opened, name))
    if found.kind == kind:
        return None
    if kind == "record":
        message = f"{name} is a stream UDF, which cannot be called on a single record"
        return Failure("usage", message, (), "call it with --stream and the records of --records")
    return Failure("usage", f"{name} is a record UDF", (), "call it without --stream")


def _nearest(opened: Opened, name: str) -> str:
    names = [function.name for function in opened.functions or ()]
    if not names:
        return "the module registers none"
    return did_you_mean(name, names, f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}")
