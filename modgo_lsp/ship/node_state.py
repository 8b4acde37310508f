"""The state of a module on a node, which the server's plugin writes beside the files (docs/server-files.md).

A node that has a module's files may be unable to load it: its C library may be too old, for example.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Collection
from typing import Literal, cast

import msgspec

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError
from modgo_lsp.ship.failure import ShipError
from modgo_lsp.ship.udf_registry import get_file

Word = Literal["loading", "loaded", "waiting", "refused"]

_PAUSE_SECONDS = 0.2
_STATE = re.compile(
    r"modgo-state 1\nfile-sha256 ([0-9a-f]{64})\nstate (loading|loaded|waiting|refused)\n(?:why (.*)\n)?"
)


class State(msgspec.Struct, frozen=True):
    """`file_sha256` identifies the server's file NAME.so. `why` is "" for a loaded module."""

    file_sha256: str
    word: Word
    why: str


def parse_state(content: bytes) -> State | None:
    """Parses a state file; None if it is not one."""
    found = _STATE.fullmatch(content.decode("utf-8", "replace"))
    return None if found is None else State(found[1], cast(Word, found[2]), found[3] or "")


def read_state(cluster: Cluster, node: Node, module: str) -> State | None:
    """The state of a module on a node; None without the plugin, or before it has read the module. Raises
    NodeError."""
    try:
        return parse_state(get_file(cluster, node, f"{module}.state"))
    except RefusedError:
        return None


def wait_loaded(
    cluster: Cluster,
    module: str,
    file: bytes,
    nodes: Collection[Node],
    seconds: float,
    report: Callable[[str], None],
) -> None:
    """Returns when every node has loaded the module whose file NAME.so has the content `file`. Raises
    ShipError if a node can't load it, with its reason, or has not after `seconds`."""
    digest = hashlib.sha256(file).hexdigest()
    until = time.monotonic() + seconds
    left = set(nodes)
    while True:
        refused: dict[Node, str] = {}
        for node in sorted(left):
            state = _state(cluster, node, module, digest)
            if state is not None and state.word == "loaded":
                left.discard(node)
            elif state is not None and state.word == "refused":
                refused[node] = state.why
        if refused:
            reasons = "; ".join(f"{node}: {why}" for node, why in sorted(refused.items()))
            raise ShipError(
                f"every node has the files of {module}, but cannot load it: {reasons}",
                "calls of it fail there (a version loaded before still runs until the node restarts); "
                "deploy a module that loads, or run `modgo undeploy`",
            )
        if not left:
            return
        report(f"waiting for {len(left)} of {len(nodes)} nodes to load it")
        if time.monotonic() >= until:
            raise ShipError(
                f"every node has the files of {module}, but has not loaded it after {seconds:g} s: "
                f"{', '.join(map(str, sorted(left)))}",
                "see the server's log there; its libmod_go_asd.so must not be older than this modgo",
            )
        time.sleep(_PAUSE_SECONDS)


def _state(cluster: Cluster, node: Node, module: str, file_sha256: str) -> State | None:
    """The node's state if it is of exactly this file."""
    try:
        state = read_state(cluster, node, module)
    except NodeError:
        return None
    return state if state is not None and state.file_sha256 == file_sha256 else None
