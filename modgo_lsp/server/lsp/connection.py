"""Reads and writes messages, on a thread for each of the two streams: a client that sends a lot or reads
nothing holds up neither the message thread nor the analysis. A small message is written at once if the pipe
takes it.
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

# A header field, which LSP has from HTTP: a name, a value of printable ASCII, and CRLF.
_FIELD = re.compile(rb"([A-Za-z-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)[ \t]*\r\n")
_CHARSET = re.compile(rb"(?:.*;[ ]*charset=\"?utf-?8\"?|[^;]*)", re.IGNORECASE)
_LENGTH, _TYPE = b"content-length", b"content-type"
_LONGEST = 256 * 1024 * 1024  # bytes; a client that announces more has made a mistake
_DIGITS = 10
_LONGEST_LINE = 256
# Messages that wait for a client that doesn't read: beyond them, optional ones are dropped.
_MAX_OPTIONAL = 10_000
# Seconds between two checks of whether to read on.
_PAUSE = 0.005
# Bytes that fit, with their header, into a pipe that has any capacity left.
_SMALL = getattr(select, "PIPE_BUF", 512) - 32
# Bytes that wait for a client that doesn't read: beyond them, nothing more is read from it.
_MAX_SIZE = 64 * 1024 * 1024


class MalformedError(Exception):
    """The body is not a message. The text says what it is instead."""


class HeaderError(Exception):
    """The input is not a header of the protocol. The text says why."""


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """The bodies of the messages in a stream, up to its end. Raises HeaderError if something else comes.

    Nothing is skipped to find the next header: a web page can send text of its choice within a request, and
    what looks like a header in the middle of it would be a message."""
    while (length := _length(stream)) is not None:
        body = stream.read(length)
        if len(body) < length:
            return
        yield body
        del body  # it may be large, and the next one may take long to come


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
        raise HeaderError(f"Content-Length {_shown(given)} is not a number up to {_LONGEST}")
    return int(given)


def _shown(text: bytes) -> str:
    return repr(text[:60])[1:]


def decoded(body: bytes) -> Message:
    """The message in a body. Raises MalformedError."""
    try:
        message = msgspec.json.decode(body)
    except msgspec.DecodeError:
        try:
            message = json.loads(body)  # accepts halves of surrogate pairs, which some editors send
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
        raise MalformedError("one whose method is not a string")
    if not ("method" in message or "id" in message):
        raise MalformedError("neither a request nor a notification nor a response")
    return message


def encoded(message: object) -> bytes:
    """The JSON of anything that msgspec encodes. Halves of surrogate pairs, which names of files that are not
    UTF-8 have, are escaped."""
    try:
        return msgspec.json.encode(message)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(message)).encode()


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def complain(message: str) -> None:
    """Writes to standard error, and ignores a failure: it may be a file on a full disk."""
    with suppress(OSError, ValueError):
        print(message, file=sys.stderr, flush=True)


def _poll_of(stream: BinaryIO) -> select.poll | None:
    """Polls whether a pipe or socket takes a small message; None where the system can't."""
    if not hasattr(select, "poll"):
        return None
    try:
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
    except (OSError, ValueError):  # a stream in memory
        return None
    return poll


class Connection:
    """`received` gets each message and its size in bytes, `malformed` says what is wrong with a body that is
    not a message, `ended` is called at the end of the input: all on the reader's thread. The rest is for any
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
        # The messages to send. One with a key is in `_latest`, where a newer one replaces it.
        self._waiting: deque[tuple[str, bytes | None]] = deque()
        self._latest: dict[str, bytes] = {}
        self._condition = threading.Condition()
        self._size = 0
        self._closing = False
        self._is_writing = False
        self._pauses: list[Callable[[], bool]] = []
        self._poll = _poll_of(stdout)
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)
        self._reader = threading.Thread(target=self._read, name="reader", daemon=True)

    def start(self) -> None:
        self._writer.start()
        self._reader.start()

    def pause_while(self, is_behind: Callable[[], bool]) -> None:
        """Stops reading while this is so: the client waits instead of memory growing."""
        self._pauses.append(is_behind)

    def send(self, message: object, key: str = "", optional: bool = False) -> None:
        """Sends a message: anything that msgspec encodes. It replaces a message with the same `key` that
        still waits. An `optional` one is dropped if too many wait."""
        self.send_body(encoded(message), key, optional)

    def send_body(self, body: bytes, key: str = "", optional: bool = False) -> None:
        with self._condition:
            if optional and len(self._waiting) > _MAX_OPTIONAL:
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
            self._condition.notify_all()

    def _is_written(self, body: bytes) -> bool:
        """Writes a small message at once if no other waits and the pipe takes it: to wake the writer takes
        0.1 ms. With the lock held."""
        if self._poll is None or self._waiting or self._is_writing or self._closing:
            return False
        if len(body) > _SMALL or self._poll.poll(0) != [(self._stdout.fileno(), select.POLLOUT)]:
            return False
        try:
            os.write(self._stdout.fileno(), framed(body))
        except OSError:  # the client is gone; the end of the input follows
            self._closing = True
        return True

    @property
    def waiting(self) -> int:
        """The number of messages that the client has not taken."""
        return len(self._waiting)

    def close(self, seconds: float) -> None:
        """Sends what is left, if the client takes it within this time."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._writer.join(seconds)

    def _write(self) -> None:
        try:
            while True:
                with self._condition:
                    while not self._waiting:
                        if self._closing:
                            return
                        self._condition.wait()
                    key, body = self._waiting.popleft()
                    if body is None:
                        body = self._latest.pop(key)
                    self._size -= len(body)
                    self._is_writing = True
                    self._condition.notify_all()
                self._stdout.write(framed(body))
                self._stdout.flush()
                self._is_writing = False
        except (OSError, ValueError):  # the client is gone; the end of the input follows
            return
        finally:
            with self._condition:
                self._closing = True
                self._condition.notify_all()

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
        with self._condition:
            self._condition.wait_for(lambda: self._size <= _MAX_SIZE or self._closing)
        while not self._closing and any(is_behind() for is_behind in self._pauses):
            time.sleep(_PAUSE)
