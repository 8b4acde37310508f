"""Messages in and out over two byte streams, each on a thread of its own: whoever is at work is not kept from
it by a client that sends much, or reads nothing. What is small and has room is written at once.

Not for: what messages mean (session.py).
"""

from __future__ import annotations

import json
import os
import re
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import msgspec

Message = dict[str, Any]

# A field of a header, as LSP has them from HTTP: a name, a value of printable ASCII, and CRLF.
_FIELD = re.compile(rb"([A-Za-z-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)[ \t]*\r\n")
_CHARSET = re.compile(rb"(?:.*;[ ]*charset=\"?utf-?8\"?|[^;]*)", re.IGNORECASE)
_LENGTH, _TYPE = b"content-length", b"content-type"
_LONGEST = 256 * 1024 * 1024  # bytes; who says that more will come has made a mistake
_DIGITS = 10
_LONGEST_LINE = 256
# Of a client that doesn't read: what is only told, and what is told once more, may be left out.
_WAITING = 10_000
# Seconds between two looks at whether to read on.
_PAUSE = 0.005
# Bytes that fit in with their header wherever there is room for any.
_SMALL = getattr(select, "PIPE_BUF", 512) - 32
# Bytes that may wait for a client that doesn't read: then nothing more is read of what it sends.
_MOST = 64 * 1024 * 1024


class MalformedError(Exception):
    """What came is no message. The text says what it is instead."""


class HeaderError(Exception):
    """What came is no header of the protocol. The text says why."""


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """The bodies of the messages in a stream, up to its end. Raises HeaderError where something else comes.

    Nothing is passed over to find the next header: a web page can send text of its choice within a request,
    and what looked like a header in the middle of it was a message."""
    while (length := _length(stream)) is not None:
        body = stream.read(length)
        if len(body) < length:
            return
        yield body
        del body  # it may be large, and the next one may be long in coming


def _length(stream: BinaryIO) -> int | None:
    """The length in the next header; None at the end of the stream."""
    fields: dict[bytes, bytes] = {}
    while (line := stream.readline(_LONGEST_LINE)) != b"\r\n":
        if not line:
            return None
        field = _FIELD.fullmatch(line)
        name = b"" if field is None else field[1].lower()
        if field is None or name not in (_LENGTH, _TYPE):
            raise HeaderError(f"{_shown(line)} is neither Content-Length nor Content-Type")
        if name in fields:
            raise HeaderError(f"{_shown(line)} comes twice in a header")
        fields[name] = field[2]
    if _CHARSET.fullmatch(fields.get(_TYPE, b"")) is None:
        raise HeaderError(f"Content-Type {_shown(fields[_TYPE])} is not UTF-8")
    given = fields.get(_LENGTH)
    if given is None:
        raise HeaderError("a header has no Content-Length")
    if not given.isdigit() or len(given) > _DIGITS or int(given) > _LONGEST:
        raise HeaderError(f"Content-Length {_shown(given)} is no number up to {_LONGEST}")
    return int(given)


def _shown(text: bytes) -> str:
    return repr(text[:60])[1:]


def decoded(body: bytes) -> Message:
    """The message in a body. Raises MalformedError."""
    try:
        message = msgspec.json.decode(body)
    except msgspec.DecodeError:
        try:
            message = json.loads(body)  # takes halves of surrogate pairs, which some editors send
        except (ValueError, RecursionError) as error:
            raise MalformedError(f"not JSON: {error}") from None
    except RecursionError:
        raise MalformedError("nested too deeply") from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise MalformedError("not a JSON-RPC 2.0 message")
    id_ = message.get("id")
    if isinstance(id_, bool) or not isinstance(id_, int | str | None):
        raise MalformedError("one whose id is neither a whole number nor a string")
    if not isinstance(message.get("method", ""), str):
        raise MalformedError("one whose method is no string")
    if not ("method" in message or "id" in message):
        raise MalformedError("neither a request nor a notification nor a response")
    return message


def encoded(message: object) -> bytes:
    """The JSON of anything that msgspec encodes. Halves of surrogate pairs, which stand in the names of files
    that are not UTF-8, are escaped."""
    try:
        return msgspec.json.encode(message)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(message)).encode()


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def complain(message: str) -> None:
    """Says on standard error what is wrong, if that takes it: it may be on a disk that is full."""
    with suppress(OSError, ValueError):
        print(message, file=sys.stderr, flush=True)


def _room_for(stream: BinaryIO) -> select.poll | None:
    """Tells whether a pipe or socket has room for something small; None where the system doesn't."""
    if not hasattr(select, "poll"):
        return None
    try:
        room = select.poll()
        room.register(stream.fileno(), select.POLLOUT)
    except (OSError, ValueError):  # a stream in memory
        return None
    return room


class Connection:
    """`received` gets each message and its size in bytes, `malformed` what is wrong with one that is none,
    `ended` is called at the end of the input; all on the reader's thread. `send` may be called by any
    thread."""

    def __init__(
        self,
        stdin: BinaryIO,
        stdout: BinaryIO,
        received: Callable[[Message, int], None],
        malformed: Callable[[str], None],
        ended: Callable[[], None],
    ) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._received = received
        self._malformed = malformed
        self._ended = ended
        # What is to be sent; by key what a newer message of that key takes the place of.
        self._waiting: deque[tuple[str, bytes | None]] = deque()
        self._latest: dict[str, bytes] = {}
        self._news = threading.Condition()
        self._size = 0
        self._closing = False
        self._is_writing = False
        self._pauses: list[Callable[[], bool]] = []
        self._room = _room_for(stdout)
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        self._reader = threading.Thread(target=self._read, name="reader", daemon=True)

    def start(self) -> None:
        self._writer.start()
        self._reader.start()

    def pause_while(self, is_behind: Callable[[], bool]) -> None:
        """Reads no message while this is so, for the client to wait rather than the memory to grow."""
        self._pauses.append(is_behind)

    def send(self, message: object, key: str = "", optional: bool = False) -> None:
        """Sends a message, anything that msgspec encodes. One with a `key` takes the place of the one before
        that has it, if that one still waits. An `optional` one is left out where too many wait."""
        self.send_body(encoded(message), key, optional)

    def send_body(self, body: bytes, key: str = "", optional: bool = False) -> None:
        with self._news:
            if optional and len(self._waiting) > _WAITING:
                return
            if self._is_written(body):
                return
            if not key:
                self._waiting.append(("", body))
            else:
                if key not in self._latest:
                    self._waiting.append((key, None))
                self._size -= len(self._latest.get(key, b""))
                self._latest[key] = body
            self._size += len(body)
            self._news.notify_all()

    def _is_written(self, body: bytes) -> bool:
        """Writes a small message at once if it is the next and there is room for it, so that it needn't wait
        for the writer's thread to have its turn. With the lock held."""
        if self._room is None or self._waiting or self._is_writing or self._closing:
            return False
        if len(body) > _SMALL or self._room.poll(0) != [(self._stdout.fileno(), select.POLLOUT)]:
            return False
        try:
            os.write(self._stdout.fileno(), framed(body))
        except OSError:  # nobody reads any more; the end of the input will say so
            self._closing = True
        return True

    @property
    def waiting(self) -> int:
        """How many messages the client has yet to take."""
        return len(self._waiting)

    def close(self, seconds: float) -> None:
        """Sends what is left, if the client takes it in this time."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._writer.join(seconds)

    def _write(self) -> None:
        try:
            while True:
                with self._news:
                    while not self._waiting:
                        if self._closing:
                            return
                        self._news.wait()
                    key, body = self._waiting.popleft()
                    if body is None:
                        body = self._latest.pop(key)
                    self._size -= len(body)
                    self._is_writing = True
                    self._news.notify_all()
                self._stdout.write(framed(body))
                self._stdout.flush()
                self._is_writing = False
        except (OSError, ValueError):  # nobody reads any more; the end of the input will say so
            return
        finally:
            with self._news:
                self._closing = True
                self._news.notify_all()

    def _read(self) -> None:
        try:
            for body in frames(self._stdin):
                size = len(body)
                try:
                    message = decoded(body)
                except MalformedError as error:
                    self._malformed(str(error))
                else:
                    del body
                    self._received(message, size)
                    del message  # as large as the body
                self._pause()
        except HeaderError as error:
            complain(f"modgo: the connection is closed: {error}")
        except (OSError, ValueError) as error:
            complain(f"modgo: cannot read on: {error}")
        finally:
            self._ended()

    def _pause(self) -> None:
        with self._news:
            self._news.wait_for(lambda: self._size <= _MOST or self._closing)
        while not self._closing and any(is_behind() for is_behind in self._pauses):
            time.sleep(_PAUSE)
