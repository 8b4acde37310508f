"""The UDF files of a node: list, get, put and remove, by the server's info commands.

Raw info commands, because the client's own functions refuse files that the server accepts.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from modgo_lsp.ship.cluster import Cluster, Node, NodeError, RefusedError

# A put is answered when the server's metadata has taken it, which a busy cluster may need a while for.
_PUT_SECONDS = 30.0


class RemoteFile(msgspec.Struct, frozen=True):
    """A UDF file on a node. `hash` is the server's, of content and name as its metadata keeps them: equal
    where files are, and of no use for anything else."""

    name: str
    hash: str


def list_files(cluster: Cluster, node: Node) -> tuple[RemoteFile, ...]:
    """The node's UDF files by name. Raises NodeError."""
    found = []
    for entry in cluster.info(node, "udf-list").split(";"):
        fields = _fields(entry, ",")
        if "filename" in fields:
            found.append(RemoteFile(fields["filename"], fields.get("hash", "")))
    return tuple(sorted(found, key=lambda one: one.name))


def get_file(cluster: Cluster, node: Node, name: str) -> bytes:
    """The content of a file as the node has it on its disk. Raises NodeError."""
    fields = _fields(cluster.info(node, f"udf-get:filename={name}"), ";")
    try:
        return base64.b64decode(fields.get("content", ""), validate=True)
    except binascii.Error:
        raise NodeError(f"{name} came back as something that is not base64") from None


def put_file(cluster: Cluster, node: Node, name: str, content: bytes) -> bool:
    """Gives the cluster a file by way of one node, which checks it first. Returns whether all nodes said in
    the server's own time that they know. Raises NodeError."""
    encoded = base64.b64encode(content).decode()
    command = f"udf-put:filename={name};content={encoded};content-len={len(encoded)};udf-type=LUA;"
    return _change(cluster, node, command)


def remove_file(cluster: Cluster, node: Node, name: str) -> None:
    """Takes a file from the cluster by way of one node. Raises RefusedError and NodeError."""
    _change(cluster, node, f"udf-remove:filename={name};")


def _change(cluster: Cluster, node: Node, command: str) -> bool:
    try:
        cluster.change(node, command, _PUT_SECONDS)
    except RefusedError as refusal:
        # The change is on its way, and some node did not answer: node_agreement.py sees which.
        if str(refusal) != "timeout":
            raise
        return False
    return True


def _fields(text: str, separator: str) -> dict[str, str]:
    pairs = (word.partition("=") for word in text.split(separator))
    return {key.strip(): value for key, sign, value in pairs if sign}
