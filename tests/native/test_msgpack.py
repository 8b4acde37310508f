"""The server's msgpack dialect, compared with Aerospike's own as_msgpack.

Aerospike reads what libmod_go, the Go SDK and the Python host write, and they read what it writes. They
refuse what it would misread. Tests at the end record what Aerospike loses.
"""

from __future__ import annotations

import os
import struct
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from modgo_lsp.host.msgpack_dialect import decode, encode
from modgo_lsp.host.values import GeoJson, Hll, List, Map, UnstorableError, Value, key_rank
from tests.native.described import counted, described

EXAMPLES = int(os.environ.get("MODGO_EXAMPLES", "60"))  # of most tests; 2000 take some minutes
LIST, MAP = b"\x08", b"\x09"
PARTICLES = (4, 7, 8, 9, 10, 11, 12)

integers = some.one_of(
    some.integers(-(2**63), 2**63 - 1),
    some.sampled_from(
        [
            sign * (2**bits + off)
            for bits in (5, 7, 8, 15, 16, 31, 32)
            for sign in (1, -1)
            for off in (-1, 0, 1)
        ]
    ),
)
texts = some.one_of(
    some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
    some.sampled_from(["x" * length for length in (30, 31, 32, 254, 255, 256, 65534, 65535, 65536)]),
)
scalars = some.one_of(
    some.none(),
    some.booleans(),
    integers,
    some.floats(),
    texts,
    some.binary(max_size=40),
    texts.map(GeoJson),
    some.binary(max_size=40).map(Hll),
)
keys = some.one_of(integers, texts, some.binary(max_size=20))


def sorted_map(pairs: dict[Any, Value], order: Any) -> Map:
    return Map(tuple(sorted(pairs.items(), key=lambda pair: key_rank(pair[0]))), order)


def collections(inner: some.SearchStrategy[Value]) -> some.SearchStrategy[Value]:
    lists = some.builds(List, some.lists(inner, max_size=20).map(tuple), some.booleans())
    maps = some.builds(
        sorted_map, some.dictionaries(keys, inner, max_size=20), some.sampled_from(["none", "k", "kv"])
    )
    return some.one_of(lists, maps)


documents = collections(some.recursive(scalars, collections, max_leaves=25))


def nested(depth: int, kind: str) -> Value:
    value: Value = 7
    for _ in range(depth):
        value = List((value,)) if kind == "list" else Map(((1, value),), "k" if kind == "ordered" else "none")
    return value


def kind_of(value: Value) -> bytes:
    return LIST if isinstance(value, List) else MAP


def without_list_order(value: Value) -> Value:
    """The value as Aerospike writes it."""
    if isinstance(value, List):
        return List(tuple(without_list_order(item) for item in value.items))
    if isinstance(value, Map):
        return Map(tuple((key, without_list_order(item)) for key, item in value.pairs), value.order)
    return value


def as_go_writes(value: Value) -> Value:
    """The value as the SDK writes it: slices without order, and maps key-ordered."""
    if isinstance(value, List):
        return List(tuple(as_go_writes(item) for item in value.items))
    if isinstance(value, Map):
        return sorted_map({key: as_go_writes(item) for key, item in value.pairs}, "k")
    return value


# ---- Aerospike reads what we write ----


@given(documents)
def test_aerospike_reads_what_the_host_writes(real: Any, value: Value) -> None:
    data = encode(value)
    yes, answer = real.ask(b"D", data)
    assert yes, answer
    assert struct.unpack("<I", answer[:4]) == (len(data),)
    assert answer[4:] == described(value)


@given(documents)
def test_libmod_go_converts_to_the_same_as_val(real: Any, value: Value) -> None:
    data = encode(value)
    assert real.ask(b"C", kind_of(value) + data) == (True, b"")
    assert real.ask(b"T", kind_of(value) + data) == (True, described(value))


@given(documents)
def test_aerospike_reads_what_the_sdk_writes(real: Any, sdk: Any, value: Value) -> None:
    yes, again = sdk.ask(kind_of(value), encode(value))
    assert yes, again
    assert real.ask(b"D", again) == (True, struct.pack("<I", len(again)) + described(as_go_writes(value)))
    assert real.ask(b"C", kind_of(value) + again) == (True, b"")


# ---- we read what Aerospike writes ----


@given(documents)
def test_the_host_reads_what_aerospike_writes(real: Any, value: Value) -> None:
    yes, data = real.ask(b"E", described(value))
    assert yes, data
    assert repr(decode(data)) == repr(without_list_order(value))
    assert encode(decode(data)) == data  # the same bytes, not only the same meaning


@given(documents)
def test_libmod_go_reads_what_aerospike_writes(real: Any, value: Value) -> None:
    yes, answer = real.ask(b"F", described(value))
    assert yes, answer
    assert (answer[:1], repr(decode(answer[9:]))) == (kind_of(value), repr(without_list_order(value)))


@given(documents)
def test_the_sdk_reads_what_aerospike_writes(real: Any, sdk: Any, value: Value) -> None:
    yes, data = real.ask(b"E", described(value))
    assert yes, data
    yes, again = sdk.ask(kind_of(value), data)
    assert yes, again
    assert again == encode(as_go_writes(value))


@given(scalars)
def test_scalars_cross_without_msgpack(real: Any, value: Value) -> None:
    yes, answer = real.ask(b"F", described(value))
    assert yes, answer
    integer = struct.unpack("<q", answer[1:9])[0]
    back = {0: None, 1: bool(integer), 2: integer, 3: struct.unpack("<d", answer[1:9])[0]}.get(
        answer[0], answer[9:]
    )
    expected = (
        value.text.encode() if isinstance(value, GeoJson) else value.data if isinstance(value, Hll) else value
    )
    assert repr(back) == repr(expected.encode() if isinstance(expected, str) else expected)
    if answer[0] in (4, 5, 6, 7):
        assert real.ask(b"T", answer[:1] + answer[9:]) == (True, described(value))


@given(some.sampled_from(PARTICLES), some.binary(max_size=20))
def test_blobs_of_other_languages_are_bytes_and_retain_their_type(
    real: Any, sdk: Any, particle: int, content: bytes
) -> None:
    one = b"b" + bytes((particle,)) + counted(content)
    yes, data = real.ask(b"E", b"l" + struct.pack("<BI", 0, 1) + one)
    assert yes
    assert decode(data) == List((content,))
    assert real.ask(b"T", LIST + data) == (True, b"l" + struct.pack("<BI", 0, 1) + one)
    assert sdk.ask(LIST, data) == (True, encode(List((content,))))


# ---- damaged documents ----


@given(documents)
@settings(max_examples=EXAMPLES // 3)
def test_a_document_cut_at_any_byte_is_refused_by_all(real: Any, sdk: Any, value: Value) -> None:
    data = encode(value)
    places = range(len(data)) if len(data) < 300 else [*range(150), *range(len(data) - 150, len(data))]
    for length in places:
        cut = data[:length]
        assert not real.ask(b"D", cut)[0], cut.hex()
        assert not real.ask(b"C", kind_of(value) + cut)[0], cut.hex()
        assert not sdk.ask(kind_of(value), cut)[0], cut.hex()
        with pytest.raises(UnstorableError):
            decode(cut)


@given(documents, some.binary(min_size=1, max_size=3))
def test_bytes_after_the_end_are_refused(real: Any, sdk: Any, value: Value, more: bytes) -> None:
    data = encode(value) + more
    assert real.ask(b"D", data)[0]  # it stops at the end, so we have to check
    assert not real.ask(b"C", kind_of(value) + data)[0]
    assert not sdk.ask(kind_of(value), data)[0]
    with pytest.raises(UnstorableError):
        decode(data)


mutations = some.lists(some.tuples(some.integers(0, 2**16), some.integers(0, 255)), min_size=1, max_size=4)


@given(documents, mutations)
@example(List((1,)), [(0, 0xDD)])
@example(Map(((1, 2),), "k"), [(3, 9)])
@example(Map((("", 2),), "none"), [(2, 7)])
@settings(max_examples=5 * EXAMPLES)
def test_aerospike_reads_every_document_that_we_accept(
    real: Any, sdk: Any, value: Value, changes: Any
) -> None:
    """We must accept nothing that Aerospike refuses: an assertion there would end the server."""
    data = bytearray(encode(value))
    for at, byte in changes:
        data[at % len(data)] = byte
    document = bytes(data)
    kind = kind_of(value)
    checked = real.ask(b"C", kind + document)[0]
    yes, answer = real.ask(b"D", document)
    if checked:
        assert yes, document.hex()
        assert struct.unpack("<I", answer[:4]) == (len(document),)
        assert real.ask(b"T", kind + document)[0]
    try:
        read = decode(document)
    except UnstorableError:
        pass
    else:
        assert real.ask(b"C", kind_of(read) + document)[0], document.hex()
    went, again = sdk.ask(kind, document)
    if went:  # whatever the SDK has read, what it writes is valid
        assert real.ask(b"C", kind + again) == (True, b""), (document.hex(), again.hex())


@given(some.binary(max_size=60))
@settings(max_examples=5 * EXAMPLES)
def test_random_bytes_are_refused_or_read_completely(real: Any, sdk: Any, noise: bytes) -> None:
    for kind in (LIST, MAP):
        if real.ask(b"C", kind + noise)[0]:
            assert real.ask(b"D", noise)[0]
        sdk.ask(kind, noise)
    real.ask(b"D", noise)


@pytest.mark.parametrize("kind", ["list", "map", "ordered"])
def test_the_limit_is_64_levels(real: Any, sdk: Any, kind: str) -> None:
    fine, deep = nested(64, kind), nested(65, kind)
    data = encode(fine)
    assert real.ask(b"T", kind_of(fine) + data) == (True, described(fine))
    assert sdk.ask(kind_of(fine), data)[0]
    assert decode(data) == fine
    with pytest.raises(UnstorableError, match="deeper than 64"):
        encode(deep)
    yes, data = real.ask(b"E", described(deep))
    assert yes  # Aerospike writes what it does not read
    assert not real.ask(b"D", data)[0]
    for answer in (
        real.ask(b"C", kind_of(deep) + data),
        real.ask(b"F", described(deep)),
        sdk.ask(kind_of(deep), data),
    ):
        assert not answer[0]
        assert b"deeper than 64" in answer[1]
    with pytest.raises(UnstorableError, match="deeper than 64"):
        decode(data)


@pytest.mark.parametrize(
    "head",
    [
        *("dd7fffffff", "ddffffffff", "dcffff", "df7fffffff", "dfffffffff", "deffff"),
        *("91dbffffffff03", "91daffff03", "91c6ffffffff03", "91d9ff03", "91c9ffffffff01"),
        *("dd80000000" + "c0" * 8, "df80000000" + "c0" * 8),
    ],
)
def test_lengths_beyond_the_end_allocate_nothing(real: Any, sdk: Any, head: str) -> None:
    data = bytes.fromhex(head)
    kind = MAP if data[0] in (0xDE, 0xDF) else LIST
    assert not real.ask(b"D", data)[0]
    assert not real.ask(b"C", kind + data)[0]
    assert not sdk.ask(kind, data)[0]
    with pytest.raises(UnstorableError):
        decode(data)


# ---- what Aerospike loses, or accepts and should not ----


def test_the_order_of_a_list_is_read_but_not_written(real: Any) -> None:
    ordered = List((1, 2), True)
    assert real.ask(b"D", encode(ordered))[1][4:] == described(ordered)
    assert real.ask(b"E", described(ordered)) == (True, encode(List((1, 2))))


def test_a_string_is_cut_at_a_nul_so_we_refuse_it(real: Any, sdk: Any) -> None:
    data = b"\x91\xa4\x03a\x00b"
    assert real.ask(b"D", data)[1][4:] == described(List(("a",)))
    assert real.ask(b"C", LIST + data) == (
        False,
        b"a string in a collection has a NUL, at which the server would cut it",
    )
    assert not sdk.ask(LIST, data)[0]
    with pytest.raises(UnstorableError, match="NUL"):
        decode(data)
    with pytest.raises(UnstorableError, match="NUL"):
        encode(List(("a\0b",)))


def test_bytes_keep_their_nul(real: Any) -> None:
    value = List((b"a\0b", Hll(b"\0"), GeoJson("{}")))
    assert real.ask(b"E", described(value)) == (True, encode(value))


@pytest.mark.parametrize("key", [None, True, 1.5, List((1,)), GeoJson("{}"), Hll(b"x")])
def test_invalid_map_keys_are_refused(real: Any, sdk: Any, key: Value) -> None:
    data = b"\x81" + encode(List((key,)))[1:] + b"\xc0"
    assert not real.ask(b"D", data)[0]
    assert not real.ask(b"C", MAP + data)[0]
    assert not sdk.ask(MAP, data)[0]
    with pytest.raises(UnstorableError, match="a map key may be"):
        decode(data)


def test_all_read_old_forms_of_a_string(real: Any, sdk: Any) -> None:
    """Clients older than msgpack's str 8 write strings of 32 to 255 bytes with a length of two bytes."""
    value = List(("x" * 31,))
    data = encode(value)
    assert data[1:3] == b"\xd9\x20"
    assert real.ask(b"E", described(value)) == (True, data)
    for form in (b"\x91\xda\x00\x20", b"\x91\xdb\x00\x00\x00\x20"):
        assert real.ask(b"D", form + data[3:])[1][4:] == described(value)
        assert real.ask(b"C", LIST + form + data[3:])[0]
        assert decode(form + data[3:]) == value
        assert sdk.ask(LIST, form + data[3:]) == (True, data)


def test_an_extension_as_an_element_is_refused(real: Any, sdk: Any) -> None:
    data = b"\x92\x01\xc7\x00\x01"
    assert not real.ask(b"D", data)[0]
    assert real.ask(b"D", b"\x81\x01\xc7\x00\x01")[0] is False
    assert not real.ask(b"C", LIST + data)[0]
    assert not sdk.ask(LIST, data)[0]
    with pytest.raises(UnstorableError):
        decode(data)


def test_aerospike_sorts_a_map_that_is_marked_ordered_and_is_not(real: Any, sdk: Any) -> None:
    data = b"\x83\xc7\x00\x01\xc0\x02\xc0\x01\xc0"
    assert real.ask(b"D", data)[1][4:] == described(Map(((1, None), (2, None)), "k"))
    assert not real.ask(b"C", MAP + data)[0]
    with pytest.raises(UnstorableError):
        decode(data)
    assert sdk.ask(MAP, data) == (True, encode(Map(((1, None), (2, None)), "k")))


def test_the_servers_flags_of_a_map_are_removed(real: Any) -> None:
    """The flag says that an index is stored with the map, which no module needs."""
    value = Map(((1, 2),), "k")
    flagged = b"m" + struct.pack("<BI", 0x11, 1) + described(1) + described(2)
    assert real.ask(b"E", flagged) == (True, b"\x82\xc7\x00\x11\xc0\x01\x02")
    assert real.ask(b"F", flagged) == (True, MAP + bytes(8) + encode(value))
