"""Clusters of real Aerospike servers: nodes of the binary that MODGO_ASD names, on loopback.

real_server.py has servers of one node.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ASD = os.environ.get("MODGO_ASD", "")

READY_SECONDS = 30.0
_CONFIGURATION = """
service {{
    run-as-daemon false
    proto-fd-max 1024
    work-directory {folder}
    cluster-name modgo-test
    node-id {name}
}}
mod-lua {{
    user-path {folder}/usr/udf/lua
}}
logging {{
    console {{
        context any info
    }}
}}
network {{
    service {{
        address 127.0.0.1
        port {ports[0]}
        access-address 127.0.0.1
    }}
    fabric {{
        address 127.0.0.1
        port {ports[1]}
    }}
    heartbeat {{
        mode mesh
        address 127.0.0.1
        port {ports[2]}
        {seed}
        interval 150
        timeout {patience}
    }}
    admin {{
        address 127.0.0.1
        port {ports[3]}
    }}
}}
namespace test {{
    replication-factor 2
    storage-engine memory {{
        data-size 512M
    }}
}}
"""


def require_asd() -> None:
    """Skips the calling test file if there is no server, with the reason in the summary."""
    if not ASD:
        pytest.skip("NO REAL SERVER: MODGO_ASD names no asd binary", allow_module_level=True)


class Asd:
    """One node on loopback. `hosts` is the value for modgo's option of that name."""

    def __init__(
        self, folder: Path, name: str, seed: Asd | None, env: Mapping[str, str], patience: int
    ) -> None:
        self.folder = folder
        self.name = name
        self.ports = _free_ports(4)
        self.hosts = f"127.0.0.1:{self.ports[0]}"
        self._env = {**os.environ, **env}
        self._log = (folder / "asd.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "smd").mkdir(parents=True)
        (folder / "usr" / "udf" / "lua").mkdir(parents=True)
        line = f"mesh-seed-address-port 127.0.0.1 {seed.ports[2]}" if seed else ""
        text = _CONFIGURATION.format(folder=folder, name=name, ports=self.ports, seed=line, patience=patience)
        (folder / "aerospike.conf").write_text(text)

    def start(self) -> None:
        # In a folder of its own: Lua, and so the server, also searches the current folder for modules.
        self._process = subprocess.Popen(
            [ASD, "--foreground", "--config-file", str(self.folder / "aerospike.conf")],
            cwd=self.folder,
            env=self._env,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Stops the node: it no longer answers, but its connections stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        return (self.folder / "asd.log").read_text(errors="replace")

    def info(self, command: str) -> str:
        """The answer to one info command, without the command before it; "" where there is none."""
        question = command.encode() + b"\n"
        try:
            with socket.create_connection(("127.0.0.1", self.ports[0]), 2) as connection:
                connection.sendall(b"\x02\x01" + len(question).to_bytes(6, "big") + question)
                stream = connection.makefile("rb")
                size = int.from_bytes(stream.read(8)[2:], "big")
                return stream.read(size).decode().partition("\t")[2].strip()
        except OSError:
            return ""

    def wait_ready(self, size: int) -> None:
        """Waits until the cluster has `size` nodes and accepts calls."""
        until = time.monotonic() + READY_SECONDS
        while not (key := self.info(f"cluster-stable:size={size};ignore-migrations=false")) or "ERR" in key:
            assert self.running, f"asd ended:\n{self.log[-3000:]}"
            assert time.monotonic() < until, f"asd was not ready in time ({key}):\n{self.log[-3000:]}"
            time.sleep(0.1)


StartCluster = Callable[..., list[Asd]]


@contextmanager
def clusters(folders: pytest.TempPathFactory) -> Iterator[StartCluster]:
    """Yields a function that starts a cluster of `size` nodes, with `env` in their environment (a list has
    one for each). A node that is silent for `patience` × 150 ms is dropped. All end with the block."""
    started: list[Asd] = []

    def start(
        size: int = 1, env: Mapping[str, str] | Sequence[Mapping[str, str]] = (), patience: int = 10
    ) -> list[Asd]:
        each = [env] * size if isinstance(env, Mapping) else [*env, *([{}] * size)]
        nodes: list[Asd] = []
        for number in range(size):
            folder = folders.mktemp("asd")
            seed = nodes[0] if nodes else None
            nodes.append(Asd(folder, f"a{number + 1}", seed, each[number], patience))
            started.append(nodes[-1])
            nodes[-1].start()
        for node in nodes:
            node.wait_ready(size)
        return nodes

    try:
        yield start
    finally:
        for node in started:
            node.stop()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
