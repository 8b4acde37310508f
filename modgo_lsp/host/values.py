"""Aerospike values in Python, and the flat form in which the ABI carries them (aerospike_udf_go.h).

nil, boolean, integer, double, string and bytes are None, bool, int, float, str and bytes; every other type
has a class here.
"""

from __future__ import annotations

import struct
from typing import Literal, NamedTuple, Union

DEPTH_MAX = 64
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1

NIL, BOOLEAN, INTEGER, DOUBLE, STRING, BYTES, GEOJSON, HLL, LIST, MAP = range(10)

TYPE_NAMES = ("nil", "boolean", "integer", "double", "string", "bytes", "GeoJSON", "HLL", "list", "map")

MapOrder = Literal["none", "k", "kv"]


class UnstorableError(Exception):
    """A value that Aerospike cannot store. The message says why."""


class GeoJson(NamedTuple):
    text: str


class Hll(NamedTuple):
    data: bytes


class List(NamedTuple):
    items: tuple[Value, ...]
    ordered: bool = False


class Map(NamedTuple):
    """`pairs` in their order; for "k" and "kv" that is Aerospike's order of keys."""

    pairs: tuple[tuple[Value, Value], ...]
    order: MapOrder = "k"


Value = Union[None, bool, int, float, str, bytes, GeoJson, Hll, List, Map]


class Flat(NamedTuple):
    """A value as in the ABI's struct: scalars in `integer`, all others in `data`."""

    type: int
    integer: int
    data: bytes


NIL_FLAT = Flat(NIL, 0, b"")


def double_bits(value: float) -> int:
    """The bits of an IEEE 754 binary64 as a signed integer."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def bits_double(bits: int) -> float:
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])


def utf8(text: str) -> bytes:
    """Raises UnstorableError if the text cannot be UTF-8."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UnstorableError("text has half of a surrogate pair, which UTF-8 cannot hold") from None


def key_rank(key: Value) -> tuple[int, int | bytes]:
    """The sort key of a map key in Aerospike's order: integers, strings, bytes. Raises UnstorableError."""
    if isinstance(key, int) and not isinstance(key, bool):
        return (0, key)
    if isinstance(key, str):
        return (1, utf8(key))
    if isinstance(key, bytes):
        return (2, key)
    raise UnstorableError(f"a map key may be an integer, a string or bytes, not {type_name(key)}")


def type_name(value: Value) -> str:
    """Aerospike's name for the type."""
    return TYPE_NAMES[type_of(value)]


def type_of(value: Value) -> int:
    """The type's number in the ABI."""
    number = _NUMBERS.get(type(value))
    if number is None:
        raise UnstorableError(f"{type(value).__name__} is not an Aerospike value")
    return number


_NUMBERS: dict[type, int] = {
    type(None): NIL,
    bool: BOOLEAN,
    int: INTEGER,
    float: DOUBLE,
    str: STRING,
    bytes: BYTES,
    GeoJson: GEOJSON,
    Hll: HLL,
    List: LIST,
    Map: MAP,
}
