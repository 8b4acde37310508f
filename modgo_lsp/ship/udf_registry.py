"""Lists, gets, puts and removes a node's UDF files, with info commands: the client's own functions refuse
files that the server accepts.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError

# A put is answered once it is in the server's metadata, which may take long in a busy cluster.
_PUT_SECONDS = 30.0


class RemoteFile(msgspec.Struct, frozen=True):
    """A UDF file on a node. `hash` is the server's, of the file's metadata: only for comparing nodes."""

    name: str
    hash: str


def list_files(cluster: Cluster, node: Node) -> tuple[RemoteFile, ...]:
    """The node's UDF files, sorted by name. Raises NodeError."""
    found = []
    for entry in cluster.info(node, "udf-list").split(";"):
        fields = _fields(entry, ",")
        if "filename" in fields:
            found.append(RemoteFile(fields["filename"], fields.get("hash", "")))
    return tuple(sorted(found, key=lambda one: one.name))


def get_file(cluster: Cluster, node: Node, name: str) -> bytes:
    """The content of a file on the node's disk. Raises NodeError."""
    fields = _fields(cluster.info(node, f"udf-get:filename={name}"), ";")
    try:
        return base64.b64decode(fields.get("content", ""), validate=True)
    except binascii.Error:
        raise NodeError(f"the node's answer for {name} is not base64") from None


def put_file(cluster: Cluster, node: Node, name: str, content: bytes) -> bool:
    """Puts a file into the cluster through one node, which checks it first. Returns whether all nodes have
    confirmed it within the server's own timeout. Raises NodeError."""
    encoded = base64.b64encode(content).decode()
    command = f"udf-put:filename={name};content={encoded};content-len={len(encoded)};udf-type=LUA;"
    return _change(cluster, node, command)


def remove_file(cluster: Cluster, node: Node, name: str) -> None:
    """Removes a file from the cluster through one node. Raises RefusedError and NodeError."""
    _change(cluster, node, f"udf-remove:filename={name};")


def _change(cluster: Cluster, node: Node, command: str) -> bool:
    try:
        cluster.change(node, command, _PUT_SECONDS)
    except RefusedError as refusal:
        # The change is under way, but a node has not answered; node_agreement.py finds out which.
        if str(refusal) != "timeout":
            raise
        return False
    return True


def _fields(text: str, separator: str) -> dict[str, str]:
    pairs = (word.partition("=") for word in text.split(separator))
    return {key.strip(): value for key, sign, value in pairs if sign}
