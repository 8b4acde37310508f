"""Waits until every node of a cluster has the same UDF files.

One node answers a put; the others read the file from the cluster's metadata later.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Mapping

from modgo_lsp.plural import counted
from modgo_lsp.ship.cluster import Cluster, Node, NodeError
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.udf_registry import get_file, list_files

_PAUSE_SECONDS = 0.1


def wait_for(
    cluster: Cluster,
    present: Mapping[str, bytes],
    absent: Collection[str],
    seconds: float,
    report: Callable[[str], None],
) -> tuple[Node, ...]:
    """Returns the nodes as soon as each has the files `present` with exactly this content, and none of
    `absent`. Raises ShipError after `seconds`; it names the other nodes and what they lack."""
    digests = {name: hashlib.sha256(content).digest() for name, content in present.items()}
    until = time.monotonic() + seconds
    done: set[Node] = set()
    while True:
        lacks: dict[Node, str] = {}
        nodes = cluster.nodes()
        for node in nodes:
            if node not in done and (problem := _lack(cluster, node, digests, absent)):
                lacks[node] = problem
            else:
                done.add(node)
        lacks.update(dict.fromkeys(cluster.known.difference(nodes), "left the cluster"))
        unreachable = 0 if lacks else cluster.size() - len(nodes)
        if nodes and not lacks and unreachable <= 0:
            return nodes
        report(f"waiting for {counted(len(lacks) + max(unreachable, 0), 'node')}")
        if time.monotonic() >= until:
            raise _too_late(lacks, unreachable, nodes, seconds)
        time.sleep(_PAUSE_SECONDS)


def _lack(cluster: Cluster, node: Node, digests: Mapping[str, bytes], absent: Collection[str]) -> str:
    """The first difference on a node, "" if there is none."""
    try:
        there = {file.name for file in list_files(cluster, node)}
        if missing := [name for name in digests if name not in there]:
            return f"lacks {', '.join(missing)}"
        if left := [name for name in absent if name in there]:
            return f"still has {', '.join(left)}"
        for name, digest in digests.items():
            if hashlib.sha256(get_file(cluster, node, name)).digest() != digest:
                return f"has other content in {name}"
    except NodeError as error:
        return f"does not answer ({error})"
    return ""


def _too_late(
    lacks: Mapping[Node, str], unreachable: int, nodes: Collection[Node], seconds: float
) -> ShipError:
    if not nodes:
        reasons = "no node of the cluster can be reached any more"
    elif lacks:
        reasons = "; ".join(f"{node} {problem}" for node, problem in sorted(lacks.items()))
    else:
        reasons = f"the cluster has {counted(unreachable, 'node')} more than modgo can reach"
    return ShipError(
        f"not every node has the module after {seconds:g} s: {reasons}",
        "check that those nodes run and are part of the cluster, then run the command again "
        "(allow more time with --timeout)",
    )
