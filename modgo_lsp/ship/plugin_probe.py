"""Checks that the nodes of a cluster run Go modules. A server without the plugin accepts any *.so."""

from __future__ import annotations

from contextlib import suppress

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError
from modgo_lsp.ship.failure import usage_error
from modgo_lsp.ship.module_listing import refused
from modgo_lsp.ship.udf_registry import put_file, remove_file

# Not a module: the plugin refuses it, and the server does not store it.
PROBE = "modgo-probe.so"
_CONTENT = b"modgo asks whether this node runs Go modules.\n"


def check_plugin(cluster: Cluster) -> None:
    """Raises ShipError if a node accepts a file that is not a Go module."""
    without = [node for node in cluster.nodes() if not _has_plugin(cluster, node)]
    if without:
        nodes = ", ".join(map(str, without))
        verb = "does" if len(without) == 1 else "do"
        raise usage_error(
            f"{nodes} {verb} not run Go modules: the plugin libmod_go_asd.so is not loaded there",
            "start the server with it, as docs/server.md describes (--no-probe skips this check)",
        )


def _has_plugin(cluster: Cluster, node: Node) -> bool:
    try:
        put_file(cluster, node, PROBE, _CONTENT)
    except RefusedError as refusal:
        if refusal.forbidden:
            raise refused(refusal, node) from None
        return True
    except NodeError:
        return True  # wait_for will report that it does not answer
    with suppress(NodeError):
        remove_file(cluster, node, PROBE)
    return False
