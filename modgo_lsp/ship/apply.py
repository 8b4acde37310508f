"""Applies a function of a deployed module to a record of a cluster."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.result import Failure
from modgo_lsp.host.sample import Record, sample_json
from modgo_lsp.host.values import UnstorableError, Value
from modgo_lsp.ship.client_values import from_client, to_client
from modgo_lsp.ship.cluster import Cluster, NodeError, error_text
from modgo_lsp.ship.failed_calls import NO_FUNCTION, NO_MODULE, failure_of, is_of_udf
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.module_listing import survey
from modgo_lsp.ship.module_name import SUFFIX, stem
from modgo_lsp.spelling import did_you_mean

APPLY_SECONDS = 10.0


class Applied(msgspec.Struct, frozen=True):
    """The result of one call or, with any number of `values`, of one aggregation. The client measured
    `elapsed_ns`."""

    module: str
    function: str
    values: tuple[Value, ...] = ()
    elapsed_ns: int = 0
    failure: Failure | None = None


def apply(
    cluster: Cluster, key: Record, module: str, function: str, arguments: Sequence[Value], seconds: float
) -> Applied:
    """Applies a function to the record of `key`, within `seconds` in all. Errors of the call are the result's
    `failure`; others raise ShipError."""
    result = Applied(module, function)
    sent = sendable(cluster, arguments)
    if isinstance(sent, Failure):
        return msgspec.structs.replace(result, failure=sent)
    where = (key.namespace, key.set_name, key.key)
    # Without retries, because a function may not be idempotent.
    policy = {"total_timeout": int(seconds * 1000), "socket_timeout": int(seconds * 1000), "max_retries": 0}
    started = time.perf_counter_ns()
    try:
        received = cluster.wait(partial(cluster.client.apply, where, module, function, sent, policy))
        values = (from_client(cluster.aerospike, received),)
    except cluster.aerospike.exception.AerospikeError as error:
        failure = failed(cluster, error, result, key.namespace, seconds)
        return msgspec.structs.replace(result, failure=failure, elapsed_ns=time.perf_counter_ns() - started)
    except UnstorableError as error:
        return msgspec.structs.replace(result, failure=Failure("abi", str(error)))
    return msgspec.structs.replace(result, values=values, elapsed_ns=time.perf_counter_ns() - started)


def sendable(cluster: Cluster, arguments: Sequence[Value]) -> list[Any] | Failure:
    """The arguments as values of the client, or why one can't be sent."""
    sent = []
    for number, value in enumerate(arguments, 1):
        try:
            sent.append(to_client(cluster.aerospike, value))
        except UnstorableError as error:
            return Failure("usage", f"argument {number} cannot be sent: {error}")
    return sent


def failed(cluster: Cluster, error: Exception, call: Applied, namespace: str, seconds: float) -> Failure:
    """The failure of a call from the client's exception. Raises ShipError if it is not about the call."""
    exceptions = cluster.aerospike.exception
    text = error_text(error)
    if text == NO_MODULE:
        return _no_module(cluster, call.module)
    if text == NO_FUNCTION:
        return _no_function(cluster, call)
    if isinstance(error, exceptions.UDFError) or is_of_udf(text):
        return failure_of(text)
    if isinstance(error, exceptions.TimeoutError):
        message = f"{call.function} did not return within {seconds:g} s"
        return Failure("timeout", message, remedy="allow more time with --timeout")
    if isinstance(error, exceptions.NamespaceNotFound):
        return Failure("usage", f"the cluster has no namespace {namespace}", remedy=_namespaces(cluster))
    if isinstance(error, exceptions.ParamError):
        return Failure("usage", f"the client refuses the call: {text}")
    raise ShipError(f"the cluster refused the call: {text}", "see the server's log")


def applied_json(result: Applied, key: Record) -> dict[str, Any]:
    """The JSON of `modgo apply`: as of `modgo call`, without what only a local host knows."""
    if result.failure is not None:
        return {**failure_json(result.failure), "elapsed_ns": result.elapsed_ns}
    return {
        "ok": True,
        "result": json_of(result.values[0]),
        "key": sample_json(key)["key"],
        "elapsed_ns": result.elapsed_ns,
    }


def failure_json(failure: Failure) -> dict[str, Any]:
    message = f"{failure.message}; {failure.remedy}" if failure.remedy else failure.message
    return {"ok": False, "error": {"kind": failure.kind, "message": message, "frames": list(failure.frames)}}


def _no_module(cluster: Cluster, module: str) -> Failure:
    """A server gives the same error for a missing module and for one that it can't load."""
    names = sorted({stem(filename) for filename in survey(cluster).names()})
    if module in names:
        message = f"the node cannot run {module}"
        return Failure(
            "abi", message, remedy="see `modgo modules` for missing files and the server's log for the reason"
        )
    remedy = did_you_mean(
        module, names, f"it has {', '.join(names)}" if names else "deploy it with `modgo deploy`"
    )
    return Failure("usage", f"the cluster has no module {module}", remedy=remedy)


def _no_function(cluster: Cluster, call: Applied) -> Failure:
    """Lua ran the call: the module is in Lua, or the node does not run Go modules."""
    if f"{call.module}{SUFFIX}" in survey(cluster).names():
        message = f"the node of this record does not run Go modules, so it cannot run {call.module}"
        return Failure("abi", message, remedy="start it with the plugin, as docs/server.md describes")
    return Failure("usage", f"the module {call.module} has no function {call.function}")


def _namespaces(cluster: Cluster) -> str:
    for node in cluster.nodes():
        try:
            return f"it has {', '.join(cluster.info(node, 'namespaces').split(';'))}"
        except NodeError:
            continue
    return ""
