"""Programs that answer the native tests: Aerospike's own as_msgpack with libmod_go, and the Go SDK.

Tests are skipped if Debian packages that they need are missing; under `make test-native` they fail.
"""

from __future__ import annotations

import os
import platform
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "target" / f"{platform.system()}-{platform.machine()}"


def require(installed: bool, packages: str) -> None:
    """Skips the test, or fails it under MODGO_NATIVE, unless these Debian packages are installed."""
    if not installed:
        end = pytest.fail if os.environ.get("MODGO_NATIVE") else pytest.skip
        end(f"apt-get install {packages}")


class Peer:
    """A program that answers requests on its standard output. It must never exit by itself."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, kind: bytes, content: bytes) -> tuple[bool, bytes]:
        """Whether the answer is yes, and its content."""
        streams = self.process.stdin, self.process.stdout
        assert streams[0] is not None
        assert streams[1] is not None
        streams[0].write(kind + struct.pack("<I", len(content)) + content)
        streams[0].flush()
        head = streams[1].read(5)
        assert len(head) == 5, f"{self.process.args} ended at {kind!r} {content.hex()}"
        no, length = struct.unpack("<BI", head)
        return not no, streams[1].read(length)

    def close(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(30)


@pytest.fixture(scope="session")
def real() -> Iterator[Peer]:
    """libmod_go/test/as_module/peer/peer.c lists the requests. It runs under sanitizers."""
    require(Path("/usr/include/openssl").exists(), "libssl-dev")
    subprocess.run(
        ["make", "--no-print-directory", "-C", ROOT / "libmod_go", "-f", "as_module.mk", "msgpack-peer"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
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
