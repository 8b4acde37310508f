"""The Go module that the tests of `modgo lint` use, Delve for those of `modgo debug`, and a cluster."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from modgo_lsp.build.delve import find_delve
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.cli import global_options
from tests.cli.lint_command import counters_module
from tests.ship.stand_in import StandIn, nodes


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    """Leaves no global option of a command that ran in this process."""
    yield
    global_options.reset()


@pytest.fixture
def module(tmp_path: Path) -> Path:
    counters_module(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def delve() -> str:
    """The path of Delve: the machine's, or one that is installed into the developer's cache once."""
    try:
        return asyncio.run(find_delve()).path
    except ToolchainError:
        done = subprocess.run(
            [sys.executable, "-m", "modgo_lsp", "debug", "--install-delve"],
            env={**os.environ, "GOFLAGS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0 and "CI" not in os.environ:
        pytest.skip(f"Delve cannot be installed: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return asyncio.run(find_delve()).path


@pytest.fixture
def two() -> Iterator[list[StandIn]]:
    """A cluster of two stand-ins for nodes."""
    with nodes() as made:
        yield made
