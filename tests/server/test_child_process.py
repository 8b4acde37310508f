"""Messages to and from the processes that lint beside the server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from modgo_lsp.server.workspace.child_process import read, send

ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
ENDS_AT_ONCE = "pass"


@pytest.fixture
def process(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", request.param], stdin=pipe, stdout=pipe) as process:
        yield process


@pytest.mark.parametrize("process", [ECHO], indirect=True)
def test_a_message_arrives_and_the_input_ends(process: subprocess.Popen[bytes]) -> None:
    send(process, "order")
    assert process.stdout is not None
    assert read(process.stdout) == b"\xa5order"
    assert read(process.stdout) is None


@pytest.mark.parametrize("size", [1, 100_000], ids=["small", "more than a pipe holds"])
@pytest.mark.parametrize("process", [ENDS_AT_ONCE], indirect=True)
def test_a_process_that_has_ended_before_its_message(process: subprocess.Popen[bytes], size: int) -> None:
    process.wait()
    send(process, "x" * size)
    assert process.stdin is not None
    assert process.stdin.closed
    assert process.stdout is not None
    assert read(process.stdout) is None
