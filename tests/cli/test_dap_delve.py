"""Delve as a process that does not do what it should."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest

from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.cli.debug import dap_delve
from modgo_lsp.cli.debug.dap_delve import delve_adapter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="modules run on Linux only")
# Says that it listens, listens, and counts what should end it.
LISTENS = """#!{python}
import pathlib, signal, socket, sys, time
here = pathlib.Path(__file__).parent
def count(number, _frame):
    with (here / "signals").open("a") as file:
        print(number, file=file)
    if {ends}:
        sys.exit()
signal.signal(signal.SIGTERM, count)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[-1].removeprefix("unix:"))
server.listen()
print("DAP server listening", flush=True)
print("x" * 300_000, flush=True)  # more than a pipe takes
print("x" * 300_000, file=sys.stderr, flush=True)
(here / "written").touch()
while True:
    time.sleep(60)
"""


def script(folder: Path, text: str) -> str:
    path = folder / "dlv"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def children() -> set[psutil.Process]:
    """The processes that this one has started; other tests start some that stay."""
    return set(psutil.Process().children())


async def start(delve: str, folder: Path) -> None:
    async with delve_adapter(delve, folder / "socket", {}):
        for _ in range(2000):
            if (folder / "written").exists():
                return
            await asyncio.sleep(0.01)
        pytest.fail("what it wrote was not read")


async def test_one_that_ends_at_once_says_why(tmp_path: Path) -> None:
    delve = script(tmp_path, "#!/bin/sh\necho 'no such flag' >&2\n")
    with pytest.raises(ToolchainError, match=r"dlv does not start \(no such flag\)") as refused:
        await start(delve, tmp_path)
    assert refused.value.remedy == "try `dlv dap` in a terminal"


async def test_one_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dap_delve, "_START_SECONDS", 0.1)
    monkeypatch.setattr(dap_delve, "_END_SECONDS", 0.1)
    delve, before = script(tmp_path, "#!/bin/sh\nexec sleep 1000\n"), children()
    with pytest.raises(ToolchainError, match="dlv does not start"):
        await start(delve, tmp_path)
    assert children() <= before


@pytest.mark.parametrize("ends", [True, False])
async def test_one_that_does_not_end_with_its_session(
    ends: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dap_delve, "_END_SECONDS", 30.0 if ends else 0.3)
    before = children()
    await start(script(tmp_path, LISTENS.format(python=sys.executable, ends=ends)), tmp_path)
    assert (tmp_path / "signals").read_text().split() == [str(int(signal.SIGTERM))]
    assert children() <= before
