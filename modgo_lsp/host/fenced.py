"""ctypes bindings of libmod_go's fenced modules (mod_go_fenced.h): a module in a worker process, one call at
a time.

All functions block. Host functions are called on the thread that makes the call.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char,
    c_char_p,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
    pointer,
)
from functools import lru_cache
from pathlib import Path

import msgspec

from modgo_lsp.host.abi import CCall, CResult, CValue, flat_of, lend
from modgo_lsp.host.values import Flat

RESULT_BUFFER = 4096

SERVER_SCOPE, CLIENT_SCOPE = 1, 2


class _Error(Structure):
    _fields_ = (("status", c_int), ("message", c_char * 2048))


class _Options(Structure):
    _fields_ = (
        ("size", c_uint32),
        ("limit", c_uint32),
        ("worker", c_char_p),
        ("memory", c_uint64),
        ("timeout", c_uint32),
        ("grace", c_uint32),
        ("start_timeout", c_uint32),
        ("no_spare", c_uint32),
        ("output", c_int32),
        ("stop", c_int32),
        ("timed", c_uint32),
        ("now", POINTER(c_int64)),
        ("stall", c_uint32),
        ("idle", c_uint32),
        ("old_calls", c_uint32),
        ("grants", c_char_p),
    )


class _Outcome(Structure):
    _fields_ = (
        ("size", c_uint32),
        ("crashed", c_uint32),
        ("exit_code", c_int32),
        ("signal", c_int32),
        ("timed_out", c_uint32),
        ("trips", c_uint32),
        ("nanoseconds", c_uint64),
        ("memory_limit_reached", c_uint32),
    )


# What a module may do beyond the fence: "network", "read PATH".
Grants = tuple[str, ...]


class Fence(msgspec.Struct, frozen=True):
    """The limits of a module. Times are in seconds, `memory` in bytes (0: no limit). With `settable_time`,
    calls may have a time of day of their own."""

    memory: int = 0
    start_timeout: float = 30.0
    grace: float = 0.5
    settable_time: bool = False
    grants: Grants = ()


class Outcome(msgspec.Struct, frozen=True):
    """What a start or a call reports besides its status. `code` is the worker's exit code, negative for a
    signal, None if it did not end by itself. `memory_limit_reached`: it crashed after it got no more
    memory."""

    crashed: bool
    timed_out: bool
    code: int | None
    nanoseconds: int
    memory_limit_reached: bool


class LoadError(Exception):
    """libmod_go could not load the module. `status` is its status name, like "missing-symbol"."""

    def __init__(self, status: str, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.outcome = outcome


class _Library:
    """libmod_go, loaded."""

    def __init__(self, path: str) -> None:
        """Raises OSError if it cannot be loaded."""
        c = ctypes.CDLL(path)
        error = POINTER(_Error)
        c.mod_go_status_name.restype = c_char_p
        c.mod_go_fenced_open.argtypes = (c_char_p, POINTER(_Options), POINTER(c_void_p), error)
        c.mod_go_fenced_setup.argtypes = (c_void_p, error)
        c.mod_go_fenced_api_version.argtypes = (c_void_p, POINTER(c_int), POINTER(c_int))
        c.mod_go_fenced_property.argtypes = (c_void_p, c_char_p)
        c.mod_go_fenced_property.restype = c_void_p
        c.mod_go_fenced_last_outcome.argtypes = (POINTER(_Outcome),)
        c.mod_go_fenced_close.argtypes = (c_void_p,)
        c.mod_go_result_init.argtypes = (POINTER(CResult), c_void_p, c_size_t)
        c.mod_go_result_clear.argtypes = (POINTER(CResult),)
        values = (POINTER(CValue), c_size_t, POINTER(CResult))
        c.mod_go_fenced_apply_single.argtypes = (c_void_p, c_char_p, POINTER(CCall), c_void_p, *values)
        c.mod_go_fenced_apply_stream.argtypes = (
            *(c_void_p, c_char_p, POINTER(CCall), c_int, c_void_p, c_void_p),
            *values,
        )
        # free through the library: the C library that allocated the memory must free it.
        c.free.argtypes = (c_void_p,)
        c.free.restype = None
        self.c = c

    def check(self, status: int, error: _Error) -> None:
        if status != 0:
            word = self.c.mod_go_status_name(status).decode()
            raise LoadError(word, error.message.decode("utf-8", "replace"), self.outcome())

    def outcome(self) -> Outcome:
        """The outcome of this thread's last start or call."""
        last = _Outcome(size=ctypes.sizeof(_Outcome))
        self.c.mod_go_fenced_last_outcome(byref(last))
        code = -last.signal if last.signal else last.exit_code if last.exit_code >= 0 else None
        return Outcome(
            bool(last.crashed),
            bool(last.timed_out),
            code,
            last.nanoseconds,
            bool(last.memory_limit_reached),
        )


@lru_cache
def _library(path: str) -> _Library:
    return _Library(path)


class Pool:
    """An open module with one worker. One thread opens it, sets it up, applies functions and closes it."""

    def __init__(self, library: Path, worker: Path, path: Path, fence: Fence, output: int, stop: int) -> None:
        """Loads the module, which prints to the descriptor `output`. It ends as soon as the descriptor `stop`
        can be read. Raises LoadError, and OSError if libmod_go itself cannot be loaded."""
        self._library = _library(str(library))
        self._c = self._library.c
        self._handle = c_void_p()
        self._now = c_int64()  # read at the beginning of each call
        options = _Options(
            size=ctypes.sizeof(_Options),
            limit=1,
            worker=_path_bytes(worker),
            memory=fence.memory,
            grace=_milliseconds(fence.grace),
            start_timeout=_milliseconds(fence.start_timeout),
            no_spare=1,
            output=output,
            stop=stop,
            now=pointer(self._now) if fence.settable_time else None,
            grants=os.fsencode("\n".join(fence.grants)),
        )
        error = _Error()
        self._check(
            self._c.mod_go_fenced_open(_path_bytes(path), byref(options), byref(self._handle), byref(error)),
            error,
        )

    def _check(self, status: int, error: _Error) -> None:
        self._library.check(status, error)

    def set_time(self, milliseconds: int) -> None:
        """Sets the time of day that the module reads in the next calls, in ms since 1970; 0 is the real one.
        Only for a fence with `settable_time`."""
        self._now.value = milliseconds * 1_000_000

    def setup(self) -> None:
        """Raises LoadError."""
        error = _Error()
        self._check(self._c.mod_go_fenced_setup(self._handle, byref(error)), error)

    def api_version(self) -> tuple[int, int]:
        major, minor = c_int(), c_int()
        self._c.mod_go_fenced_api_version(self._handle, byref(major), byref(minor))
        return major.value, minor.value

    def property(self, name: str) -> str:
        """The property, "" if the module lacks it or no worker answers."""
        address = self._c.mod_go_fenced_property(self._handle, name.encode())
        if not address:
            return ""
        try:
            return ctypes.string_at(address).decode("utf-8", "replace")
        finally:
            self._c.free(address)

    def apply(
        self, function: str, call: CCall, record: int | None, arguments: list[Flat]
    ) -> tuple[int, Flat, Outcome]:
        """Returns the status, the value or the error text, and the outcome. `record` is a handle other than 0
        that the host table of `call` knows, None for no record."""
        return self._apply(arguments, self._c.mod_go_fenced_apply_single, function, byref(call), record)

    def apply_stream(
        self, function: str, call: CCall, scope: int, streams: tuple[int, int], arguments: list[Flat]
    ) -> tuple[int, Flat, Outcome]:
        """The same for a stream UDF; `streams` are the handles of input and output."""
        apply = self._c.mod_go_fenced_apply_stream
        return self._apply(arguments, apply, function, byref(call), scope, *streams)

    def _apply(
        self, arguments: list[Flat], apply: ctypes._NamedFuncPointer, function: str, *more: object
    ) -> tuple[int, Flat, Outcome]:
        values = (CValue * max(1, len(arguments)))()
        buffers = [lend(flat, values[index]) for index, flat in enumerate(arguments)]
        buffer = ctypes.create_string_buffer(RESULT_BUFFER)
        result = CResult()
        self._c.mod_go_result_init(byref(result), ctypes.addressof(buffer), RESULT_BUFFER)
        try:
            status = apply(self._handle, function.encode(), *more, values, len(arguments), byref(result))
            return status, flat_of(result.value), self._library.outcome()
        finally:
            self._c.mod_go_result_clear(byref(result))
            del buffers

    def close(self) -> None:
        """Ends the worker. The pool cannot be used afterwards."""
        handle, self._handle = self._handle, c_void_p()
        self._c.mod_go_fenced_close(handle)


def _path_bytes(path: Path) -> bytes:
    return str(path).encode("utf-8", "surrogateescape")


def _milliseconds(seconds: float) -> int:
    """At least one, for 0 means libmod_go's own choice."""
    return max(1, min(0xFFFFFFFF, round(seconds * 1000)))
