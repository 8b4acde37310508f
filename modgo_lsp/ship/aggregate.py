"""Runs a stream UDF over the records of a cluster: its nodes run the server's part, a worker on this machine
the client's.

The official client runs the client's part in its own Lua, from a file with the module's name. It is given a
file that passes the nodes' values on unchanged.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.result import Failure, StreamResult, stream_json
from modgo_lsp.host.session import Session
from modgo_lsp.host.values import UnstorableError, Value
from modgo_lsp.model.package import Package
from modgo_lsp.ship.apply import Applied, failed, failure_json, sendable
from modgo_lsp.ship.client_values import from_client
from modgo_lsp.ship.cluster import Cluster, connected
from modgo_lsp.ship.cluster_access import Access

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# What the client's own Lua calls while it runs the stub. A function of such a name would take its place.
_TAKEN = frozenset(("apply_stream", "error", "pcall", "stream", "stream_iterator", "type"))


class Place(msgspec.Struct, frozen=True):
    """Whose records: a namespace's, or of one set of it."""

    namespace: str
    set_name: str | None = None


class Aggregated(msgspec.Struct, frozen=True):
    """`partial` is what the nodes gave, in no order; `result` what the client's part made of it."""

    partial: tuple[Value, ...]
    result: StreamResult


@contextmanager
def connected_for_stream(access: Access, module: str, function: str) -> Iterator[Cluster]:
    """A cluster whose client can run stream UDF `function` of `module`. Raises ShipError."""
    # The client reads its folder's name once, when it is made, and only where the folder is there.
    with tempfile.TemporaryDirectory(prefix="modgo-lua-") as folder:
        stub = f'_G["{function}"] = function(stream) return stream end\n'
        (Path(folder) / f"{module}.lua").write_text(stub)
        with connected(access, Path(folder)) as cluster:
            yield cluster


def name_problem(function: str) -> str:
    """Why the official client can't aggregate with a function of that name, "" where it can."""
    if not _NAME.fullmatch(function):
        return f"{function!r} is no name that a client can call"
    if function in _TAKEN or function.startswith("StreamOps_"):
        return f"the official client needs the name {function} in its own Lua; register another beside it"
    return ""


def node_values(
    cluster: Cluster, place: Place, module: str, function: str, arguments: Sequence[Value], seconds: float
) -> Applied:
    """What the nodes give. Raises ShipError as `apply` does."""
    result = Applied(module, function)
    sent = sendable(cluster, arguments)
    if isinstance(sent, Failure):
        return msgspec.structs.replace(result, failure=sent)
    query = cluster.client.query(place.namespace, place.set_name)
    query.apply(module, function, sent)
    started = time.perf_counter_ns()
    try:
        policy = {"total_timeout": int(seconds * 1000), "socket_timeout": int(seconds * 1000)}
        gave = cluster.wait(partial(query.results, policy))
        values = tuple(from_client(cluster.aerospike, value) for value in gave)
    except cluster.aerospike.exception.AerospikeError as error:
        failure = failed(cluster, error, result, place.namespace, seconds)
        return msgspec.structs.replace(result, failure=failure)
    except UnstorableError as error:
        return msgspec.structs.replace(result, failure=Failure("abi", str(error)))
    return msgspec.structs.replace(result, values=values, elapsed_ns=time.perf_counter_ns() - started)


async def finish(
    nodes: Applied,
    path: Path,
    arguments: Sequence[Value],
    seconds: float,
    cc: str | None,
    package: Package | None,
) -> Aggregated:
    """Runs the client's part of what the nodes gave, in the module at `path`. Raises ToolchainError and
    HostError; all else that goes wrong is the result's `failure`."""
    try:
        async with Session(path, cc=cc, fence=Fence(), package=package) as session:
            done = await session.finish_stream(nodes.function, arguments, nodes.values, timeout=seconds)
            logs = (*session.logs, *done.logs)
    except LoadFailedError as error:
        done, logs = StreamResult(nodes.function, failure=error.failure), error.logs
    done = msgspec.structs.replace(done, logs=logs, elapsed_ns=done.elapsed_ns + nodes.elapsed_ns)
    return Aggregated(nodes.values, done)


def aggregated_json(found: Aggregated) -> dict[str, Any]:
    """The JSON of `modgo apply --stream`: that of `modgo call --stream`, with the nodes' values as one."""
    found_json = stream_json(found.result)
    if found.result.failure is None:
        del found_json["nodes"]
        found_json["partial"] = [json_of(value) for value in found.partial]
    return found_json


def failed_json(nodes: Applied) -> dict[str, Any]:
    """The same where the nodes came to no end."""
    assert nodes.failure is not None
    return {**failure_json(nodes.failure), "elapsed_ns": nodes.elapsed_ns}
