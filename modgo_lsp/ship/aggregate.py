"""Runs a stream UDF over the records of a cluster: the nodes run the server's part, a worker on this machine
the client's part.

The official client would run the client's part in its own Lua, from a file named after the module. modgo
gives it a file that returns the nodes' values unchanged.
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

from modgo_lsp.host.fenced import Fence, Grants
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

# The globals that the client's own Lua needs for the stub. A function of such a name would replace them.
_LUA_GLOBALS = frozenset(("apply_stream", "error", "pcall", "stream", "stream_iterator", "type"))


class Scope(msgspec.Struct, frozen=True):
    """The records of a namespace, or of one set in it."""

    namespace: str
    set_name: str | None = None


class Aggregated(msgspec.Struct, frozen=True):
    """`partial` are the nodes' values, unordered; `result` is that of the client's part."""

    partial: tuple[Value, ...]
    result: StreamResult


@contextmanager
def connected_for_stream(access: Access, module: str, function: str) -> Iterator[Cluster]:
    """A connection whose client can run stream UDF `function` of `module`. Raises ShipError."""
    # The client reads the folder's name once, when it is created, and only if the folder exists.
    with tempfile.TemporaryDirectory(prefix="modgo-lua-") as folder:
        stub = f'_G["{function}"] = function(stream) return stream end\n'
        (Path(folder) / f"{module}.lua").write_text(stub)
        with connected(access, Path(folder)) as cluster:
            yield cluster


def name_problem(function: str) -> str:
    """Why the official client can't aggregate with a function of that name; "" if it can."""
    if not _NAME.fullmatch(function):
        return f"clients cannot call a function named {function!r}"
    if function in _LUA_GLOBALS or function.startswith("StreamOps_"):
        return f"the official client needs the name {function} for its own Lua; register it by another name"
    return ""


def node_values(
    cluster: Cluster, scope: Scope, module: str, function: str, arguments: Sequence[Value], seconds: float
) -> Applied:
    """Runs the server's part and returns the nodes' values. Raises ShipError as `apply` does."""
    result = Applied(module, function)
    sent = sendable(cluster, arguments)
    if isinstance(sent, Failure):
        return msgspec.structs.replace(result, failure=sent)
    query = cluster.client.query(scope.namespace, scope.set_name)
    query.apply(module, function, sent)
    started = time.perf_counter_ns()
    try:
        policy = {"total_timeout": int(seconds * 1000), "socket_timeout": int(seconds * 1000)}
        received = cluster.wait(partial(query.results, policy))
        values = tuple(from_client(cluster.aerospike, value) for value in received)
    except cluster.aerospike.exception.AerospikeError as error:
        failure = failed(cluster, error, result, scope.namespace, seconds)
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
    grants: Grants,
) -> Aggregated:
    """Runs the client's part on the nodes' values, in the module at `path`. Raises ToolchainError and
    HostError; other errors are the result's `failure`."""
    try:
        async with Session(path, cc=cc, fence=Fence(grants=grants), package=package) as session:
            done = await session.finish_stream(nodes.function, arguments, nodes.values, timeout=seconds)
            logs = (*session.logs, *done.logs)
    except LoadFailedError as error:
        done, logs = StreamResult(nodes.function, failure=error.failure), error.logs
    done = msgspec.structs.replace(done, logs=logs, elapsed_ns=done.elapsed_ns + nodes.elapsed_ns)
    return Aggregated(nodes.values, done)


def aggregated_json(found: Aggregated) -> dict[str, Any]:
    """The JSON of `modgo apply --stream`: as of `modgo call --stream`, but with one list of nodes' values."""
    found_json = stream_json(found.result)
    if found.result.failure is None:
        del found_json["nodes"]
        found_json["partial"] = [json_of(value) for value in found.partial]
    return found_json


def failed_json(nodes: Applied) -> dict[str, Any]:
    """The same if the nodes' part failed."""
    assert nodes.failure is not None
    return {**failure_json(nodes.failure), "elapsed_ns": nodes.elapsed_ns}
