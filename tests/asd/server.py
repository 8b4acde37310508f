"""A server as the tests of the plugin see it: the host program of libmod_go/test/asd, or a real asd.

Both are processes of their own in a folder of their own; the real one is spoken to by the official client.
"""

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
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgpack
import pytest

from modgo_lsp.ship.node_state import State, parse_state


class RefusedError(Exception):
    """The server would not take a file."""


class FailedError(Exception):
    """A call failed; the text is what the caller is told."""


class Load:
    """Calls that go on while something else is done. `failures` are texts, `slowest` is seconds."""

    calls = 0
    failures: tuple[str, ...] = ()
    slowest = 0.0


class Server(ABC):
    """Files, records and calls. `settings` are environment variables, the plugin among them."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Raises RefusedError."""

    @abstractmethod
    def remove(self, name: str) -> None: ...

    @abstractmethod
    def state(self, module: str) -> State | None:
        """What the plugin says became of a module."""

    @abstractmethod
    def clear_cache(self) -> None: ...

    @abstractmethod
    def store(self, key: str, bins: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def fetch(self, key: str) -> dict[str, Any] | None: ...

    @abstractmethod
    def apply(self, key: str, module: str, function: str, *arguments: Any) -> Any:
        """Raises FailedError."""

    @abstractmethod
    def aggregate(self, module: str, function: str, *arguments: Any) -> list[Any]:
        """What one node answers over all records. Raises FailedError."""

    @abstractmethod
    def load(self, threads: int, module: str, function: str) -> None: ...

    @abstractmethod
    def unload(self) -> Load: ...

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def put_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        for name, content in files:
            self.put(name, content)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()


class HostProgram(Server):
    """libmod_go/test/asd/host: what is in main.c is its protocol."""

    def __init__(self, program: Path, folder: Path, settings: Mapping[str, str]) -> None:
        super().__init__(folder, settings)
        self.program = program
        self.reverse = False
        for name in ("smd", "lua"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        command = [str(self.program), str(self.folder), *(["reverse"] if self.reverse else [])]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **self.settings},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        assert line, f"the host program has ended: {self.process.wait(10)}\n{self.log}"
        return line.rstrip("\n")

    def _say(self, *words: str) -> str:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write((" ".join(words) + "\n").encode())
        self.process.stdin.flush()
        return self._line()

    def put(self, name: str, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            file.write(content)
            file.flush()
            word, _, text = self._say("put", name, file.name).partition(" ")
        if word != "ok":
            raise RefusedError(bytes.fromhex(text).decode())

    def remove(self, name: str) -> None:
        self._say("remove", name)

    def state(self, module: str) -> State | None:
        path = self.folder / "lua" / f"{module}.state"
        return parse_state(path.read_bytes()) if path.exists() else None

    def clear_cache(self) -> None:
        self._say("clear")

    def store(self, key: str, bins: Mapping[str, Any]) -> None:
        assert self._say("store", key, _packed(dict(bins)).hex()) == "ok"

    def fetch(self, key: str) -> dict[str, Any] | None:
        word, _, text = self._say("fetch", key).partition(" ")
        return None if word == "none" else _unpacked(bytes.fromhex(text))

    def _answer(self, line: str) -> Any:
        word, _, text = line.partition(" ")
        if word != "success":
            raise FailedError(bytes.fromhex(text).decode())
        return _unpacked(bytes.fromhex(text))

    def apply(self, key: str, module: str, function: str, *arguments: Any) -> Any:
        return self._answer(self._say("apply", key, module, function, _packed(list(arguments)).hex()))

    def aggregate(self, module: str, function: str, *arguments: Any) -> list[Any]:
        answer = self._answer(self._say("aggregate", module, function, _packed(list(arguments)).hex()))
        assert isinstance(answer, list)
        return answer

    def references(self) -> int:
        """Of the last call's record: 1 is the program's own."""
        return int(self._say("references"))

    def load(self, threads: int, module: str, function: str) -> None:
        self._say("load", str(threads), "load", module, function, "90")

    def unload(self) -> Load:
        load = Load()
        load.calls, failures, slowest = map(int, self._say("unload").split())
        load.failures = ("?",) * failures
        load.slowest = slowest / 1e3
        return load


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

        copies = self.folder / "copies"  # the client keeps a copy of what it puts
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
                            # A busy machine is no failure.
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
        import aerospike

        try:
            (answer,) = self.client.info_all(f"udf-get:filename={module}.state").values()
        except aerospike.exception.UDFError:
            return None
        found = re.search("content=([^;]*);", str(answer[1]))
        return parse_state(base64.b64decode(found[1])) if found else None

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


def _particles(value: Any) -> Any:
    """A value as the server's msgpack has it: strings and bytes begin with their particle type."""
    if isinstance(value, str):
        return b"\x03" + value.encode()
    if isinstance(value, bytes):
        return b"\x04" + value
    if isinstance(value, list):
        return [_particles(item) for item in value]
    if isinstance(value, dict):
        return {_particles(key): _particles(item) for key, item in value.items()}
    return value


def _packed(value: Any) -> bytes:
    packed: bytes = msgpack.packb(_particles(value), use_bin_type=False)
    return packed


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value[1:].decode() if value[:1] == b"\x03" else value[1:]
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, _Pairs):
        pairs = [pair for pair in value if not isinstance(pair[0], msgpack.ExtType)]
        return {_plain(key): _plain(item) for key, item in pairs}
    return value


class _Pairs(tuple[tuple[Any, Any], ...]):
    """A msgpack map; its first key may be its order."""


def _unpacked(data: bytes) -> Any:
    tree = msgpack.unpackb(data, raw=True, strict_map_key=False, object_pairs_hook=_Pairs)
    return _plain(tree)


def build_of(binary: Path) -> str:
    """What `asd --version` says."""
    shown = subprocess.run([str(binary), "--version"], capture_output=True, text=True, check=True)
    return shown.stdout.strip() or shlex.quote(str(binary))
