"""A language client that does nothing but send, receive and note the time.

It speaks JSON-RPC itself, for the time of a full client library must not count as the server's.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec


class LanguageServer:
    """A server process on stdio, talked to from one thread."""

    def __init__(self, command: Sequence[str | Path], folder: Path, environment: dict[str, str]) -> None:
        self.started = time.perf_counter()
        self._folder = folder
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, **environment},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._next_id = 0
        # What was pushed last, by URI.
        self.pushed: dict[str, Any] = {}

    def notify(self, method: str, params: object) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: object) -> Any:
        self._next_id += 1
        self._send({"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self._next_id and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def initialize(self, **more: object) -> None:
        """The handshake of a client that takes pushed diagnostics; `more` are parameters beside those."""
        uri = self._folder.as_uri()
        self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": self._folder.name}],
                "capabilities": {"textDocument": {"publishDiagnostics": {"versionSupport": True}}},
                **more,
            },
        )
        self.notify("initialized", {})

    def diagnostics(self, uri: str, version: int, count: int) -> float:
        """Waits for `count` diagnostics of this version of the document; the time of their arrival."""
        while True:
            message = self._receive()
            params = message.get("params")
            if (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and params.get("version", version) == version
                and len(params["diagnostics"]) == count
            ):
                return time.perf_counter()

    def resident_megabytes(self) -> float:
        """The resident size of the server process alone, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def close(self) -> None:
        self.request("shutdown", None)
        self.notify("exit", None)
        self._process.wait(10)

    def _send(self, message: object) -> None:
        body = msgspec.json.encode(message)
        self._stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._stdin.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message. What the server asks of the client is answered with null at once."""
        while True:
            length = 0
            while line := self._stdout.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                raise RuntimeError("the server closed its output")
            message: dict[str, Any] = msgspec.json.decode(self._stdout.read(length))
            if message.get("method") == "textDocument/publishDiagnostics":
                self.pushed[message["params"]["uri"]] = message["params"]
            if "method" not in message or "id" not in message:
                return message
            items = message["params"].get("items", ()) if isinstance(message.get("params"), dict) else ()
            answer = [None for _ in items] if message["method"] == "workspace/configuration" else None
            self._send({"jsonrpc": "2.0", "id": message["id"], "result": answer})
