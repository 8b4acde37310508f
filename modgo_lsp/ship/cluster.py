"""A connection to a cluster through the official client, and info commands to its nodes.

Only this file imports the client, and only on use, because the client is an optional dependency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.extras import install_command
from modgo_lsp.ship.cluster_access import Access, Tls
from modgo_lsp.ship.connection_diagnosis import seeds_that_answer, unreachable
from modgo_lsp.ship.failure import usage_error
from modgo_lsp.ship.interrupt import Waits

CONNECT_SECONDS = 3.0
INFO_SECONDS = 5.0

# Result codes of the server: not authenticated, role violation. The client uses only one positive code.
_SECURITY = (80, 81)
_TIMEOUT = 9

# The client writes the node's address before or after the server's text.
_BEFORE = re.compile(r"^\S+:\d+ ")
_FROM = re.compile(r"\s+from \S+:\d+$")

_ERROR = re.compile(r"error=([^;]*)(?:;.*?\bmessage=(.*)|;.*)?", re.DOTALL)

_CLUSTER_SIZE = re.compile(r"(?:^|;)cluster_size=(\d+)")


class Node(msgspec.Struct, frozen=True, order=True):
    """A node as the client knows it. `address` is "host:port"."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"


class NodeError(Exception):
    """A node did not answer a command."""


class RefusedError(NodeError):
    """A node refused a command. `code` is the server's result code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code

    @property
    def forbidden(self) -> bool:
        """Whether this user lacks the permission."""
        return self.code in _SECURITY


class Cluster:
    """An open connection. Its methods block, each with a timeout. `known` are all nodes seen since it was
    opened. `wait` runs a blocking call of the client that Ctrl-C interrupts."""

    def __init__(self, client: Any, aerospike: Any, waits: Waits) -> None:
        self.client = client
        self.aerospike = aerospike
        self.wait = waits.wait
        self.known: set[Node] = set()
        self.nodes()

    def nodes(self) -> tuple[Node, ...]:
        """The nodes that the client knows now, sorted by name."""
        found = [Node(one["node_name"], _address(one)) for one in self.client.get_node_names()]
        self.known.update(found)
        return tuple(sorted(found))

    def size(self) -> int:
        """The number of nodes that the cluster itself reports; 0 if no node answers."""
        sizes = [0]
        for node in self.nodes():
            with suppress(NodeError):
                found = _CLUSTER_SIZE.search(self.info(node, "statistics"))
                sizes.append(int(found[1]) if found else 0)
        return max(sizes)

    def info(self, node: Node, command: str) -> str:
        """A node's answer to an info command. Raises NodeError, or RefusedError if the node refuses."""
        return self.wait(partial(self.change, node, command, INFO_SECONDS))

    def change(self, node: Node, command: str, seconds: float) -> str:
        """As `info`, for a command that changes something: Ctrl-C does not interrupt it."""
        try:
            answer = self.client.info_single_node(command, node.name, {"timeout": int(seconds * 1000)})
        except self.aerospike.exception.AerospikeError as error:
            if error.code > 0 and error.code != _TIMEOUT:
                raise RefusedError(_reason(error_text(error)), error.code) from None
            raise NodeError(error_text(error) or f"no answer within {seconds:g} s") from None
        except (UnicodeDecodeError, SystemError):  # the client sometimes raises the latter for the former
            raise NodeError("its answer is not UTF-8") from None
        # The answer begins with the command, which for udf-put is a megabyte long.
        _, _, value = str(answer).partition("\t")
        return value.rstrip("\n")


@contextmanager
def connected(access: Access, lua_path: Path | None = None) -> Iterator[Cluster]:
    """Connects to a cluster. The client looks for Lua modules in `lua_path`. Raises ShipError if the client
    is not installed or no node can be reached."""
    aerospike = _client_library()
    waits = Waits()
    client = waits.wait(partial(_connect, aerospike, access, lua_path))
    try:
        yield Cluster(client, aerospike, waits)
    finally:
        if not waits.abandoned:  # else a thread still uses it until the process ends
            client.close()


def _connect(aerospike: Any, access: Access, lua_path: Path | None) -> Any:
    try:
        return aerospike.client(_config(aerospike, access, lua_path))
    except aerospike.exception.TLSError as error:
        raise usage_error(f"TLS to {access} failed: {error_text(error)}", "check the --tls-… files") from None
    except aerospike.exception.AerospikeError as error:
        # The client fails if a seed is down and the cluster has one node. Any other seed finds it.
        left = seeds_that_answer(access)
        if 0 < len(left) < len(access.seeds):
            return _connect(aerospike, msgspec.structs.replace(access, seeds=left), lua_path)
        raise unreachable(access, error_text(error)) from None


def error_text(error: Exception) -> str:
    """The text of the client's exception, without the node's address and the location in C."""
    text = str(getattr(error, "msg", None) or error)
    return _FROM.sub("", _BEFORE.sub("", text)).strip()


def _reason(text: str) -> str:
    """The message in the server's "error=compile_error;file=…;line=1;message=…", which the client has decoded
    from base64. It may contain semicolons."""
    found = _ERROR.fullmatch(text)
    if found is None:
        return text
    return found[2] or found[1].replace("_", " ")


def _client_library() -> Any:
    try:
        return import_module("aerospike")
    except ModuleNotFoundError:
        problem = "the official Aerospike client is not installed"
    except ImportError as error:
        problem = f"the official Aerospike client cannot be loaded ({error})"
    raise usage_error(problem, install_command("deploy"))


def _config(aerospike: Any, access: Access, lua_path: Path | None) -> dict[str, Any]:
    hosts = [
        (seed.host, seed.port, seed.tls_name) if seed.tls_name else (seed.host, seed.port)
        for seed in access.seeds
    ]
    config: dict[str, Any] = {
        "hosts": hosts,
        "connect_timeout": int(CONNECT_SECONDS * 1000),
        "send_bool_as": aerospike.AS_BOOL,
        "use_services_alternate": access.alternate_services,
    }
    if access.user is not None:
        config["user"], config["password"] = access.user, access.password or ""
        config["policies"] = {
            "auth_mode": getattr(aerospike, f"AUTH_{access.auth}"),
            "login_timeout_ms": int(CONNECT_SECONDS * 1000),
        }
    if access.tls is not None:
        config["tls"] = _tls(access.tls)
    if lua_path is not None:
        config["lua"] = {"user_path": str(lua_path)}
    return config


def _tls(tls: Tls) -> dict[str, Any]:
    given: Mapping[str, Path | str | None] = {
        "cafile": tls.cafile,
        "capath": tls.capath,
        "certfile": tls.certfile,
        "keyfile": tls.keyfile,
        "keyfile_pw": tls.keyfile_password,
    }
    return {"enable": True, **{key: str(value) for key, value in given.items() if value is not None}}


def _address(node: Mapping[str, Any]) -> str:
    host = str(node["address"])
    return f"[{host}]:{node['port']}" if ":" in host else f"{host}:{node['port']}"
