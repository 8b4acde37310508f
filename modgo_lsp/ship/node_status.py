"""What each node of a cluster runs: a file that the server's plugin writes (docs/server-files.md), with the
mode, the fence and the counters of the node's modules. A node without the plugin has no such file.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Any, Literal

import msgspec

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError
from modgo_lsp.ship.failure import usage_error
from modgo_lsp.ship.module_listing import refused
from modgo_lsp.ship.udf_registry import get_file

FILE = "modgo-node.status"

_NO_PLUGIN = "the plugin libmod_go_asd.so is not loaded there"
NO_PLUGIN = f"does not run Go modules: {_NO_PLUGIN}"

Calls = Literal["ok", "not_found", "bad_arguments", "failed", "panic", "deadline", "refused", "internal"]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Second = Annotated[int, msgspec.Meta(ge=0, le=253_402_214_400)]  # datetime's last year


class ModuleStatus(msgspec.Struct, frozen=True):
    """The counters of a module on a node since it was loaded. `latency[i]` counts the timed calls that took
    at least 2^i ns and less than twice that. `workers` and what follows are None for an unfenced module;
    `memory` is in bytes."""

    name: str
    calls: dict[Calls, _Count]
    latency: Annotated[list[_Count], msgspec.Meta(min_length=64, max_length=64)]
    workers: _Count | None = None
    busy: _Count | None = None
    memory: _Count | None = None
    restarts: _Count | None = None
    failed_starts: _Count | None = None
    crashes: _Count | None = None
    timeouts: _Count | None = None
    replacements: _Count | None = None
    dropped_output: _Count | None = None

    @property
    def all_calls(self) -> int:
        return sum(self.calls.values())

    @property
    def failed_calls(self) -> int:
        return self.all_calls - self.calls.get("ok", 0)


class NodeStatus(msgspec.Struct, frozen=True):
    """`fence` is "" in an unfenced node. `lacks` is what the node's kernel lacks for the fence, "" for
    nothing. `since` is when the plugin started, in seconds since 1970."""

    version: int = msgspec.field(name="modgo-node")
    server: str
    mode: Literal["fenced", "unfenced"]
    fence: Literal["", "standard", "strict", "off"]
    lacks: str
    since: _Second
    modules: tuple[ModuleStatus, ...]


class NodeReport(msgspec.Struct, frozen=True):
    """A node and its status; without one, `problem` says why it is not known to run Go modules."""

    node: Node
    status: NodeStatus | None
    problem: str = ""


_DECODER = msgspec.json.Decoder(NodeStatus)


def parse_status(content: bytes) -> NodeStatus | None:
    """Parses a status file; None if it is not one of this version."""
    try:
        status = _DECODER.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return status if status.version == 1 else None


def ask_nodes(cluster: Cluster) -> tuple[NodeReport, ...]:
    """Asks each node whether it runs Go modules. Raises ShipError if the user may not ask."""
    return tuple(_ask(cluster, node) for node in cluster.nodes())


def check_plugin(cluster: Cluster) -> None:
    """Raises ShipError if a node answers that it does not run Go modules."""
    without = [str(one.node) for one in ask_nodes(cluster) if one.problem == NO_PLUGIN]
    if without:
        verb = "does" if len(without) == 1 else "do"
        raise usage_error(
            f"{', '.join(without)} {verb} not run Go modules: {_NO_PLUGIN}",
            "start the server with it, as docs/server.md describes (--no-probe skips this check)",
        )


def _ask(cluster: Cluster, node: Node) -> NodeReport:
    try:
        status = parse_status(get_file(cluster, node, FILE))
    except RefusedError as refusal:
        if refusal.forbidden:
            raise refused(refusal, node) from None
        return NodeReport(node, None, NO_PLUGIN)
    except NodeError as error:
        return NodeReport(node, None, f"does not answer: {error}")
    if status is None:
        return NodeReport(node, None, "has a plugin of another version than this modgo")
    return NodeReport(node, status)


def report_json(report: NodeReport) -> dict[str, Any]:
    """`runs_go` and the node's status; a module's latency as the percentiles that the texts show."""
    found: dict[str, Any] = {"name": report.node.name, "address": report.node.address}
    status = report.status
    if status is None:
        return {**found, "runs_go": False, "problem": report.problem}
    return {
        **found,
        "runs_go": True,
        "server": status.server,
        "mode": status.mode,
        "fence": status.fence,
        "lacks": status.lacks,
        "since": datetime.fromtimestamp(status.since, timezone.utc).isoformat(),
        "modules": [_module_json(module) for module in status.modules],
    }


def _module_json(module: ModuleStatus) -> dict[str, Any]:
    found = msgspec.structs.asdict(module)
    del found["latency"]
    times = {f"p{percent}_us": percentile_us(module.latency, percent) for percent in (50, 99)}
    return {**{key: value for key, value in found.items() if value is not None}, **times}


def percentile_us(latency: list[int], percent: int) -> float | None:
    """The time in microseconds that so many percent of the timed calls took at most, rounded up to a power of
    two of nanoseconds; None if none was timed."""
    total, seen = sum(latency), 0
    for power, count in enumerate(latency):
        seen += count
        if total and seen * 100 >= total * percent:
            return float(2 ** (power + 1)) / 1000
    return None
