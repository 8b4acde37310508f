"""The structs of aerospike_udf_go.h for ctypes, field by field."""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_int,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

from modgo_lsp.host.values import Flat


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
READ = CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(c_void_p), _VALUE)
READ_MANY = CFUNCTYPE(c_int, c_void_p, c_void_p, c_uint32, _VALUE)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_uint32, c_int64, c_void_p, c_size_t, _VALUE)
WRITE_MANY = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_size_t, _VALUE)
LOG = CFUNCTYPE(None, c_void_p, c_int, c_void_p, c_size_t, c_void_p, c_size_t)


class CHost(Structure):
    """The host table."""

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
        ("stream_read", READ),
        ("stream_read_many", READ_MANY),
        ("stream_write", WRITE),
        ("stream_write_many", WRITE_MANY),
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


def flat_of(value: CValue) -> Flat:
    """A copy of a value."""
    data = ctypes.string_at(value.data, value.length) if value.data and value.length else b""
    return Flat(value.type, value.integer, data)


def lend(flat: Flat, value: CValue) -> Any:
    """Fills in `value`. Returns the buffer that it points to, which must live as long as `value` is used."""
    value.type, value.reserved, value.integer = flat.type, 0, flat.integer
    if not flat.data:
        value.data, value.length = None, 0
        return None
    buffer = ctypes.create_string_buffer(flat.data, len(flat.data))
    value.data, value.length = ctypes.addressof(buffer), len(flat.data)
    return buffer
