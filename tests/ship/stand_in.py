"""Stand-ins for the nodes of a cluster: servers on loopback to which the official client connects.

They store UDF files and answer calls with what a test sets. tests/asd has the tests with real servers.
"""

from __future__ import annotations

import base64
import hashlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import aerospike
import msgpack

from modgo_lsp.ship.cluster import Cluster, connected
from modgo_lsp.ship.cluster_access import Access, read_seeds
from modgo_lsp.ship.interrupt import Waits

_PARTITIONS = 4096
_INFO, _MESSAGE = 1, 3  # types of requests and answers
_MODULE, _FUNCTION, _STREAM = 30, 31, 33  # fields of a message
_INTEGER, _STRING, _LIST = 1, 3, 20  # types of values
_UDF_ERROR = 100
_LAST = 1
_NO_MODULE = "UDF: Execution Error 1"

_OF_PLUGIN = (".state", ".status")  # no server lists these

Answer = int | list[int] | str | bytes
"""To a call: a value, the text of its error, or (one byte) a result code alone."""


class StandIn(socketserver.ThreadingTCPServer):
    """One node. `files` are its UDF files. `answers` are its texts for info commands, by the beginning of the
    command; for None, it closes the connection. `asked` are all commands, `changes` those that put or removed
    a file. `shares` is whether a change reaches the other nodes, `confirms` whether it says so in time.
    `call` returns the answers to a call."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.name = name
        self.peers: list[StandIn] = []
        self.hosts = f"127.0.0.1:{self.server_address[1]}"
        self.files: dict[str, bytes] = {}
        self.answers: dict[str, str | None] = {}
        self.asked: list[str] = []
        self.changes: list[str] = []
        self.shares = self.confirms = True
        self.call: Callable[[str, str], list[Answer]] = lambda module, function: [_NO_MODULE]

    def __str__(self) -> str:
        return f"{self.name} ({self.hosts})"

    def answer(self, command: str) -> str | None:
        """The text for an info command: "" for an unknown one, as servers answer."""
        self.asked.append(command)
        for beginning, text in self.answers.items():
            if command.startswith(beginning):
                return text
        name, _, rest = command.partition(":")
        words = dict(word.partition("=")[::2] for word in rest.split(";"))
        if name == "udf-list":
            return "".join(_listed(*file) for file in self.files.items() if not file[0].endswith(_OF_PLUGIN))
        if name == "udf-get":
            found = self.files.get(words["filename"])
            return "error=not_found" if found is None else f"type=LUA;content={_base64(found)};"
        if name in ("udf-put", "udf-remove"):
            return self._change(name, words)
        return self._about(command)

    def _change(self, name: str, words: dict[str, str]) -> str:
        self.changes.append(f"{name[4:]} {words['filename']}")
        for node in (self, *(self.peers if self.shares else ())):
            node.files.pop(words["filename"], None)
            if name == "udf-put":
                node.files[words["filename"]] = base64.b64decode(words["content"])
        return "ok" if self.confirms else "error=timeout"

    def _about(self, command: str) -> str:
        peers = ",".join(f"[{node.name},,[{node.hosts}]]" for node in self.peers)
        owned = b"\xff" if self.name == "A1" else b"\0"
        return {
            "node": self.name,
            "build": "8.1.2.0",
            "partition-generation": "1",
            "peers-generation": "1",
            "peers-clear-std": f"1,3000,[{peers}]",
            "peers-clear-alt": f"1,3000,[{peers}]",
            "replicas": f"test:0,1,{_base64(owned * (_PARTITIONS // 8))}",
            "namespaces": "test;other",
            "statistics": f"cluster_size={1 + len(self.peers)};uptime=1",
        }.get(command, "")


class _Connection(socketserver.StreamRequestHandler):
    server: StandIn

    def handle(self) -> None:
        while len(head := self.rfile.read(8)) == 8:
            if head[0] != 2 or head[1] not in (_INFO, _MESSAGE):
                return  # a login, or TLS
            body = self.rfile.read(int.from_bytes(head[2:], "big"))
            if head[1] == _MESSAGE:
                self._send(_MESSAGE, self._called(body))
                continue
            text = ""
            for command in body.decode().splitlines():
                answer = self.server.answer(command)
                if answer is None:
                    return
                text += f"{command}\t{answer}\n"
            self._send(_INFO, text.encode("utf-8", "surrogateescape"))

    def _send(self, kind: int, body: bytes) -> None:
        self.wfile.write(bytes((2, kind)) + len(body).to_bytes(6, "big") + body)

    def _called(self, body: bytes) -> bytes:
        fields, at = {}, body[0]
        for _ in range(int.from_bytes(body[18:20], "big")):
            size = int.from_bytes(body[at : at + 4], "big")
            fields[body[at + 4]] = body[at + 5 : at + 4 + size]
            at += 4 + size
        stream = _STREAM in fields
        answers = self.server.call(fields[_MODULE].decode(), fields[_FUNCTION].decode())
        return b"".join(_answer(one, stream) for one in answers) + (_header(0, 0, _LAST) if stream else b"")


def _answer(answer: Answer, stream: bool) -> bytes:
    if isinstance(answer, bytes):
        return _header(answer[0], 0, _LAST if stream else 0)
    if isinstance(answer, int):
        name, kind, value = b"SUCCESS", _INTEGER, answer.to_bytes(8, "big", signed=True)
    elif isinstance(answer, list):
        name, kind, value = b"SUCCESS", _LIST, msgpack.packb(answer)
    else:
        name, kind, value = b"FAILURE", _STRING, answer.encode()
    operation = bytes((1, kind, 0, len(name))) + name + value
    code = _UDF_ERROR if name == b"FAILURE" and not stream else 0
    return _header(code, 1) + len(operation).to_bytes(4, "big") + operation


def _header(code: int, operations: int, last: int = 0) -> bytes:
    return bytes((22, 0, 0, last, 0, code)) + bytes(14) + operations.to_bytes(2, "big")


def _listed(name: str, content: bytes) -> str:
    return f"filename={name},hash={hashlib.sha1(content).hexdigest()},type=LUA;"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


@contextmanager
def nodes(count: int = 2) -> Iterator[list[StandIn]]:
    """Nodes A1, A2, … of one cluster. A1 has all partitions."""
    made = [StandIn(f"A{number}") for number in range(1, count + 1)]
    for one in made:
        one.peers = [other for other in made if other is not one]
        threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield made
    finally:
        for one in made:
            one.shutdown()
            one.server_close()


class _NoNodes:
    """A client whose cluster has no node any more."""

    def get_node_names(self) -> list[dict[str, str]]:
        return []


def deserted() -> Cluster:
    """A connection to a cluster all of whose nodes have left."""
    return Cluster(_NoNodes(), aerospike, Waits())


@contextmanager
def opened(node: StandIn) -> Iterator[Cluster]:
    """A connection of modgo to the cluster of `node`."""
    with connected(Access(read_seeds(node.hosts))) as cluster:
        yield cluster
