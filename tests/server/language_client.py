"""A language client that sends and receives messages, and notes the time.

It implements JSON-RPC itself: the time of a client library would be measured as the server's, and no client
library sends invalid messages.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

PUSHED: Mapping[str, Any] = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
_PATIENCE = 60.0


class LanguageServer:
    """A server process on standard input and output, for one thread. `settings` is its section of the
    configuration, `stderr` gets its standard error."""

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
        stderr: int | Path = subprocess.DEVNULL,
    ) -> None:
        self.started = time.perf_counter()
        self.folder = folder
        self.settings = settings
        complaints = stderr if isinstance(stderr, int) else os.open(stderr, os.O_CREAT | os.O_WRONLY)
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            bufsize=0,
        )
        if complaints is not stderr:
            os.close(complaints)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._stdin, self._stdout = self.process.stdin, self.process.stdout
        self._buffer = bytearray()
        self._readable = selectors.DefaultSelector()
        self._readable.register(self._stdout, selectors.EVENT_READ)
        self._next_id = 0
        self._answers: dict[Any, dict[str, Any]] = {}
        # The latest published diagnostics by URI; all other notifications, in order; and the server's
        # requests.
        self.pushed: dict[str, Any] = {}
        self.notifications: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []

    # --- to the server

    def notify(self, method: str, params: object) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object) -> int:
        """Sends a request; `answer` waits for its answer."""
        self._next_id += 1
        self.send({"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params})
        return self._next_id

    def answer(self, number: Any, seconds: float = _PATIENCE) -> dict[str, Any]:
        """The answer to a request: an object with a result or an error."""
        self.until(lambda: number in self._answers, seconds)
        return self._answers.pop(number)

    def has_answer(self, number: Any) -> bool:
        return number in self._answers

    def request(self, method: str, params: object, seconds: float = _PATIENCE) -> Any:
        message = self.answer(self.ask(method, params), seconds)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    def initialize(self, **more: object) -> None:
        """The handshake of a client that takes pushed diagnostics; `more` are more parameters."""
        uri = self.folder.as_uri()
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": self.folder.name}],
                "capabilities": PUSHED,
                **more,
            },
        )
        self.notify("initialized", {})

    def open(self, path: Path, text: str | None = None, language: str = "go") -> str:
        uri = path.as_uri()
        text = path.read_text() if text is None else text
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, version: int, *changes: object) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def send(self, message: object) -> None:
        try:
            body = msgspec.json.encode(message)
        except UnicodeEncodeError:
            body = json.dumps(message).encode()  # with halves of surrogate pairs, as some editors send
        self.send_bytes(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def send_bytes(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._stdin.write(view) :]

    def close(self) -> int:
        """Ends the session as a client should. Returns the exit code."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(10)

    def end(self) -> None:
        """Leaves the server, which then ends by itself. One that does not is killed."""
        self._stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    # --- from the server

    def until(self, condition: Callable[[], object], seconds: float = _PATIENCE) -> None:
        """Receives until the condition is true. Raises TimeoutError, and RuntimeError if the server ends."""
        end = time.monotonic() + seconds
        while not condition():
            if self.receive(end - time.monotonic()) is None:
                raise TimeoutError

    def diagnostics(self, uri: str, version: int, count: int, seconds: float = _PATIENCE) -> float:
        """Waits for `count` diagnostics of this version of the document. Returns the time of their
        arrival."""

        def arrived() -> bool:
            params = self.pushed.get(uri)
            return (
                params is not None
                and params.get("version", version) == version
                and len(params["diagnostics"]) == count
            )

        self.until(arrived, seconds)
        return time.perf_counter()

    def receive(self, seconds: float = _PATIENCE) -> dict[str, Any] | None:
        """The next message; None if none comes in time. Requests of the server are answered at once."""
        body = self._body(time.monotonic() + seconds)
        if body is None:
            return None
        message = _decoded(body)
        method = message.get("method")
        if method is None:
            self._answers[message.get("id")] = message
        elif "id" in message:
            self.requests.append(message)
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": self._answer_to(message)})
        elif method == "textDocument/publishDiagnostics":
            self.pushed[message["params"]["uri"]] = message["params"]
        else:
            self.notifications.append(message)
        return message

    def _answer_to(self, message: Mapping[str, Any]) -> object:
        if message["method"] == "workspace/configuration":
            return [self.settings for _ in message["params"]["items"]]
        return None

    def _body(self, end: float) -> bytes | None:
        while (found := self._buffer.find(b"\r\n\r\n")) < 0:
            if not self._read(end):
                return None
        length = 0
        for line in self._buffer[:found].split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        begin = found + 4
        while len(self._buffer) < begin + length:
            if not self._read(end):
                return None
        body = bytes(self._buffer[begin : begin + length])
        del self._buffer[: begin + length]
        return body

    def _read(self, end: float) -> bool:
        if not self._readable.select(max(0.0, end - time.monotonic())):
            return False
        data = os.read(self._stdout.fileno(), 1 << 16)
        if not data:
            raise RuntimeError("the server closed its output")
        self._buffer += data
        return True


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode(body)
    except msgspec.DecodeError:
        found = json.loads(body)  # halves of surrogate pairs
    return found
