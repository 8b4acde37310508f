"""Lint and the language server end in bounded time and memory on every input, without an internal error.

Each input of adversarial.py is linted, and opened in a server of its own. `make test` takes every sixth,
`make fuzz` all. MODGO_INPUTS=1 takes all of them, MODGO_SCALE sets their size, and MODGO_SEED selects other
mixtures.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import modgo_lsp.lint.package_linter
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.lint_paths import lint_paths
from modgo_lsp.rules.catalogue import RULES
from tests.hostile.adversarial import Input, constants, ignores, inputs, modules, nesting, settings, texts
from tests.hostile.bounded import Run, run

STEP = int(os.environ.get("MODGO_INPUTS", "6"))
SCALE = int(os.environ.get("MODGO_SCALE", "1"))
SEED = int(os.environ.get("MODGO_SEED", "0"))
# Processor time, which other processes change less: the slowest input takes 3 s alone, and 5 s where others
# use the same caches. It grows with the scale of the inputs.
SECONDS = 8 * SCALE
MEGABYTES = 1000

Attack = Callable[[str], None]


def chosen(step: int, first: int = 0) -> Iterator[Input]:
    return islice(inputs(SCALE, SEED), first, None, step)


def written(given: Input, folder: Path) -> Path:
    for name, text in given.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def lint(folder: Path) -> None:
    outcome = lint_paths([str(folder)], DiskFiles())
    print(len(outcome.findings), *outcome.problems, sep="\n")


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """Imports lint once, for all forks."""
    assert len(list(RULES.values())) > 40
    assert modgo_lsp.lint.package_linter.PackageLinter


@pytest.mark.parametrize("part", range(4))
def test_lint_ends(part: int, tmp_path: Path, attack: Attack) -> None:
    bad: dict[str, Run] = {}
    for number, given in enumerate(chosen(STEP * 4, STEP * part)):
        attack("inputs")
        folder = written(given, tmp_path / str(number))
        found = run(lambda folder=folder: lint(folder), SECONDS, MEGABYTES, tmp_path / "output")
        if found.failed:
            bad[given.name] = found
    assert not bad


def test_the_server_ends(tmp_path: Path, attack: Attack) -> None:
    bad: dict[str, str] = {}
    for number, given in enumerate(chosen(STEP * 4, 1)):
        attack("inputs")
        failed = opened(written(given, tmp_path / str(number)), tmp_path)
        if failed:
            bad[given.name] = failed
    assert not bad


def opened(folder: Path, scratch: Path) -> str:
    """The failure of a server that opens the folder's Go files, or ""."""

    def bounds() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 1, SECONDS + 2))  # including its start
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    path = min(folder.glob("*.go"), default=None)
    if path is None:
        return ""
    environment = {**os.environ, "XDG_CACHE_HOME": str(scratch), "XDG_STATE_HOME": str(scratch)}
    with subprocess.Popen(
        [sys.executable, "-I", "-c", "from modgo_lsp.server.main import main; main([])"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=scratch,
        env=environment,
        preexec_fn=bounds,
    ) as server:
        try:
            return talked(server, folder, path)
        finally:
            server.kill()


def talked(server: subprocess.Popen[bytes], folder: Path, path: Path) -> str:
    root = {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}}
    send(server, {"id": 1, "method": "initialize", "params": root})
    if not answer(server, 1):
        return f"no answer to initialize: {ending(server)}"
    send(server, {"method": "initialized", "params": {}})
    text = path.read_bytes().decode("utf-8", "replace")
    document = {"uri": path.as_uri(), "languageId": "go", "version": 1, "text": text}
    send(server, {"method": "textDocument/didOpen", "params": {"textDocument": document}})
    place = {"textDocument": {"uri": path.as_uri()}, "position": {"line": 4, "character": 9}}
    send(server, {"id": 2, "method": "textDocument/hover", "params": place})
    if not answer(server, 2):
        return f"no answer to a hover: {ending(server)}"
    return ""


def send(server: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    if server.stdin is not None:
        server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        server.stdin.flush()


def answer(server: subprocess.Popen[bytes], number: int) -> bool:
    """Whether the request is answered before the server ends."""
    while server.stdout is not None and (header := server.stdout.readline()):
        length = int(header.split(b":")[1])
        while server.stdout.readline().strip():
            pass
        message = json.loads(server.stdout.read(length))
        if message.get("id") == number and "method" not in message:
            return True
    return False


def ending(server: subprocess.Popen[bytes]) -> str:
    server.kill()
    errors = b"" if server.stderr is None else server.stderr.read()[-1000:]
    return f"it ended with {server.wait()}: {errors.decode(errors='replace')}"


def test_exceeding_a_bound_fails(tmp_path: Path) -> None:
    """Checks the checks: endless work, and endless allocation, fail."""

    def endless() -> None:
        while True:
            pass

    blocks: list[bytes] = []

    def greedy() -> None:
        while True:
            blocks.append(b"x" * (1 << 20))

    assert "signal" in run(endless, 1, 100, tmp_path / "output").failed
    assert "MemoryError" in run(greedy, 5, 100, tmp_path / "output").failed


def test_inputs_are_of_all_kinds() -> None:
    names = [each.name for each in inputs(1)]
    assert len(names) == len(set(names)) > 300
    for kind in (constants, nesting, texts, modules, settings, ignores):
        assert next(kind(1)).files["go.mod"]
