"""Applies a stream UDF as a cluster does: each node runs the server's part over its records, and the client
runs its part over the nodes' results. Blocks.

The nodes are simulated: they run one after another in one worker.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from modgo_lsp.host.apply import LOG_LEVEL, deadline_after, read_answer, working_record
from modgo_lsp.host.fenced import CLIENT_SCOPE, SERVER_SCOPE
from modgo_lsp.host.host_functions import INPUT, OUTPUT
from modgo_lsp.host.module import Module
from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.record import WorkingRecord, digest_of
from modgo_lsp.host.result import Failure, LogLine, NodeResult, StreamResult
from modgo_lsp.host.sample import Record
from modgo_lsp.host.streams import Input, Output, RecordInput, ValueInput
from modgo_lsp.host.values import Flat, UnstorableError, Value

PARTITIONS = 4096


class _Run:
    """One stream call: its deadline, and the logs and time of its parts."""

    def __init__(self, module: Module, function: str, arguments: list[Flat], timeout: float) -> None:
        self._module = module
        self._function = function
        self._arguments = arguments
        self._timeout = timeout
        self._deadline = deadline_after(timeout)
        self.elapsed_ns = 0
        self.logs: list[LogLine] = []

    def scope(self, scope: int, source: Input) -> tuple[Failure | None, tuple[Value, ...]]:
        """Runs a part of the UDF. Returns its failure or None, and the values that it wrote."""
        module, output = self._module, Output()
        module.table.stream(source, output)
        call = module.table.call(self._deadline, LOG_LEVEL)
        answered = module.pool.apply_stream(self._function, call, scope, (INPUT, OUTPUT), self._arguments)
        failure, _, printed = read_answer(module, self._function, self._timeout, *answered)
        self.logs += module.take_logs(printed)
        self.elapsed_ns += answered[2].nanoseconds
        return failure, tuple(output.values)


def apply_to_stream(
    module: Module,
    function: str,
    arguments: Sequence[Value],
    records: Sequence[Record],
    nodes: int,
    timeout: float,
) -> StreamResult:
    """`timeout` is in seconds, for the nodes and the client together. Every error is in the result's
    `failure`, which names the node."""
    try:
        flats = [to_flat(value) for value in arguments]
        held = partition(records, nodes)
    except UnstorableError as error:
        failure = Failure("usage", f"an argument or bin is not an Aerospike value: {error}")
        return StreamResult(function, failure=failure)
    run = _Run(module, function, flats, timeout)
    done: list[NodeResult] = []
    for number, part in enumerate(held, 1):
        before = run.elapsed_ns
        failed, values = run.scope(SERVER_SCOPE, RecordInput(iter(part)))
        if failed is not None:
            return _result(run, function, done, (), failed_at(f"node {number} of {nodes}", failed))
        done.append(NodeResult(len(part), values, run.elapsed_ns - before))
    failed, values = run.scope(CLIENT_SCOPE, ValueInput([value for node in done for value in node.values]))
    if failed is not None:
        return _result(run, function, done, (), failed_at("the client", failed))
    return _result(run, function, done, values, None)


def apply_client_part(
    module: Module, function: str, arguments: Sequence[Value], values: Sequence[Value], timeout: float
) -> StreamResult:
    """Runs the client's part of a stream UDF over `values`, the results of the nodes of a real cluster. Every
    error is in the result's `failure`."""
    try:
        flats = [to_flat(value) for value in arguments]
    except UnstorableError as error:
        failure = Failure("usage", f"an argument is not an Aerospike value: {error}")
        return StreamResult(function, failure=failure)
    run = _Run(module, function, flats, timeout)
    failed, result = run.scope(CLIENT_SCOPE, ValueInput(values))
    return _result(run, function, [], result, failed_at("the client", failed) if failed is not None else None)


def partition(records: Sequence[Record], nodes: int) -> list[list[WorkingRecord]]:
    """The records of each node, by their digests as in a cluster. Raises UnstorableError."""
    held: list[list[WorkingRecord]] = [[] for _ in range(nodes)]
    for number, record in enumerate(records):
        if record.exists:
            held[_partition_of(record, number) % nodes].append(working_record(record))
    return held


def _partition_of(record: Record, number: int) -> int:
    key = to_flat(record.key)
    digest = digest_of(record.set_name, key)
    if digest is None:
        # No key, or a Python without the hash: another even and stable distribution.
        return zlib.crc32(repr((record.set_name, key, None if record.key is not None else number)).encode())
    return int.from_bytes(digest[:2], "little") % PARTITIONS


def failed_at(where: str, failure: Failure) -> Failure:
    return Failure(failure.kind, f"{where}: {failure.message}", failure.frames, failure.remedy)


def _result(
    run: _Run, function: str, nodes: list[NodeResult], values: tuple[Value, ...], failure: Failure | None
) -> StreamResult:
    return StreamResult(function, values, tuple(nodes), tuple(run.logs), run.elapsed_ns, failure)
