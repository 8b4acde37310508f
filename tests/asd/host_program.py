"""The host program (libmod_go/test/asd) as a server. It runs Aerospike's own mod_lua."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgpack

from modgo_lsp.ship.node_state import State, parse_state
from modgo_lsp.ship.node_status import FILE, NodeStatus, parse_status
from tests.asd.server import FailedError, Load, RefusedError, Server


class HostProgram(Server):
    """libmod_go/test/asd/host. Its main.c defines the protocol."""

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

    def _ask(self, *words: str) -> str:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write((" ".join(words) + "\n").encode())
        self.process.stdin.flush()
        return self._line()

    def put(self, name: str, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder) as file:
            file.write(content)
            file.flush()
            word, _, text = self._ask("put", name, file.name).partition(" ")
        if word != "ok":
            raise RefusedError(bytes.fromhex(text).decode())

    def remove(self, name: str) -> None:
        self._ask("remove", name)

    def state(self, module: str) -> State | None:
        path = self.folder / "lua" / f"{module}.state"
        return parse_state(path.read_bytes()) if path.exists() else None

    def status(self) -> NodeStatus | None:
        path = self.folder / "lua" / FILE
        return parse_status(path.read_bytes()) if path.exists() else None

    def clear_cache(self) -> None:
        self._ask("clear")

    def store(self, key: str, bins: Mapping[str, Any]) -> None:
        assert self._ask("store", key, _packed(dict(bins)).hex()) == "ok"

    def fetch(self, key: str) -> dict[str, Any] | None:
        word, _, text = self._ask("fetch", key).partition(" ")
        return None if word == "none" else _unpacked(bytes.fromhex(text))

    def _answer(self, line: str) -> Any:
        word, _, text = line.partition(" ")
        if word != "success":
            raise FailedError(bytes.fromhex(text).decode())
        return _unpacked(bytes.fromhex(text))

    def apply(self, key: str, module: str, function: str, *arguments: Any) -> Any:
        return self._answer(self._ask("apply", key, module, function, _packed(list(arguments)).hex()))

    def aggregate(self, module: str, function: str, *arguments: Any) -> list[Any]:
        answer = self._answer(self._ask("aggregate", module, function, _packed(list(arguments)).hex()))
        assert isinstance(answer, list)
        return answer

    def references(self) -> int:
        """The reference count of the last call's record. One reference is the program's own."""
        return int(self._ask("references"))

    def load(self, threads: int, module: str, function: str) -> None:
        self._ask("load", str(threads), "load", module, function, "90")

    def unload(self) -> Load:
        load = Load()
        load.calls, failures, slowest = map(int, self._ask("unload").split())
        load.failures = ("?",) * failures
        load.slowest = slowest / 1e3
        return load


def _particles(value: Any) -> Any:
    """A value in the server's msgpack dialect: strings and bytes begin with their particle type."""
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
    """A msgpack map. Its first pair may be its order."""


def _unpacked(data: bytes) -> Any:
    tree = msgpack.unpackb(data, raw=True, strict_map_key=False, object_pairs_hook=_Pairs)
    return _plain(tree)
