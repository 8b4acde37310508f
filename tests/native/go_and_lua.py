"""Applies a function in Go and in Lua, each through Aerospike's as_module, by the program
libmod_go/test/as_module/go_and_lua/go_and_lua.c.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from modgo_lsp.host.sample import NEVER_EXPIRES, Record
from modgo_lsp.host.values import List, Map, Value
from tests.native.described import described, value_described
from tests.native.peer import Peer

_PLACE = re.compile(r"^\S*\.lua:\d+: |^\[string \"[^\"]*\"\]:\d+: ")


def without_place(error: str | None) -> str | None:
    """The text of an error without the FILE:LINE that Lua puts before it."""
    return None if error is None else _PLACE.sub("", error)


class Applied(NamedTuple):
    """What a function did. `stored` is the stored record's bins, None if there is no record."""

    error: str | None
    result: Any
    stored: Any = None
    operations: tuple[str, ...] = ()
    ttl: int = 0
    logs: tuple[tuple[int, str], ...] = ()


class GoAndLua:
    """Modules with the same functions in both languages, in one folder."""

    def __init__(self, program: Path, worker: Path, folder: Path) -> None:
        self._folder = folder
        (folder / "lua").mkdir()
        self._peer = Peer(program, folder, environment={"MODGO_WORKER": str(worker)})

    def add(self, package: Path, lua: Path) -> str:
        """Builds and loads a module, once. Returns its name, that of the package's folder."""
        name = package.name
        if not (self._folder / f"{name}.so").exists():
            shutil.copy(lua, self._folder / "lua" / f"{name}.lua")
            command = [sys.executable, "-m", "modgo_lsp", "build", package, "-o", self._folder / f"{name}.so"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            assert self._ask(b"A", name) is True
        return name

    def record(self, module: str, function: str, arguments: Sequence[Value], record: Record) -> list[Applied]:
        """What the function did in Go, and in Lua, each to its own copy of the record."""
        request = List((module, function, List(tuple(arguments)), _sample(record)))
        return [_applied(self._ask(letter, request)) for letter in (b"G", b"L")]

    def stream(
        self, module: str, function: str, arguments: Sequence[Value], nodes: Sequence[Sequence[Record]]
    ) -> list[Applied]:
        """What the stream function returned in Go, and in Lua, over the records of these nodes."""
        streams = List(tuple(List(tuple(map(_sample, node))) for node in nodes))
        request = List((module, function, List(tuple(arguments)), streams))
        return [_applied(self._ask(letter, request)) for letter in (b"g", b"l")]

    def close(self) -> None:
        assert self._peer.close() == 0

    def _ask(self, letter: bytes, request: Value) -> Any:
        yes, answer = self._peer.ask(letter, described(request))
        assert yes
        return value_described(answer)


def _sample(record: Record) -> List:
    key = record.key if isinstance(record.key, str) else None
    bins = Map(tuple(record.bins.items()), "none")
    ttl = 0 if record.ttl == NEVER_EXPIRES else record.ttl  # as in the server
    return List((record.exists, bins, ttl, record.generation, record.set_name, key))


def _applied(answer: List) -> Applied:
    error, result, *rest = answer.items
    assert error is None or isinstance(error, str)
    if not rest:
        return Applied(error, comparable(result))
    stored, operations, ttl, log = rest
    lines = (line.split(" ", 2) for line in str(log).splitlines())
    return Applied(
        error,
        comparable(result),
        comparable(stored),
        tuple(str(operations).split()),
        ttl if isinstance(ttl, int) else 0,
        tuple((int(level), message) for level, _, message in lines),
    )


def comparable(value: Value) -> Any:
    """The value such that == compares its types, too, and no order of maps: 1 == 1.0 == True in Python."""
    if isinstance(value, List):
        return [comparable(item) for item in value.items]
    if isinstance(value, Map):
        return {comparable(key): comparable(item) for key, item in value.pairs}
    if value is None or isinstance(value, str):
        return value
    return f"{type(value).__name__} {value!r}"
