"""Reading and writing messages: valid and invalid input, and clients that do not read."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from io import BytesIO
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from modgo_lsp.server.lsp import connection
from modgo_lsp.server.lsp.connection import (
    Connection,
    HeaderError,
    MalformedError,
    decoded,
    encoded,
    frames,
)


def framed(body: bytes, header: bytes = b"Content-Length: %d\r\n\r\n") -> bytes:
    return header % len(body) + body


JSON_RPC = b"Content-Type: application/vscode-jsonrpc; charset="


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: %d\r\n\r\n",
        b"content-length:%d\r\n\r\n",
        b"Content-Length:   00%d  \r\n\r\n",
        b"Content-Length: 000000000%d\r\n\r\n",
        JSON_RPC + b"utf-8\r\nContent-Length: %d\r\n\r\n",
        b"Content-Length: %d\r\n" + JSON_RPC + b"utf8\r\n\r\n",
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
    ],
)
def test_a_header_is_read(header: bytes) -> None:
    stream = BytesIO(framed(b"{}", header) + framed(b"[1]"))
    assert list(frames(stream)) == [b"{}", b"[1]"]


# Invalid headers, and a part of the reason.
NO_HEADERS = {
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n": "POST /",
    b"X-Smuggled: Content-Length: %d\r\n\r\n": "neither Content-Length nor",
    b"Content-Type: x; Content-Length: %d\r\n\r\n": "not UTF-8",
    b"Content-Type: application/json\r\n\r\nContent-Length: %d\r\n\r\n": "has no Content-Length",
    b"\r\nContent-Length: %d\r\n\r\n": "has no Content-Length",
    b"Content-Length: -%d\r\n\r\n": "'-2' is not a number",
    b"Content-Length: +%d\r\n\r\n": "'+2' is not a number",
    b"Content-Length: 0x%d\r\n\r\n": "'0x2' is not a number",
    b"Content-Length: %d.0\r\n\r\n": "not a number",
    b"Content-Length: %d, 2\r\n\r\n": "not a number",
    "Content-Length: ²%d\r\n\r\n".encode(): "neither",
    b"Content-Length: %d\r\nContent-Length: 2\r\n\r\n": "comes twice",
    b"Content-Length: %d\r\ncontent-length: 2\r\n\r\n": "comes twice",
    b"Content-Length: %d\r\nX: y\r\n\r\n": "neither",
    b"Content-Length: %d\n\n": "neither",
    b"Content-Length: %d\r\r\n\r\n": "neither",
    b"Content-Length : %d\r\n\r\n": "neither",
    b" Content-Length: %d\r\n\r\n": "neither",
    b"Content-Length: \r\n %d\r\n\r\n": "neither",
    b"Content-Length: 268435457\r\n\r\n%d": "not a number up to 268435456",
    b"Content-Length: 99999999999999999999%d\r\n\r\n": "not a number up to 268435456",
    b"Content-Length: 0000000000%d\r\n\r\n": "'00000000002' is not a number",
    b"Content-Length: %d\r\n" + JSON_RPC + b"utf-16\r\n\r\n": "utf-16' is not UTF-8",
    b'{"jsonrpc": "2.0"}Content-Length: %d\r\n\r\n': "neither",
    b"Content-Type: " + b"x" * 70_000 + b"\r\nContent-Length: %d\r\n\r\n": "neither",
    b"\0\xff" * 70_000 + b"\r\n\r\nContent-Length: %d\r\n\r\n": "neither",
}


@pytest.mark.parametrize(("header", "reason"), NO_HEADERS.items())
def test_an_invalid_header_closes_the_connection(header: bytes, reason: str) -> None:
    found = frames(BytesIO(framed(b"[0]") + framed(b"{}", header) + framed(b"[1]")))
    assert next(found) == b"[0]"
    with pytest.raises(HeaderError) as error:
        next(found)
    assert reason in str(error.value)
    assert len(str(error.value)) < 400
    assert str(error.value).isprintable()


def test_nothing_is_read_after_a_wrong_length() -> None:
    short = b'Content-Length: 3\r\n\r\n{"jsonrpc": "2.0", "id": 1}'
    long = b'Content-Length: 60\r\n\r\n{"jsonrpc": "2.0", "id": 1}'
    for wrong in (short, long):
        found = frames(BytesIO(wrong + framed(b"[1]") * 3))
        next(found)
        with pytest.raises(HeaderError):
            next(found)
    assert list(frames(BytesIO(framed(b"[1]") + b"Content-Length: 9\r\n\r\n[2"))) == [b"[1]"]
    assert list(frames(BytesIO(framed(b"[1]") + b"Content-Length: 9\r\n"))) == [b"[1]"]
    assert list(frames(BytesIO(b"Content-Length: 268435456\r\n\r\n[1]"))) == []


def test_of_what_is_no_header_the_beginning_is_shown() -> None:
    with pytest.raises(HeaderError) as error:
        next(frames(BytesIO(b"x" * 300)))
    assert str(error.value) == f"'{'x' * 60}' is neither Content-Length nor Content-Type"


def test_the_connection_is_closed_and_says_why_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    ended = threading.Event()
    received: list[Any] = []
    web_page = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + framed(b'{"jsonrpc": "2.0", "method": "exit"}')

    def noted(message: Any, _size: int) -> None:
        received.append(message)

    connection = Connection(BytesIO(web_page), BytesIO(), noted, received.append, ended.set)
    connection.start()
    assert ended.wait(10)
    assert received == []
    logged = capsys.readouterr().err
    assert logged.count("\n") == 1
    assert (
        "the connection is closed: 'POST / HTTP/1.1\\r\\n' is neither Content-Length nor Content-Type"
        in logged
    )


INVALID = {
    b"": "not JSON: ",
    b"{": "not JSON: ",
    b"\xff\xfe": "not JSON: ",
    b"[" * 100_000: "nested too deeply|not JSON: ",
    b"[]": "not a JSON-RPC 2.0 message",
    b"7": "not a JSON-RPC 2.0 message",
    b"null": "not a JSON-RPC 2.0 message",
    b'{"id": 1}': "not a JSON-RPC 2.0 message",
    b'{"jsonrpc": "1.0", "id": 1}': "not a JSON-RPC 2.0 message",
    b'{"jsonrpc": "2.0"}': "neither a request nor a notification nor a response",
    b'{"jsonrpc": "2.0", "method": "x", "params": nan}': "not JSON: ",
    b'{"jsonrpc": "2.0", "id": true, "method": "x"}': "neither a whole number nor a string",
    b'{"jsonrpc": "2.0", "id": 1.5, "method": "x"}': "neither a whole number nor a string",
    b'{"jsonrpc": "2.0", "id": [], "method": "x"}': "neither a whole number nor a string",
    b'{"jsonrpc": "2.0", "id": 1, "method": 2}': "one whose method is not a string",
}


@pytest.mark.parametrize("body", INVALID, ids=lambda body: repr(body[:30]))
def test_an_invalid_message_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError, match=INVALID[body]):
        decoded(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc": "2.0", "id": 1, "method": "x"}',
        b'{"jsonrpc": "2.0", "id": "a", "method": "x"}',
        b'{"jsonrpc": "2.0", "method": "x"}',
        b'{"jsonrpc": "2.0", "id": 1, "result": null}',
        b'{"jsonrpc": "2.0", "id": null, "error": {}}',
    ],
)
def test_a_message_is_accepted(body: bytes) -> None:
    assert decoded(body) == json.loads(body)


def test_half_of_a_surrogate_pair_is_accepted() -> None:
    assert decoded(b'{"jsonrpc": "2.0", "method": "x", "params": "\\ud800"}')["params"] == "\ud800"


@settings(max_examples=200)
@given(some.binary(max_size=200))
def test_the_reader_reaches_the_end_of_any_input(noise: bytes) -> None:
    with suppress(HeaderError):
        for body in frames(BytesIO(noise + b"\r\n\r\n" + framed(b'{"jsonrpc": "2.0", "id": 1}'))):
            with suppress(MalformedError):
                decoded(body)


class Client:
    """The other end of a connection, which reads on request."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self.ended = threading.Event()
        self.connection = Connection(
            BytesIO(), os.fdopen(self._writing, "wb"), lambda _: None, lambda _: None, self.ended.set
        )
        self.connection.start()

    def read(self) -> list[Any]:
        """All that comes in a while, to the end."""
        closing = threading.Thread(target=self.connection.close, args=(20,))
        closing.start()
        with os.fdopen(self._reading, "rb") as stream:
            found = []
            for body in frames(stream):
                found.append(msgspec.json.decode(body))
                if found[-1] == "last":
                    break
        closing.join()
        return found


def test_a_client_that_does_not_read_blocks_nobody_and_gets_the_latest() -> None:
    client = Client()
    for number in range(50_000):
        client.connection.send({"findings": number, "of": "x" * 100}, key="file:///a.go")
        client.connection.send({"log": number}, optional=True)
    client.connection.send("last")
    assert client.connection.waiting < 15_000
    found = client.read()
    counts = [message["findings"] for message in found if "findings" in message]
    assert counts[-1] == 49_999
    assert counts == sorted(counts)
    assert found[-1] == "last"


def test_the_end_of_the_input_is_reported_and_a_closed_output_ignored() -> None:
    client = Client()
    assert client.ended.wait(10)
    os.close(client._reading)
    for _ in range(3):
        client.connection.send("nobody hears this")
    client.connection.close(10)


def test_messages_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_MAX_OPTIONAL", 2)
    stream = BytesIO()
    waiting = Connection(BytesIO(), stream, lambda _, __: None, lambda _: None, lambda: None)
    for number in range(4):
        waiting.send(["log", number], optional=True)
    waiting.send("a")
    for number in range(3):
        waiting.send(["findings", number], key="file:///a.go")
        waiting.send(["findings", -number], key="file:///b.go")
    waiting.send(["log", 4], optional=True)
    sent = [["log", 0], ["log", 1], ["log", 2], "a", ["findings", 2], ["findings", -2]]
    assert waiting.waiting == len(sent)
    assert waiting._size == sum(len(encoded(each)) for each in sent)
    waiting.start()
    waiting.close(10)
    assert [msgspec.json.decode(body) for body in frames(BytesIO(stream.getvalue()))] == sent
    assert (waiting.waiting, waiting._size) == (0, 0)


def test_nothing_is_read_while_somebody_is_behind() -> None:
    received: list[Any] = []
    first, ended = threading.Event(), threading.Event()
    behind = [False, True]

    def noted(message: Any, size: int) -> None:
        received.append((message["id"], size))
        first.set()

    bodies = [b'{"jsonrpc": "2.0", "id": %d}' % number for number in (1, 2, 300)]
    stdin = BytesIO(b"".join(map(framed, bodies)))
    paused = Connection(stdin, BytesIO(), noted, lambda _: None, ended.set)
    for number in range(2):
        paused.pause_while(lambda number=number: behind[number])  # type: ignore[misc]
    paused.start()
    assert first.wait(10)
    time.sleep(0.05)
    assert received == [(1, 27)]
    assert not ended.is_set()
    behind[1] = False
    assert ended.wait(10)
    assert received == [(1, 27), (2, 27), (300, 29)]


def test_a_connection_that_is_closed_is_read_to_the_end() -> None:
    ended = threading.Event()
    stdin = BytesIO(framed(b'{"jsonrpc": "2.0", "id": 1}') * 3)
    closed = Connection(stdin, BytesIO(), lambda _, __: None, lambda _: None, ended.set)
    closed.pause_while(lambda: True)
    closed.start()
    closed.close(10)
    assert ended.wait(10)


def test_nothing_is_read_from_a_client_that_does_not_read() -> None:
    size, messages = 1024 * 1024, 200
    (asking, ask), (answers, answering) = os.pipe(), os.pipe()
    taken: list[Any] = []

    def answered(message: Any, _size: int) -> None:
        taken.append(message)
        connection.send("x" * size)

    ended = threading.Event()
    connection = Connection(
        os.fdopen(asking, "rb"), os.fdopen(answering, "wb"), answered, lambda _: None, ended.set
    )
    connection.start()
    with os.fdopen(ask, "wb") as stream:
        stream.write(framed(b'{"jsonrpc": "2.0", "id": 1}') * messages)
    until = time.monotonic() + 30
    while len(taken) < 60 and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)
    assert 60 <= len(taken) < 80
    with os.fdopen(answers, "rb") as stream:
        found = frames(stream)
        for _ in range(messages):
            assert len(next(found)) == size + 2
    assert ended.wait(10)
    assert len(taken) == messages


class Failing(BytesIO):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def readline(self, _size: int | None = -1) -> bytes:
        raise self.error


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), ValueError("I/O on closed file")])
def test_an_input_that_cannot_be_read_ends_the_connection(
    capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    ended = threading.Event()
    Connection(Failing(error), BytesIO(), lambda _, __: None, lambda _: None, ended.set).start()
    assert ended.wait(10)
    assert capsys.readouterr().err == f"modgo: cannot read on: {error}\n"


def test_halves_of_surrogate_pairs_are_escaped() -> None:
    """As in the names of files that are not UTF-8."""
    assert encoded({"path": "é"}) == '{"path":"é"}'.encode()
    assert encoded({"path": "\udcff"}) == b'{"path": "\\udcff"}'
    assert encoded(Named("\udcff")) == b'{"name": "\\udcff"}'


class Named(msgspec.Struct):
    name: str
