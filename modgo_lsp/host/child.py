"""The child process that loads a module: answers open, setup, properties and apply over one descriptor.

It may die at any moment, by the module's doing; session.py makes a result of that. Messages are msgpack,
each with four bytes of length before it. Not for: anything that must not die.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import socket
import threading
import time
from typing import Any

import msgpack

from modgo_lsp.host.loader import CCall, Library, LoadError, Module
from modgo_lsp.host.record import WorkingRecord
from modgo_lsp.host.table import HostTable
from modgo_lsp.host.values import Flat


def main(descriptor: int) -> None:
    """Serves until the other end closes."""
    # A crash is a result here, not something to be analysed from a core file.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    channel = Channel(socket.socket(fileno=descriptor))
    threading.Thread(target=_end_with_parent, args=(descriptor,), daemon=True).start()
    server = Server(channel)
    while (request := channel.receive()) is not None:
        channel.send({"reply": server.answer(request)})
    # No interpreter shutdown: the module's threads are still running.
    os._exit(0)


class Channel:
    """Whole messages over a socket; many threads may send."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: dict[str, Any]) -> None:
        data = msgpack.packb(message, use_bin_type=True, unicode_errors="surrogateescape")
        with self._lock:
            self._connection.sendall(len(data).to_bytes(4, "big") + data)

    def receive(self) -> dict[str, Any] | None:
        """The next message, None where there will be none."""
        header = self._read(4)
        data = self._read(int.from_bytes(header, "big")) if header else b""
        return msgpack.unpackb(data, unicode_errors="surrogateescape") if data else None

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self._connection.recv(count - len(data))
            if not piece:
                return b""
            data += piece
        return data


class Server:
    """Answers requests; a request is {"op": name, …}, an answer {"ok": true, …} or {"ok": false, …}."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._module: Module | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            handler = {
                "open": self._open,
                "setup": self._setup,
                "properties": self._properties,
                "apply": self._apply,
            }[request["op"]]
            return {"ok": True, **handler(request)}
        except LoadError as error:
            return {"ok": False, "status": error.status, "message": error.message}

    def _open(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            library = Library(request["library"])
        except OSError as error:
            raise LoadError("library", f"libmod_go cannot be loaded ({error})") from None
        self._module = library.open(request["path"])
        major, minor = self._module.api_version()
        return {"major": major, "minor": minor}

    def _setup(self, _request: dict[str, Any]) -> dict[str, Any]:
        self._opened().setup()
        return {}

    def _properties(self, request: dict[str, Any]) -> dict[str, Any]:
        module = self._opened()
        return {"properties": {name: module.property(name) for name in request["names"]}}

    def _apply(self, request: dict[str, Any]) -> dict[str, Any]:
        module = self._opened()
        record = WorkingRecord(request["record"])
        table = HostTable(record, self._log)
        timeout_ns = int(request["timeout"] * 1e9)
        call = CCall(
            size=ctypes.sizeof(CCall),
            log_level=request["log_level"],
            host=ctypes.pointer(table.c),
            deadline=time.monotonic_ns() + timeout_ns,
        )
        handle = ctypes.c_void_p(id(record))  # opaque to the module, and the table knows its record
        arguments = [Flat(*flat) for flat in request["arguments"]]
        start = time.perf_counter_ns()
        status, value = module.apply(request["function"], call, handle, arguments)
        elapsed = time.perf_counter_ns() - start
        ctypes.CDLL(None).fflush(None)  # what a module in C printed
        return {
            "status": status,
            "value": value,
            "bins": record.stored,
            "ttl": record.ttl,
            "generation": record.generation,
            "operations": record.operations,
            "elapsed_ns": elapsed,
        }

    def _log(self, level: int, message: str, location: str) -> None:
        # Sent at once, so that a crash does not lose the lines before it.
        self._channel.send({"log": [level, message, location]})

    def _opened(self) -> Module:
        if self._module is None:
            raise LoadError("closed", "no module is open")
        return self._module


def _end_with_parent(descriptor: int) -> None:
    """Ends this process when the parent is gone, whatever the module is doing."""
    poll = select.poll()
    poll.register(descriptor, select.POLLHUP | select.POLLRDHUP)
    poll.poll()
    os._exit(0)
