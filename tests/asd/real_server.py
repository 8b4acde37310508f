"""An asd binary as a server, called by the official client."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.ship.node_state import State, parse_state
from modgo_lsp.ship.node_status import FILE, NodeStatus, parse_status
from tests.asd.server import FailedError, Load, RefusedError, Server


class RealServer(Server):
    """An asd binary, one node on loopback. Its records are in memory, so a restart forgets them."""

    def __init__(self, binary: Path, folder: Path, settings: Mapping[str, str]) -> None:
        super().__init__(folder, settings)
        self.binary = binary
        self.port = _free_ports(4)
        self.client: Any = None
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._load = Load()
        for name in ("smd", "usr/udf/lua"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "aerospike.conf").write_text(_CONFIGURATION.format(folder=folder, **_ports(self.port)))

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binary), "--foreground", "--config-file", str(self.folder / "aerospike.conf")],
                env={**os.environ, **self.settings},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._connect()

    def _connect(self) -> None:
        import aerospike  # type: ignore[import-not-found, import-untyped, unused-ignore]

        copies = self.folder / "copies"  # the client stores a copy of each file that it puts
        copies.mkdir(exist_ok=True)
        until = time.monotonic() + 60
        while True:
            try:
                self.client = aerospike.client(
                    {
                        "hosts": [("127.0.0.1", self.port)],
                        "lua": {"user_path": str(copies)},
                        "policies": {
                            "apply": {"total_timeout": 5000, "max_retries": 0},
                            # A busy machine must not fail a test.
                            **{name: {"total_timeout": 10_000} for name in ("read", "write", "remove")},
                        },
                    }
                ).connect()
                self.client.put(("test", "probe", "probe"), {"n": 0})
                self.client.remove(("test", "probe", "probe"))
                return
            except aerospike.exception.AerospikeError:
                if not self.alive or time.monotonic() > until:
                    pytest.fail(f"asd does not answer\n{self.log[-3000:]}")
                time.sleep(0.2)

    def stop(self) -> None:
        if self.client is not None:
            self.client.close()
            self.client = None
        super().stop()

    def put(self, name: str, content: bytes) -> None:
        import aerospike

        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            try:
                self.client.udf_put(str(path), aerospike.UDF_TYPE_LUA, {"timeout": 20_000})
            except aerospike.exception.AerospikeError as error:
                raise RefusedError(str(error)) from error

    def remove(self, name: str) -> None:
        self.client.udf_remove(name)

    def state(self, module: str) -> State | None:
        content = self._content(f"{module}.state")
        return None if content is None else parse_state(content)

    def status(self) -> NodeStatus | None:
        content = self._content(FILE)
        return None if content is None else parse_status(content)

    def _content(self, name: str) -> bytes | None:
        import aerospike

        try:
            (answer,) = self.client.info_all(f"udf-get:filename={name}").values()
        except aerospike.exception.UDFError:
            return None
        found = re.search("content=([^;]*);", str(answer[1]))
        return base64.b64decode(found[1]) if found else None

    def clear_cache(self) -> None:
        self.client.info_all("udf-clear-cache:")

    def store(self, key: str, bins: Mapping[str, Any]) -> None:
        self.client.put(("test", "demo", key), dict(bins))

    def fetch(self, key: str) -> dict[str, Any] | None:
        import aerospike

        try:
            return dict(self.client.get(("test", "demo", key))[2])
        except aerospike.exception.RecordNotFound:
            return None

    def apply(self, key: str, module: str, function: str, *arguments: Any) -> Any:
        import aerospike

        try:
            return self.client.apply(("test", "demo", key), module, function, list(arguments))
        except aerospike.exception.AerospikeError as error:
            raise FailedError(str(error)) from error

    def aggregate(self, module: str, function: str, *arguments: Any) -> list[Any]:
        command = [sys.executable, "-m", "tests.asd.aggregate", str(self.port), module, function]
        done = subprocess.run([*command, json.dumps(arguments)], capture_output=True, text=True, check=True)
        answer = json.loads(done.stdout.splitlines()[-1])
        if "error" in answer:
            raise FailedError(answer["error"])
        results: list[Any] = answer["results"]
        return results

    def load(self, threads: int, module: str, function: str) -> None:
        self._over.clear()
        self._load = Load()

        def call(number: int) -> None:
            while not self._over.is_set():
                began = time.monotonic()
                try:
                    self.apply(f"load{number}", module, function)
                except FailedError as error:
                    self._load.failures += (str(error),)
                self._load.calls += 1
                self._load.slowest = max(self._load.slowest, time.monotonic() - began)

        self._threads = [threading.Thread(target=call, args=(i,)) for i in range(threads)]
        for thread in self._threads:
            thread.start()

    def unload(self) -> Load:
        self._over.set()
        for thread in self._threads:
            thread.join()
        return self._load


_CONFIGURATION = """
service {{
	run-as-daemon false
	proto-fd-max 1024
	work-directory {folder}
	cluster-name modgo
	node-id a1
}}
logging {{
	console {{
		context any info
	}}
}}
mod-lua {{
	user-path {folder}/usr/udf/lua
}}
network {{
	service {{
		address 127.0.0.1
		port {service}
	}}
	heartbeat {{
		mode mesh
		address 127.0.0.1
		port {heartbeat}
		interval 150
		timeout 10
	}}
	fabric {{
		address 127.0.0.1
		port {fabric}
	}}
	admin {{
		address 127.0.0.1
		port {admin}
	}}
}}
namespace test {{
	replication-factor 1
	default-ttl 0
	storage-engine memory {{
		data-size 512M
	}}
}}
"""


def _ports(first: int) -> dict[str, int]:
    return {"service": first, "fabric": first + 1, "heartbeat": first + 2, "admin": first + 3}


def _free_ports(count: int) -> int:
    """The first of `count` ports in a row that nothing listens on."""
    for first in range(3520, 3600, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise OSError("no free ports from 3520 to 3599")


def build_of(binary: Path) -> str:
    """The output of `asd --version`."""
    shown = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=True)
    return shown.stdout.strip() or shlex.quote(str(binary))
