"""What the tests of the plugin need from a server: files, records, calls, and calls under load."""

from __future__ import annotations

import contextlib
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from modgo_lsp.ship.node_state import State
from modgo_lsp.ship.node_status import NodeStatus

Files = list[tuple[str, bytes]]


class RefusedError(Exception):
    """The server refused a file."""


class FailedError(Exception):
    """A call failed. The text is the message that the caller gets."""


class Load:
    """The results of calls in the background. `failures` are messages, `slowest` is in seconds."""

    calls = 0
    failures: tuple[str, ...] = ()
    slowest = 0.0


class Server(ABC):
    """Files, records and calls. `settings` are environment variables, the plugin among them."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.settings = dict(settings)
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def put(self, name: str, content: bytes) -> None:
        """Raises RefusedError."""

    @abstractmethod
    def remove(self, name: str) -> None: ...

    @abstractmethod
    def state(self, module: str) -> State | None:
        """The state file that the plugin wrote for a module."""

    @abstractmethod
    def status(self) -> NodeStatus | None:
        """The file in which the plugin reports what the node runs."""

    @abstractmethod
    def clear_cache(self) -> None: ...

    @abstractmethod
    def store(self, key: str, bins: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def fetch(self, key: str) -> dict[str, Any] | None: ...

    @abstractmethod
    def apply(self, key: str, module: str, function: str, *arguments: Any) -> Any:
        """Raises FailedError."""

    @abstractmethod
    def aggregate(self, module: str, function: str, *arguments: Any) -> list[Any]:
        """The results of one node over all records. Raises FailedError."""

    @abstractmethod
    def load(self, threads: int, module: str, function: str) -> None: ...

    @abstractmethod
    def unload(self) -> Load: ...

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def workers(self) -> list[psutil.Process]:
        """The workers of modules; not the self-test of the fence, which ends by itself, nor a process that
        has yet to become one of both."""
        assert self.process is not None
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                words = child.cmdline()
                if words[:1] == ["mod-go-worker"] and "--check" not in words:
                    found.append(child)
        return found

    def threads(self) -> set[str]:
        """The names of the server's threads."""
        assert self.process is not None
        names = set()
        for each in Path(f"/proc/{self.process.pid}/task").glob("*/comm"):
            with contextlib.suppress(OSError):  # it has ended
                names.add(each.read_text("utf-8").strip())
        return names

    def put_all(self, files: Iterable[tuple[str, bytes]]) -> None:
        for name, content in files:
            self.put(name, content)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()
