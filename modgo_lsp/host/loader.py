"""libmod_go through ctypes: mod_go.h and the structs of aerospike_udf_go.h, field by field.

Only the child process imports this: whoever loads a module may be taken down by it.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    byref,
    c_char,
    c_char_p,
    c_int,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

from modgo_lsp.host.values import Flat

RESULT_BUFFER = 4096


class CValue(Structure):
    _fields_ = (
        ("type", c_uint32),
        ("reserved", c_uint32),
        ("integer", c_int64),
        ("data", c_void_p),
        ("length", c_size_t),
    )


class CResult(Structure):
    _fields_ = (
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("value", CValue),
        ("buffer", c_void_p),
        ("capacity", c_size_t),
    )


class CMetadata(Structure):
    _fields_ = (
        ("size", c_uint32),
        ("exists", c_uint32),
        ("ttl", c_uint32),
        ("generation", c_uint32),
        ("last_update", c_uint64),
        ("storage_size", c_uint64),
        ("digest", c_void_p),
        ("namespace_name", c_void_p),
        ("set_name", c_void_p),
        ("key", CValue),
    )


_VALUE = POINTER(CValue)
GET = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_size_t, _VALUE)
GET_MANY = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_size_t, c_uint32, _VALUE)
SET = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_size_t, c_uint32, c_int64, c_void_p, c_size_t, _VALUE)
UNSET = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_size_t, _VALUE)
BIN_NAMES = CFUNCTYPE(c_int, c_void_p, c_void_p, _VALUE)
METADATA = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(CMetadata))
SET_TTL = CFUNCTYPE(c_int, c_void_p, c_void_p, c_uint32)
STORE = CFUNCTYPE(c_int, c_void_p, c_void_p, _VALUE)
EXISTS = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(c_uint32))
LOG = CFUNCTYPE(None, c_void_p, c_int, c_void_p, c_size_t, c_void_p, c_size_t)


class CHost(Structure):
    """The host table. This host has no streams: their entries stay NULL, and the SDK says so."""

    _fields_ = (
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("record_get", GET),
        ("record_get_many", GET_MANY),
        ("record_set", SET),
        ("record_unset", UNSET),
        ("record_bin_names", BIN_NAMES),
        ("record_metadata", METADATA),
        ("record_set_ttl", SET_TTL),
        ("record_create", STORE),
        ("record_update", STORE),
        ("record_remove", STORE),
        ("record_exists", EXISTS),
        ("stream_read", c_void_p),
        ("stream_read_many", c_void_p),
        ("stream_write", c_void_p),
        ("stream_write_many", c_void_p),
        ("log", LOG),
    )


class CCall(Structure):
    _fields_ = (
        ("size", c_uint32),
        ("log_level", c_uint32),
        ("host", POINTER(CHost)),
        ("context", c_void_p),
        ("deadline", c_uint64),
    )


class CError(Structure):
    _fields_ = (("status", c_int), ("message", c_char * 2048))


class LoadError(Exception):
    """libmod_go refused. `status` is its word ("missing-symbol")."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def flat_of(value: CValue) -> Flat:
    """A copy of a value that a module gave."""
    data = ctypes.string_at(value.data, value.length) if value.data and value.length else b""
    return Flat(value.type, value.integer, data)


def lend(flat: Flat, value: CValue) -> Any:
    """Fills in `value`; what is returned must live as long as the value is borrowed."""
    value.type, value.reserved, value.integer = flat.type, 0, flat.integer
    if not flat.data:
        value.data, value.length = None, 0
        return None
    buffer = ctypes.create_string_buffer(flat.data, len(flat.data))
    value.data, value.length = ctypes.addressof(buffer), len(flat.data)
    return buffer


class Library:
    """libmod_go, loaded."""

    def __init__(self, path: str) -> None:
        """Raises OSError where it cannot be loaded."""
        self._c = ctypes.CDLL(path)
        self._c.mod_go_status_name.restype = c_char_p
        self._c.mod_go_call_status_text.restype = c_char_p
        self._c.mod_go_property.restype = c_void_p
        self._c.mod_go_property.argtypes = (c_void_p, c_char_p)
        self._c.mod_go_open.argtypes = (c_char_p, POINTER(c_void_p), POINTER(CError))
        self._c.mod_go_setup.argtypes = (c_void_p, POINTER(CError))
        self._c.mod_go_api_version.argtypes = (c_void_p, POINTER(c_int), POINTER(c_int))
        self._c.mod_go_result_init.argtypes = (POINTER(CResult), c_void_p, c_size_t)
        self._c.mod_go_result_clear.argtypes = (POINTER(CResult),)
        self._c.mod_go_apply_single.argtypes = (
            c_void_p,
            c_char_p,
            POINTER(CCall),
            c_void_p,
            _VALUE,
            c_size_t,
            POINTER(CResult),
        )
        # C's free by the library itself: the C library that gave the memory takes it back.
        self._free = self._c.free
        self._free.argtypes = (c_void_p,)
        self._free.restype = None

    def open(self, path: str) -> Module:
        """Loads a module, which runs its code. Raises LoadError."""
        handle, error = c_void_p(), CError()
        self._check(
            self._c.mod_go_open(path.encode("utf-8", "surrogateescape"), byref(handle), byref(error)), error
        )
        return Module(self, handle)

    def _check(self, status: int, error: CError) -> None:
        if status != 0:
            word = self._c.mod_go_status_name(status).decode()
            raise LoadError(word, error.message.decode("utf-8", "replace"))


class Module:
    """An open module. It stays loaded until the process ends: Go has no unload."""

    def __init__(self, library: Library, handle: c_void_p) -> None:
        self._library = library
        self._handle = handle

    def api_version(self) -> tuple[int, int]:
        major, minor = c_int(), c_int()
        self._library._c.mod_go_api_version(self._handle, byref(major), byref(minor))
        return major.value, minor.value

    def setup(self) -> None:
        """Raises LoadError with status "setup-failed"."""
        error = CError()
        self._library._check(self._library._c.mod_go_setup(self._handle, byref(error)), error)

    def property(self, name: str) -> str:
        address = self._library._c.mod_go_property(self._handle, name.encode())
        if not address:
            return ""
        try:
            return ctypes.string_at(address).decode("utf-8", "replace")
        finally:
            self._library._free(address)

    def apply(self, function: str, call: CCall, record: c_void_p, arguments: list[Flat]) -> tuple[int, Flat]:
        """The status and the answer: the value, or a string with the message."""
        values = (CValue * max(1, len(arguments)))()
        lent = [lend(flat, values[index]) for index, flat in enumerate(arguments)]
        buffer = ctypes.create_string_buffer(RESULT_BUFFER)
        result = CResult()
        c = self._library._c
        c.mod_go_result_init(byref(result), ctypes.addressof(buffer), RESULT_BUFFER)
        try:
            status = c.mod_go_apply_single(
                self._handle, function.encode(), byref(call), record, values, len(arguments), byref(result)
            )
            return status, flat_of(result.value)
        finally:
            c.mod_go_result_clear(byref(result))
            del lent
