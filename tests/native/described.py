"""Values in the form that the native programs exchange (libmod_go/test/as_module/peer/describe.h)."""

from __future__ import annotations

import struct
from typing import cast

from modgo_lsp.host.values import GeoJson, Hll, List, Map, MapOrder, Value

FLAGS: dict[MapOrder, int] = {"none": 0, "k": 1, "kv": 3}
HLL_BLOB = 18  # AS_BYTES_HLL


def described(value: Value) -> bytes:
    if value is None:
        return b"n"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        return b"i" + struct.pack("<q", value)
    if isinstance(value, float):
        return b"d" + struct.pack("<d", value)
    if isinstance(value, str):
        return b"s" + counted(value.encode())
    if isinstance(value, GeoJson):
        return b"g" + counted(value.text.encode())
    if isinstance(value, Hll):
        return bytes((*b"b", HLL_BLOB)) + counted(value.data)
    if isinstance(value, bytes):
        return b"b\x04" + counted(value)
    if isinstance(value, List):
        items = b"".join(described(item) for item in value.items)
        return b"l" + struct.pack("<BI", value.ordered, len(value.items)) + items
    pairs = b"".join(described(key) + described(item) for key, item in value.pairs)
    return b"m" + struct.pack("<BI", FLAGS[value.order], len(value.pairs)) + pairs


def counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


def value_described(data: bytes) -> Value:
    """The value that a program has described. Orders of lists and maps are not read."""
    value, end = _value_at(data, 0)
    assert end == len(data)
    return value


_SINGLE: dict[bytes, Value] = {b"n": None, b"t": True, b"f": False}
_NUMBERS = {b"i": "<q", b"d": "<d"}


def _value_at(data: bytes, at: int) -> tuple[Value, int]:
    letter, at = data[at : at + 1], at + 1
    if letter in _SINGLE:
        return _SINGLE[letter], at
    if letter in _NUMBERS:
        return cast(Value, struct.unpack_from(_NUMBERS[letter], data, at)[0]), at + 8
    if letter in b"sg":
        return _text_at(letter, data, at)
    assert letter in b"blm", f"an as_val that has no description: {data!r}"
    kind, count = struct.unpack_from("<BI", data, at)
    at += 5
    if letter == b"b":
        content = data[at : at + count]
        return Hll(content) if kind == HLL_BLOB else content, at + count
    items = []
    for _ in range(count if letter == b"l" else 2 * count):
        item, at = _value_at(data, at)
        items.append(item)
    if letter == b"l":
        return List(tuple(items)), at
    return Map(tuple(zip(items[::2], items[1::2], strict=True)), "none"), at


def _text_at(letter: bytes, data: bytes, at: int) -> tuple[Value, int]:
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + length
    text = data[at + 4 : end].decode("utf-8", "surrogateescape")
    return (text if letter == b"s" else GeoJson(text)), end
