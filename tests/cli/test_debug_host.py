"""The socket of a program in a debugger."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import pytest

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.debug.host import host_at, socket_folder
from modgo_lsp.host.debug_calls import DebugCalls

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="modules run on Linux only")


async def test_a_program_without_calls_does_not_wait_for_an_answer() -> None:
    def new_calls() -> DebugCalls:
        raise AssertionError("there are none")

    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    async with socket_folder() as folder, host_at(folder / "calls", new_calls):
        reader, writer = await asyncio.open_unix_connection(folder / "calls")
        assert await asyncio.wait_for(reader.read(), 60) == b""
        writer.close()


async def test_the_folder_of_sockets_is_this_users_and_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for parent, expected in (("/tmp", "/tmp"), (str(tmp_path / ("x" * 100)), "/tmp")):
        monkeypatch.setattr(tempfile, "tempdir", parent)  # a socket's path may have 107 bytes
        async with socket_folder() as folder:
            assert str(folder.parent) == expected
            assert folder.stat().st_mode & 0o077 == 0
        assert not folder.exists()


async def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nowhere")
    with pytest.raises(CliError) as refused:
        async with socket_folder():
            pass
    assert refused.value.message == "/proc/nowhere cannot be written (No such file or directory)"
    assert refused.value.remedy == "set TMPDIR to another folder"


async def test_a_system_without_unix_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(asyncio, "start_unix_server")
    with pytest.raises(CliError, match="needs Unix sockets"):
        async with socket_folder():
            pass
