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

# Asked of every module, and shown. The manifest comes apart, as functions.
PROPERTIES = (
    "conn-name",
    "conn-version",
    "go-version",
    "suports-dlclose",
    "supports-dlclose",
    "dispatch",
    "build",
)

# A UDF that logs without end must not take all memory before its deadline.
_LOG_BYTES = 16 << 20
_LEVELS = ("error", "warning", "info", "debug", "trace")


class HostError(Exception):
    """No worker could be had at all; not the module's doing."""


class Opened(msgspec.Struct, frozen=True):
    """What a module says of itself once it is set up."""

    abi: tuple[int, int]
    properties: dict[str, str]
    functions: tuple[FunctionInfo, ...] | None  # None where it has no manifest that can be read

    def function(self, name: str) -> FunctionInfo | None:
        return next((one for one in self.functions or () if one.name == name), None)


class Module:
    """One module with its worker. `stop` is a descriptor that ends it once it can be read."""

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
        """Loads the module and sets it up. `package` is its source, for the places of findings. Raises
        LoadFailedError and HostError; `close` is due in any case."""
        setup: int | None = None
        try:
            # Absolute, for messages and the dynamic linker look up bare names elsewhere.
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
            self._end_pool()  # it has said all that it will say after this
            printed = self._output.take()
            raise load_failure(error, printed, self.path, self.fence, package, setup) from None
        properties = {name: self.pool.property(name) for name in PROPERTIES}
        return Opened(self.pool.api_version(), properties, _functions(self.pool.property("functions")))

    @property
    def pool(self) -> Pool:
        """The pool of a module that was opened."""
        assert self._pool is not None
        return self._pool

    def printed(self) -> str:
        """What the module printed since the last time."""
        return self._output.take()

    def take_logs(self, printed: str = "") -> tuple[LogLine, ...]:
        """The log since the last time, then what was printed."""
        lines = (*self._logs, *printed_lines(printed))
        self._logs, self._logged = [], 0
        return lines

    def close(self) -> None:
        """Ends the worker, whatever it does."""
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
            message, level, location = "… the call logs more than is kept", 1, ""
        self._logs.append(LogLine(_LEVELS[level] if 0 <= level < len(_LEVELS) else "info", message, location))


def printed_lines(text: str) -> list[LogLine]:
    return [LogLine("stdout", line) for line in text.splitlines()]


def _functions(manifest: str) -> tuple[FunctionInfo, ...] | None:
    try:
        return msgspec.json.decode(manifest, type=tuple[FunctionInfo, ...])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
