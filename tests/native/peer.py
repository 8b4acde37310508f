"""A program that answers requests of the native tests, one after another."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path


class Peer:
    """A program that answers requests on its standard output. It must never exit by itself."""

    def __init__(self, program: Path, *arguments: Path, environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )

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
