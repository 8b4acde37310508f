"""The socket of a program in a debugger."""

from __future__ import annotations

import asyncio
import sys

import pytest

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
