"""The working record: changes stay in memory until they are stored; invalid ones are refused."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.record import RefusedError, WorkingRecord, digest_of
from modgo_lsp.host.values import NIL_FLAT, Flat, Value

FACTS: dict[str, Any] = {
    "namespace": "test",
    "set": "demo",
    "key": to_flat("k1"),
    "bins": {},
    "ttl": 0,
    "generation": 0,
    "last_update": 0,
}


def record(**bins: int) -> WorkingRecord:
    flats = {name: to_flat(value) for name, value in bins.items()}
    return WorkingRecord({**FACTS, "bins": flats, "generation": 3 if bins else 0})


def test_changes_are_lost_without_update() -> None:
    one = record(a=1)
    one.set("a", to_flat(2))
    one.unset("b")
    assert one.get("a") == to_flat(2)
    assert one.stored == {"a": to_flat(1)}
    assert (one.operations, one.generation) == ([], 3)


def test_update_stores_and_counts() -> None:
    one = record(a=1, b=2)
    one.set("a", to_flat("x"))
    one.set("b", NIL_FLAT)
    one.set_ttl(90)
    one.update()
    assert one.stored == {"a": to_flat("x")}
    assert (one.operations, one.generation, one.ttl) == (["update"], 4, 90)


def test_an_update_that_leaves_no_bins_removes_the_record() -> None:
    one = record(a=1)
    one.unset("a")
    one.update()
    assert (one.stored, one.generation, one.operations) == ({}, 0, ["update"])


def test_create_remove_create() -> None:
    one = record()
    one.set("a", to_flat(1))
    one.create()
    one.remove()
    assert one.get("a") == NIL_FLAT
    one.set("b", to_flat(2))
    one.create()
    assert one.operations == ["create", "remove", "create"]
    assert (one.stored, one.generation) == ({"b": to_flat(2)}, 1)


def test_a_removed_record_exists_until_the_call_ends() -> None:
    one = record(a=1)
    one.remove()
    assert (one.exists, one.stored) == (True, {})
    one.set("b", to_flat(2))
    one.update()
    assert (one.stored, one.operations) == ({"b": to_flat(2)}, ["remove", "update"])


def test_a_record_is_created_before_its_bins() -> None:
    one = record()
    one.create()
    one.set("a", to_flat(1))
    one.update()
    assert (one.stored, one.operations) == ({"a": to_flat(1)}, ["create", "update"])


def test_changes_that_do_not_fit_the_record() -> None:
    with pytest.raises(RefusedError, match="exists already"):
        record(a=1).create()
    for act in (WorkingRecord.update, WorkingRecord.remove):
        with pytest.raises(RefusedError, match="does not exist"):
            act(record())


def test_values_that_aerospike_cannot_store() -> None:
    one = record(a=1)
    for name in ("sixteen-bytes-ab", "", "ÄÖÜäöüÄÖ", "a\0b"):
        with pytest.raises(RefusedError, match="1 to 15"):
            one.set(name, to_flat(1))
    one.set("fifteen-bytes-a", to_flat(1))
    with pytest.raises(RefusedError, match="msgpack"):
        one.set("l", Flat(8, 0, b"\x93\x01"))
    with pytest.raises(RefusedError, match="not UTF-8"):
        one.set("s", Flat(4, 0, b"\xff"))
    for index in range(510):
        one.set(f"b{index}", to_flat(1))
    with pytest.raises(RefusedError, match="at most 512 bins"):
        one.set("more", to_flat(1))
    assert "more" not in one.bins
    one.set("b509", to_flat(2))  # one that it has
    assert one.get("b509") == to_flat(2)


def test_the_generation_begins_again_after_its_largest() -> None:
    one = record(a=1)
    one.generation = 65534
    found = []
    for _ in range(3):
        one.update()
        found.append(one.generation)
    assert found == [65535, 1, 2]


def test_the_ttl_changes_with_the_next_update() -> None:
    one = record(a=1)
    one.ttl = 7
    one.update()
    assert one.ttl == 7
    one.set_ttl(0)
    assert one.ttl == 7
    one.update()
    assert one.ttl == 0


def test_the_size_is_that_of_the_stored_names_and_values() -> None:
    one = record(number=1)
    assert one.size == 6 + 8
    one.set("s", to_flat("four"))
    assert one.size == 6 + 8
    one.update()
    assert one.size == 6 + 8 + 1 + 4


@pytest.mark.parametrize(
    ("set_name", "key", "digest"),
    [
        ("demo", "k1", "b747f5854d0b33259928d0cfab7fad81d6abfbf6"),
        ("demo", b"k1", "728ee7d65e7cdd15285ec355b488a8676f945bf4"),
        ("demo", 1, "b7f4b83889e2da67de683e1df6919a1eacc446c8"),
        ("demo", -1, "e9d49a24c3debdc5a6d551d3e7087999a263bb97"),
        ("", "k1", "50149955959c2fef0a83613ae80c78bb9c96b269"),
    ],
)
def test_digests_are_those_of_the_official_client(set_name: str, key: Value, digest: str) -> None:
    try:
        hashlib.new("ripemd160")
    except ValueError:  # this Python's OpenSSL lacks it
        digest = ""
    found = digest_of(set_name, to_flat(key))
    assert found == (bytes.fromhex(digest) or None)
    one = WorkingRecord({**FACTS, "set": set_name, "key": to_flat(key)})
    assert one.digest == found


def test_a_record_without_a_key_has_no_digest() -> None:
    assert digest_of("demo", NIL_FLAT) is None
