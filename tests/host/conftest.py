"""Fixtures of the host's tests: modules in C and in Go, compiled once in a session."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modgo_lsp.build.build import BuildRequest, build_module
from modgo_lsp.build.toolchain import discover_cc
from modgo_lsp.resources import resource

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def compile_c(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """compile_c("good", "-DMAJOR=2", …) returns the path of the shared object of modules/good.c."""
    folder = tmp_path_factory.mktemp("c")
    cc = asyncio.run(discover_cc())

    def compile_module(name: str, *flags: str) -> Path:
        output = folder / f"{name}{''.join(flags)}.so".replace("/", "_")
        command = [*cc.command, "-shared", "-fPIC", "-I", str(resource("libmod_go") / "include"), *flags]
        subprocess.run([*command, "-o", str(output), str(HERE / "modules" / f"{name}.c")], check=True)
        return output

    return compile_module


@pytest.fixture(scope="session")
def good(compile_c: Callable[..., Path]) -> Path:
    return compile_c("good")


@pytest.fixture(scope="session")
def udfs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go module of the builder's tests."""
    output = tmp_path_factory.mktemp("go") / "udfs.so"
    source = HERE.parent / "build" / "modules" / "udfs"
    result = asyncio.run(build_module(BuildRequest((source,), output=output)))
    assert result.ok, result.findings
    return output
