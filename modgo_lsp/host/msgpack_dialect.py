"""Lists and maps as msgpack in the Aerospike server's dialect (aerospike_udf_go.h), both ways and checked.

What the server could not store is refused here, as libmod_go refuses it.
"""

from __future__ import annotations

import itertools
from typing import Any

import msgpack

from modgo_lsp.host.values import (
    BOOLEAN,
    BYTES,
    DEPTH_MAX,
    DOUBLE,
    GEOJSON,
    HLL,
    INTEGER,
    INTEGER_MAX,
    INTEGER_MIN,
    LIST,
    MAP,
    NIL,
    NIL_FLAT,
    STRING,
    Flat,
    GeoJson,
    Hll,
    List,
    Map,
    MapOrder,
    UnstorableError,
    Value,
    bits_double,
    double_bits,
    key_rank,
    type_of,
    utf8,
)

_STRING, _BLOB, _HLL, _GEOJSON = 3, 4, 18, 23
_BLOBS = frozenset((_BLOB, 7, 8, 9, 10, 11, 12))  # the later ones are those of client languages
_MAP_ORDERS: dict[MapOrder, int] = {"none": 0, "k": 1, "kv": 3}
_ORDER_OF_FLAG: dict[int, MapOrder] = {flag: order for order, flag in _MAP_ORDERS.items() if flag}
_LIST_ORDERED = 1


def to_flat(value: Value) -> Flat:
    """A value as the ABI carries it. Raises UnstorableError."""
    kind = type_of(value)
    if isinstance(value, int):
        return Flat(kind, _integer(value), b"")
    if isinstance(value, str):
        return Flat(kind, 0, utf8(value))
    if isinstance(value, (List, Map)):
        return Flat(kind, 0, encode(value))
    if isinstance(value, float):
        return Flat(kind, double_bits(value), b"")
    if isinstance(value, GeoJson):
        return Flat(kind, 0, utf8(value.text))
    if isinstance(value, Hll):
        return Flat(kind, 0, value.data)
    if isinstance(value, bytes):
        return Flat(kind, 0, value)
    return NIL_FLAT


def from_flat(flat: Flat) -> Value:
    """The value of the ABI's struct. Raises UnstorableError for what no module may return."""
    kind, integer, data = flat
    if kind == NIL:
        return None
    if kind == BOOLEAN:
        return integer != 0
    if kind == INTEGER:
        return integer
    if kind == DOUBLE:
        return bits_double(integer)
    if kind == STRING:
        return _text(data)
    if kind == BYTES:
        return data
    if kind == GEOJSON:
        return GeoJson(_text(data))
    if kind == HLL:
        return Hll(data)
    if kind in (LIST, MAP):
        value = decode(data)
        if type_of(value) != kind:
            raise UnstorableError("a list holds the msgpack of a map, or a map that of a list")
        return value
    raise UnstorableError(f"there is no type {kind}")


def encode(value: List | Map) -> bytes:
    """The msgpack of a list or map; ordered maps are sorted. Raises UnstorableError."""
    # The dialect has bytes as the shortest msgpack str: the packer gets them as text, see _blob.
    packer = msgpack.Packer(unicode_errors="surrogateescape", autoreset=False)
    _pack(packer, value, 0)
    return bytes(packer.bytes())


def decode(data: bytes) -> List | Map:
    """The list or map of one msgpack document. Raises UnstorableError."""
    try:
        # Decoding str to text distinguishes it from bin; bytes that are not UTF-8 become surrogates.
        tree = msgpack.unpackb(
            data,
            raw=False,
            unicode_errors="surrogateescape",
            strict_map_key=False,
            object_pairs_hook=_Pairs,
        )
    except Exception as error:  # msgpack's own errors have no common class
        if isinstance(error, msgpack.StackError):
            raise UnstorableError(f"lists and maps nest deeper than {DEPTH_MAX}") from None
        raise UnstorableError(f"it is not one whole msgpack document ({error})") from None
    value = _value(tree, 0)
    if not isinstance(value, (List, Map)):
        raise UnstorableError("the msgpack of a list or map holds neither")
    return value


class _Pairs(list[tuple[Any, Any]]):
    """A msgpack map, as distinct from an array."""


def _pack(packer: Any, value: Value, depth: int) -> None:
    if isinstance(value, List):
        _deeper(depth)
        packer.pack_array_header(len(value.items) + value.ordered)
        if value.ordered:
            packer.pack_ext_type(_LIST_ORDERED, b"")
        for item in value.items:
            _pack(packer, item, depth + 1)
    elif isinstance(value, Map):
        _deeper(depth)
        pairs = _pairs(value)
        flag = _MAP_ORDERS[value.order]
        packer.pack_map_header(len(pairs) + (flag != 0))
        if flag:
            packer.pack_ext_type(flag, b"")
            packer.pack(None)
        for key, item in pairs:
            _pack(packer, key, depth + 1)
            _pack(packer, item, depth + 1)
    elif isinstance(value, (bool, float)) or value is None:
        packer.pack(value)
    elif isinstance(value, int):
        packer.pack(_integer(value))
    elif isinstance(value, str):
        if "\0" in value:
            raise UnstorableError("a string in a list or map has a NUL, at which the server would cut it")
        _blob(packer, _STRING, utf8(value))
    elif isinstance(value, GeoJson):
        _blob(packer, _GEOJSON, utf8(value.text))
    elif isinstance(value, Hll):
        _blob(packer, _HLL, value.data)
    else:
        _blob(packer, _BLOB, value)


def _blob(packer: Any, particle: int, content: bytes) -> None:
    packer.pack((bytes((particle,)) + content).decode("utf-8", "surrogateescape"))


def _pairs(value: Map) -> list[tuple[Value, Value]]:
    pairs = list(value.pairs)
    ranks = [key_rank(key) for key, _ in pairs]
    if len(set(ranks)) < len(ranks):
        raise UnstorableError("a map has one key twice")
    if value.order != "none":
        pairs.sort(key=lambda pair: key_rank(pair[0]))
    return pairs


def _value(tree: Any, depth: int) -> Value:
    if isinstance(tree, _Pairs):
        _deeper(depth)
        return _map(tree, depth)
    if isinstance(tree, list):
        _deeper(depth)
        ordered = bool(tree) and isinstance(tree[0], msgpack.ExtType)
        if ordered and tree[0] != msgpack.ExtType(_LIST_ORDERED, b""):
            raise UnstorableError("a list has an order that does not exist")
        return List(tuple(_value(item, depth + 1) for item in tree[ordered:]), ordered)
    if isinstance(tree, str):
        return _particle(tree.encode("utf-8", "surrogateescape"))
    if tree is None or isinstance(tree, (bool, float)):
        return tree
    if isinstance(tree, int):
        return _integer(tree)
    if isinstance(tree, bytes):
        raise UnstorableError("bytes are msgpack bin, which the server does not write")
    raise UnstorableError("an extension type is not allowed here")


def _map(tree: _Pairs, depth: int) -> Map:
    order: MapOrder = "none"
    pairs: list[tuple[Any, Any]] = list(tree)
    if pairs and isinstance(pairs[0][0], msgpack.ExtType):
        (code, content), value = pairs.pop(0)
        if code not in _ORDER_OF_FLAG or content or value is not None:
            raise UnstorableError("a map has an order that does not exist")
        order = _ORDER_OF_FLAG[code]
    found = tuple((_key(key, depth + 1), _value(item, depth + 1)) for key, item in pairs)
    ranks = [key_rank(key) for key, _ in found]
    if order != "none" and any(after <= before for before, after in itertools.pairwise(ranks)):
        raise UnstorableError("a map is marked as ordered, but its keys are not in order or not unique")
    if len(set(ranks)) < len(ranks):
        raise UnstorableError("a map has one key twice")
    return Map(found, order)


def _key(tree: Any, depth: int) -> Value:
    if isinstance(tree, str) and tree and ord(tree[0]) in _BLOBS - {_BLOB}:
        raise UnstorableError(
            "a map key may be an integer, a string or bytes, not the blob of a client language"
        )
    return _value(tree, depth)


def _particle(data: bytes) -> Value:
    if not data:
        raise UnstorableError("a string has no particle type before it")
    particle, content = data[0], data[1:]
    if particle == _STRING:
        if b"\0" in content:
            raise UnstorableError("a string in a list or map has a NUL, at which the server would cut it")
        return _text(content)
    if particle == _GEOJSON:
        return GeoJson(_text(content))
    if particle == _HLL:
        return Hll(content)
    if particle in _BLOBS:
        return content
    raise UnstorableError("a string has a particle type that does not exist")


def _deeper(depth: int) -> None:
    if depth >= DEPTH_MAX:
        raise UnstorableError(f"lists and maps nest deeper than {DEPTH_MAX}")


def _integer(value: int) -> int:
    if not INTEGER_MIN <= value <= INTEGER_MAX:
        raise UnstorableError(f"{value} does not fit into a signed 64-bit integer")
    return int(value)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise UnstorableError("text is not UTF-8") from None
