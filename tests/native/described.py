"""Values in the form that the native programs exchange (libmod_go/test/as_module/peer/describe.h)."""

from __future__ import annotations

import struct

from modgo_lsp.host.values import GeoJson, Hll, List, Value

FLAGS = {"none": 0, "k": 1, "kv": 3}


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
        return b"b\x12" + counted(value.data)
    if isinstance(value, bytes):
        return b"b\x04" + counted(value)
    if isinstance(value, List):
        items = b"".join(described(item) for item in value.items)
        return b"l" + struct.pack("<BI", value.ordered, len(value.items)) + items
    pairs = b"".join(described(key) + described(item) for key, item in value.pairs)
    return b"m" + struct.pack("<BI", FLAGS[value.order], len(value.pairs)) + pairs


def counted(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data
