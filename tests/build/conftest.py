"""Fixtures of the builder's tests: a Go module, and the C host that calls functions of a built one."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.resources import resource
from tests.build.go_module import GO_MOD

Write = Callable[..., Path]
Driver = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write("m.go", text, …) writes a Go module, with go.mod unless that is given. Returns its folder."""

    def write_module(*files: str) -> Path:
        folder = tmp_path / "m"
        pairs = dict(zip(files[::2], files[1::2], strict=True))
        for name, text in {"go.mod": GO_MOD, **pairs}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))  # for what is not UTF-8
        return folder

    return write_module


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Driver:
    """driver(module, line, …) returns what the C host of the SDK's own tests prints for these lines."""
    program = tmp_path_factory.mktemp("driver") / "driver"
    source = resource("udf")
    compiler = asyncio.run(discover_cc()).command
    subprocess.run(
        [*compiler, "-O1", f"-I{source}", "-o", program, source / "testdata/driver.c", "-ldl", "-lpthread"],
        check=True,
    )

    def run(module: Path, *lines: str) -> list[str]:
        requests = "".join(f"{line}\n" for line in lines).encode()
        done = subprocess.run([program, module], input=requests, capture_output=True, timeout=60)
        assert done.returncode == 0, shlex.join(lines[:50]) + done.stderr.decode()
        printed = re.sub(rb"/[^ \\]*/(\w+\.go:)", rb"\1", done.stdout)
        return printed.decode(errors="backslashreplace").removesuffix("\n").split("\n")

    return run
