"""Programs that answer the native tests: Aerospike's own as_msgpack with libmod_go, and the Go SDK.

Tests are skipped if Debian packages that they need are missing; under `make test-native` they fail.
"""

from __future__ import annotations

import fcntl
import os
import platform
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.native.go_and_lua import GoAndLua
from tests.native.peer import Peer

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target" / f"{platform.system()}-{platform.machine()}"


def require(installed: bool, packages: str) -> None:
    """Skips the test, or fails it under MODGO_NATIVE, unless these Debian packages are installed."""
    if not installed:
        end = pytest.fail if os.environ.get("MODGO_NATIVE") else pytest.skip
        end(f"apt-get install {packages}")


def make(target: str) -> None:
    """Makes a target of as_module.mk. One process at a time: pytest-xdist runs files side by side."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / "native-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(
            ["make", "--no-print-directory", "-C", ROOT / "libmod_go", "-f", "as_module.mk", target],
            check=True,
            stdout=subprocess.DEVNULL,
        )


@pytest.fixture(scope="session")
def real() -> Iterator[Peer]:
    """libmod_go/test/as_module/peer/peer.c lists the requests. It runs under sanitizers."""
    require(Path("/usr/include/openssl").exists(), "libssl-dev")
    make("msgpack-peer")
    peer = Peer(TARGET / "obj" / "as_module-sanitize" / "msgpack-peer")
    yield peer
    assert peer.close() == 0, "the leak checker has found something"


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """Answers a document and its type with the document that the SDK writes after reading it."""
    program = tmp_path_factory.mktemp("sdk") / "peer"
    subprocess.run(["go", "build", "-o", program, "./testdata/peer"], cwd=ROOT / "udf", check=True)
    peer = Peer(program)
    yield peer
    assert peer.close() == 0


@pytest.fixture(scope="session")
def go_and_lua(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GoAndLua]:
    require(Path("/usr/include/openssl").exists(), "libssl-dev")
    make("go-and-lua")
    worker = TARGET / "bin" / "mod-go-worker"
    both = GoAndLua(TARGET / "obj" / "as_module" / "go-and-lua", worker, tmp_path_factory.mktemp("both"))
    yield both
    both.close()
