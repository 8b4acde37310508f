"""Sequences of operations on a record have the same results in Go and in Lua, in a server. tests/native tries
many more of them on records as a server has them."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.ship.server_files import package
from tests.asd.server import FailedError, Server

MODULE = Path(__file__).parents[1] / "native" / "record_operations"


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes]]:
    """The module in Go, and in Lua by another name: calls cannot tell two of one name apart."""
    built = tmp_path_factory.mktemp("operations") / "in_go.so"
    command = [sys.executable, "-m", "modgo_lsp", "build", "--release", MODULE, "-o", built]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    lua = (MODULE / "record_operations.lua").read_bytes()
    return [*package("in_go", built.read_bytes()), ("in_lua.lua", lua)]


def sequences() -> list[list[list[Any]]]:
    chance = random.Random(16)
    plain = ["bins", "exists", "create", "update", "update", "remove"]
    found: list[list[list[Any]]] = [[["remove"], ["exists"], ["set", "b", 2], ["create"], ["bins"]]]
    for _ in range(60):
        steps: list[list[Any]] = []
        for _ in range(chance.randrange(1, 9)):
            name = chance.choice("abcd")
            steps.append(
                chance.choice(
                    [
                        [chance.choice(plain)],
                        ["get", name],
                        ["set", name, chance.choice([7, "x", [1, "x"], 2.5])],
                        ["unset", name],
                    ]
                )
            )
        found.append(steps)
    return found


def outcome(server: Server, key: str, module: str, steps: list[list[Any]], exists: bool) -> tuple[Any, ...]:
    if exists:
        server.store(key, {"a": 1, "b": "y"})
    try:
        result = server.apply(key, module, "operate", steps)
    except FailedError:
        result = FailedError  # the record was created without bins
    return result, server.fetch(key)


def test_go_does_what_lua_does(server: Server, operations: list[tuple[str, bytes]]) -> None:
    server.put_all(operations)
    for number, steps in enumerate(sequences()):
        for exists in (True, False):
            go, lua = (
                outcome(server, f"{module}{number}{exists}", module, steps, exists)
                for module in ("in_go", "in_lua")
            )
            assert go == lua, steps
