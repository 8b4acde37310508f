"""Messages of the Debug Adapter Protocol on asyncio's streams: a header with the length, then JSON."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

Message = dict[str, Any]

_LARGEST = 64 << 20


class ProtocolError(Exception):
    """What was read is no message."""


async def read_message(reader: asyncio.StreamReader) -> Message | None:
    """The next message, None at the end of the stream. Raises ProtocolError."""
    length = None
    while line := await _line(reader):
        if line == b"\r\n" and length is not None:
            try:
                message = msgspec.json.decode(await reader.readexactly(length))
            except asyncio.IncompleteReadError:
                return None
            except msgspec.DecodeError as error:
                raise ProtocolError(str(error)) from None
            if not isinstance(message, dict):
                raise ProtocolError("the message is not a JSON object")
            return message
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            if not value.strip().isdigit() or int(value) > _LARGEST:
                raise ProtocolError(f"the length {value.decode('latin-1').strip()!r} is not accepted")
            length = int(value)
        elif not value:
            raise ProtocolError("a header of the Debug Adapter Protocol was expected")
    return None


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError:
        raise ProtocolError("a header is too long") from None


def frame(message: Message) -> bytes:
    """The message as bytes of the protocol."""
    body = msgspec.json.encode(message)
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
