"""Messages of the Debug Adapter Protocol, whole and broken, and what a launch request names."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from modgo_lsp.cli.debug.adapter import DebugAdapter
from modgo_lsp.cli.debug.dap_launch import LaunchDefaults, launch_request
from modgo_lsp.cli.debug.dap_messages import ProtocolError, read_message

NOTHING = LaunchDefaults(None, None, None)


def stream(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1000)
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def test_messages_until_the_end() -> None:
    reader = stream(b'Content-Length: 8\r\nMore: x\r\n\r\n{"a": 1}content-length:2\r\n\r\n{}')
    assert [await read_message(reader) for _ in range(3)] == [{"a": 1}, {}, None]


@pytest.mark.parametrize("data", [b"", b"Content-Length: 9\r\n\r\n{}", b"Content-Length: 9\r\n"])
async def test_a_message_that_ends_early_is_the_end(data: bytes) -> None:
    assert await read_message(stream(data)) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Content-Length: 2\r\n\r\n{]", "JSON is malformed"),
        (b"Content-Length: 2\r\n\r\n[]", "not a JSON object"),
        (b"Content-Length: x\r\n\r\n", "the length 'x' is not accepted"),
        (b"Content-Length: -1\r\n\r\n", "the length '-1' is not accepted"),
        (b"Content-Length: 67108865\r\n\r\n", "the length '67108865' is not accepted"),
        (b"GET / HTTP/1.1\r\n", "a header of the Debug Adapter Protocol was expected"),
        (b"Content-Length" + b" " * 1000 + b": 2\r\n\r\n{}", "a header is too long"),
    ],
)
async def test_what_is_no_message(data: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        await read_message(stream(data))


async def test_an_editor_that_says_nothing_starts_no_debugger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    unused: Any = None
    await DebugAdapter(stream(b""), unused, NOTHING).run()


@pytest.mark.parametrize(
    ("given", "record", "records"),
    [
        ({"record": "a.record.json"}, "a.record.json", None),
        ({"record": "null"}, None, None),
        ({"record": ' {"bins": {}}'}, None, None),
        ({"records": "r.jsonl"}, None, "r.jsonl"),
    ],
)
def test_files_of_records_are_relative_to_the_package(
    tmp_path: Path, given: dict[str, str], record: str | None, records: str | None
) -> None:
    for module in (tmp_path, tmp_path / "m.so"):
        request, _ = launch_request({"package": str(module), "function": "f", **given}, NOTHING)
        asked = request.records
        assert asked.record == (str(tmp_path / record) if record else given.get("record"))
        assert asked.records == (tmp_path / records if records else None)
