"""A module that is open in a worker: loaded, set up, described, and ready for calls. Blocks."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from modgo_lsp.host.fenced import Fence, LoadError, Pool
from modgo_lsp.host.host_functions import HostTable
from modgo_lsp.host.load_failure import load_failure
from modgo_lsp.host.module_output import Output
from modgo_lsp.host.native import Native
from modgo_lsp.host.result import FunctionInfo, LogLine
from modgo_lsp.model.package import Package

# The properties that are read from every module and shown. The manifest is read separately, as functions.
_PROPERTIES = ("conn-name", "conn-version", "go-version", "supports-dlclose", "dispatch", "build")
# The ABI began with this spelling, and a module may have no other.
_MISSPELLED = {"supports-dlclose": "suports-dlclose"}

# Go's runtime prints it when a module that counts coverage is loaded. modgo takes the counters another way.
_COVERAGE_WARNING = "warning: GOCOVERDIR not set, no coverage data emitted"
# A UDF that logs endlessly must not fill the memory before its deadline.
_LOG_BYTES = 16 << 20
_LEVELS = ("error", "warning", "info", "debug", "trace")


class HostError(Exception):
    """No worker could be started, for a reason outside of the module."""


class Opened(msgspec.Struct, frozen=True):
    """A module's description of itself after setup."""

    abi: tuple[int, int]
    properties: dict[str, str]
    functions: tuple[FunctionInfo, ...] | None  # None if it has no valid manifest

    def function(self, name: str) -> FunctionInfo | None:
        return next((one for one in self.functions or () if one.name == name), None)


class Module:
    """One module with its worker, which ends as soon as the descriptor `stop` can be read."""

    def __init__(self, native: Native, path: Path, fence: Fence, stop: int) -> None:
        self.path = path
        self.fence = fence
        self.table = HostTable(self._log)
        self._native = native
        self._stop = stop
        self._output = Output()
        self._logs: list[LogLine] = []
        self._logged = 0
        self._pool: Pool | None = None

    def open(self, package: Package | None) -> Opened:
        """Loads the module and sets it up. `package` is its source, for the locations of findings. Raises
        LoadFailedError and HostError; the caller must `close` in any case."""
        setup: int | None = None
        try:
            # Absolute, for messages, and because the dynamic linker searches bare names elsewhere.
            path = Path(os.path.abspath(self.path))  # noqa: PTH100 (what a link is called stays its name)
            self._pool = Pool(
                self._native.library,
                self._native.worker,
                path,
                self.fence,
                self._output.descriptor,
                self._stop,
            )
            self.pool.setup()
            setup = 0
        except OSError as error:
            raise HostError(f"libmod_go cannot be loaded ({error}); run `modgo doctor`") from None
        except LoadError as error:
            if error.status in ("worker-failed", "no-memory"):
                raise HostError(error.message) from None
            self._end_pool()  # flushes its output
            printed = self._output.take()
            raise load_failure(error, printed, self.path, self.fence, package, setup) from None
        properties = {name: self._property(name) for name in _PROPERTIES}
        return Opened(self.pool.api_version(), properties, _functions(self.pool.property("functions")))

    @property
    def pool(self) -> Pool:
        """The pool of a module that was opened."""
        assert self._pool is not None
        return self._pool

    def printed(self) -> str:
        """The module's output since the last time."""
        return self._output.take()

    def take_logs(self, printed: str) -> tuple[LogLine, ...]:
        """The log lines since the last time, then the lines of `printed`."""
        lines = (*self._logs, *printed_lines(printed))
        self._logs, self._logged = [], 0
        return lines

    def _property(self, name: str) -> str:
        return self.pool.property(name) or self.pool.property(_MISSPELLED.get(name, name))

    def close(self) -> None:
        """Ends the worker, even during a call."""
        self._end_pool()
        self._output.close()

    def _end_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _log(self, level: int, message: str, location: str) -> None:
        if self._logged > _LOG_BYTES:
            return
        self._logged += len(message) + 100
        if self._logged > _LOG_BYTES:
            message, level, location = "… further log lines of the call are dropped", 1, ""
        self._logs.append(LogLine(_LEVELS[level] if 0 <= level < len(_LEVELS) else "info", message, location))


def printed_lines(text: str) -> list[LogLine]:
    return [LogLine("stdout", line) for line in text.splitlines() if line != _COVERAGE_WARNING]


def _functions(manifest: str) -> tuple[FunctionInfo, ...] | None:
    try:
        return msgspec.json.decode(manifest, type=tuple[FunctionInfo, ...])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
