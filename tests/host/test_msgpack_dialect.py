"""Values in the server's msgpack dialect and in JSON survive a round trip; values that the server can't store
are refused."""

from __future__ import annotations

import json
import math

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from modgo_lsp.host.json_forms import json_of, parse, value_of
from modgo_lsp.host.msgpack_dialect import decode, encode, from_flat, to_flat
from modgo_lsp.host.values import (
    DEPTH_MAX,
    Flat,
    GeoJson,
    Hll,
    List,
    Map,
    MapOrder,
    UnstorableError,
    Value,
)
from modgo_lsp.resources import resource

SCHEMA = json.loads((resource("grammars") / "record-sample.schema.json").read_text())

integers = some.integers(-(2**63), 2**63 - 1)
texts = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"))
scalars = some.one_of(
    some.none(),
    some.booleans(),
    integers,
    some.floats(allow_nan=False),
    texts,
    some.binary(),
    texts.map(GeoJson),
    some.binary().map(Hll),
)


def collections(inner: some.SearchStrategy[Value]) -> some.SearchStrategy[Value]:
    lists = some.builds(List, some.lists(inner, max_size=5).map(tuple), some.booleans())
    keys = some.one_of(integers, texts, some.binary())
    maps = some.builds(
        lambda pairs, order: Map(decode_order(pairs, order), order),
        some.dictionaries(keys, inner, max_size=5),
        some.sampled_from(["none", "k", "kv"]),
    )
    return some.one_of(lists, maps)


def decode_order(pairs: dict[Value, Value], order: str) -> tuple[tuple[Value, Value], ...]:
    """Pairs in Aerospike's order of keys, by an independent implementation: integers, strings, bytes."""
    rank = {int: 0, str: 1, bytes: 2}
    items = list(pairs.items())
    if order != "none":
        items.sort(
            key=lambda pair: (rank[type(pair[0])], pair[0].encode() if isinstance(pair[0], str) else pair[0])
        )
    return tuple(items)


values = some.recursive(scalars, collections, max_leaves=20)


@given(values)
def test_every_value_survives_a_round_trip(value: Value) -> None:
    flat = to_flat(value)
    assert repr(from_flat(flat)) == repr(value)
    assert to_flat(from_flat(flat)) == flat


@given(values)
@settings(max_examples=40)
def test_no_value_is_lost_in_json(value: Value) -> None:
    text = json.dumps(json_of(value))
    assert repr(value_of(parse(text, "x"))) == repr(value)
    jsonschema.validate({"bins": {"v": json.loads(text)}}, SCHEMA)


@given(some.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    try:
        value = decode(data)
    except UnstorableError:
        return
    assert repr(decode(encode(value))) == repr(value)


def test_the_bytes_are_those_of_the_header() -> None:
    value = Map((("b", List((1.5, None), True)), (7, b"x"), (b"k", GeoJson("{}"))), "k")
    assert encode(value) == (
        b"\x84"  # a pair for the order, and three
        b"\xc7\x00\x01\xc0"  # ext of length 0, type 1: key-ordered; nil
        b"\x07\xa2\x04x"  # integers first
        b"\xa2\x03b\x93\xc7\x00\x01\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00\xc0"
        b"\xa2\x04k\xa3\x17{}"  # bytes last
    )


def test_nan_is_a_double() -> None:
    value = from_flat(to_flat(math.nan))
    assert isinstance(value, float)
    assert math.isnan(value)


def test_depth_is_limited_when_encoding_and_decoding() -> None:
    value: Value = 1
    for _ in range(DEPTH_MAX):
        value = List((value,))
    assert isinstance(value, List)
    assert decode(encode(value)) == value
    with pytest.raises(UnstorableError, match="deeper than 64"):
        encode(List((value,)))
    for depth in (DEPTH_MAX, 2000, 200_000):
        with pytest.raises(UnstorableError, match="deeper than 64"):
            decode(b"\x91" * depth + b"\x90")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x93\x01", "not one whole"),
        (b"\x90\x90", "not one whole"),
        (b"\x01", "neither"),
        (b"\x91\xa0", "no particle type"),
        (b"\x91\xa2\x63x", "does not exist"),
        (b"\x91\xa2\x03\xff", "not UTF-8"),
        (b"\x91\xa3\x03x\x00", "NUL"),
        (b"\x91\xc4\x01x", "msgpack bin"),
        (b"\x91\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "64-bit"),
        (b"\x81\x90\x01", "may be an integer, a string or bytes, not list"),
        (b"\x81\xc3\x01", "not boolean"),
        (b"\x82\x01\x01\x01\x02", "twice"),
        (b"\x83\xc7\x00\x01\xc0\x02\x01\x01\x01", "are not"),
        (b"\x81\xc7\x00\x02\xc0", "order that does not exist"),
        (b"\x81\xc7\x00\x01\x01", "order that does not exist"),
        (b"\x92\x01\xc7\x00\x01", "type is not allowed here"),
        (b"\x91\xc7\x00\x02", "a list has an order that does not exist"),
        (b"\x91\xc7\x01\x01x", "a list has an order that does not exist"),
        (b"\x81\xa2\x07x\x01", "not the blob of a client language"),
        (b"\x81\xa2\x12x\x01", "not HLL"),
        (b"\x81\xa2\x17x\x01", "not GeoJSON"),
        (b"\x81\xa0\x01", "no particle type"),
        (b"\x83\xc7\x00\x01\xc0\x01\x01\x01\x02", "not in order or not unique"),
        (b"\x81\xc7\x00\x03\x01", "order that does not exist"),
        (b"\x81\xc7\x01\x01x\xc0", "order that does not exist"),
        (b"\x81\x01" * 64 + b"\x80", "deeper than 64"),
    ],
)
def test_values_that_the_server_cannot_store_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnstorableError, match=reason):
        decode(data)


def test_types_that_do_not_exist_or_do_not_fit() -> None:
    with pytest.raises(UnstorableError, match="no type 12"):
        from_flat(Flat(12, 0, b""))
    with pytest.raises(UnstorableError, match="msgpack of a map"):
        from_flat(Flat(8, 0, encode(Map(()))))
    with pytest.raises(UnstorableError, match="64-bit"):
        to_flat(2**63)
    with pytest.raises(UnstorableError, match="tuple is not an Aerospike value"):
        to_flat((1, 2))  # type: ignore[arg-type]


def test_half_of_a_surrogate_pair_is_refused() -> None:
    for value in ("\ud800", GeoJson("\ud800"), List(("\ud800",)), Map((("\ud800", 1),), "none")):
        with pytest.raises(UnstorableError, match="half of a surrogate pair"):
            to_flat(value)


def test_integers_have_64_bits() -> None:
    for value in (-(2**63), 2**63 - 1):
        assert from_flat(to_flat(value)) == value
        assert decode(encode(List((value,)))) == List((value,))
    for value in (-(2**63) - 1, 2**63):
        with pytest.raises(UnstorableError, match=f"{value} does not fit into a signed 64-bit integer"):
            to_flat(value)
        with pytest.raises(UnstorableError, match=f"{value} does not fit"):
            encode(List((value,)))


def test_the_particle_types_of_strings() -> None:
    found: dict[int, Value] = {}
    for particle in range(32):
        try:
            value = decode(b"\x91\xa2" + bytes((particle,)) + b"x")
        except UnstorableError:
            continue
        assert isinstance(value, List)
        found[particle] = value.items[0]
    blobs: dict[int, Value] = dict.fromkeys((4, 7, 8, 9, 10, 11, 12), b"x")
    assert found == {3: "x", 18: Hll(b"x"), 23: GeoJson("x"), **blobs}
    assert {type(found[particle]) for particle in (18, 23)} == {Hll, GeoJson}


@pytest.mark.parametrize(
    ("flat", "value"),
    [
        (Flat(0, 5, b"x"), None),
        *((Flat(1, number, b""), number != 0) for number in (-1, 0, 1, 2)),
        (Flat(5, 0, b"\xff"), b"\xff"),
        (Flat(7, 0, b"\xff"), Hll(b"\xff")),
        (Flat(9, 0, b"\x80"), Map((), "none")),
        (Flat(8, 0, b"\x90"), List(())),
        (Flat(4, 0, b"a\0"), "a\0"),  # only in collections it would be cut
    ],
)
def test_flat_values(flat: Flat, value: Value) -> None:
    assert repr(from_flat(flat)) == repr(value)


@pytest.mark.parametrize(
    ("flat", "reason"),
    [
        (Flat(4, 0, b"\xff"), "text is not UTF-8"),
        (Flat(6, 0, b"\xff"), "text is not UTF-8"),
        (Flat(9, 0, b"\x90"), "a list holds the msgpack of a map, or a map that of a list"),
        (Flat(10, 0, b""), "there is no type 10"),
        (Flat(-1, 0, b""), "there is no type -1"),
    ],
)
def test_flat_values_that_no_module_may_return(flat: Flat, reason: str) -> None:
    with pytest.raises(UnstorableError, match=f"^{reason}$"):
        from_flat(flat)


def test_maps_are_sorted_by_their_order_alone() -> None:
    pairs: tuple[tuple[Value, Value], ...] = ((b"a", 1), ("b", 2), ("a", 3), (2, 4), (-1, 5))
    orders: tuple[MapOrder, ...] = ("none", "k", "kv")
    for order in orders:
        expected = pairs if order == "none" else pairs[::-1]
        assert decode(encode(Map(pairs, order))) == Map(expected, order)
        with pytest.raises(UnstorableError, match="a map has one key twice"):
            encode(Map((("a", 1), (1, 1), ("a", 2)), order))
    with pytest.raises(UnstorableError, match="has a NUL"):
        encode(List(("a\0",)))
