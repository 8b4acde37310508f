"""The working record: changes stay in memory until they are stored; invalid ones are refused."""

from __future__ import annotations

import pytest

from modgo_lsp.host.msgpack_dialect import to_flat
from modgo_lsp.host.record import RefusedError, WorkingRecord, digest_of
from modgo_lsp.host.values import NIL_FLAT, Flat


def record(**bins: int) -> WorkingRecord:
    return WorkingRecord(
        {
            "namespace": "test",
            "set": "demo",
            "key": to_flat("k1"),
            "bins": {name: to_flat(value) for name, value in bins.items()},
            "ttl": 0,
            "generation": 3 if bins else 0,
            "last_update": 0,
        }
    )


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
    for name in ("sixteen-bytes-ab", "", "ÄÖÜäöüÄÖ"):
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


def test_digests_are_aerospikes() -> None:
    # As the official clients compute them for set "demo".
    text, number = digest_of("demo", to_flat("k1")), digest_of("demo", to_flat(1))
    assert digest_of("demo", NIL_FLAT) is None
    if text is not None and number is not None:  # this Python's OpenSSL offers RIPEMD-160
        assert len(text) == len(number) == 20
        assert text != digest_of("other", to_flat("k1")) != number
