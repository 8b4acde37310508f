"""The embedded store: written records are read again, by every process, and other files are refused."""

from __future__ import annotations

import json
import math
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from modgo_lsp.host.fenced import Fence
from modgo_lsp.host.record_store import Store, StoreError
from modgo_lsp.host.sample import NEVER_EXPIRES, Record
from modgo_lsp.host.session import Session
from modgo_lsp.host.values import GeoJson, Hll, List, Map

from .test_msgpack_dialect import values

ROOT = Path(__file__).parents[2]
EVERYTHING = Record(
    bins={
        "b": True,
        "i": -(2**63),
        "d": 0.5,
        "s": "a\0b",
        "x": b"\0\xff",
        "g": GeoJson("{}"),
        "h": Hll(b"\1"),
        "l": List((1, List(("x",), True))),
        "m": Map(((1, None), ("k", 2)), "k"),
    },
    ttl=NEVER_EXPIRES,
    generation=7,
)


def test_written_records_are_read_again(tmp_path: Path) -> None:
    first = Store(tmp_path / "s.db")
    assert first.read(EVERYTHING) is None
    first.write(EVERYTHING)
    first.close()
    second = Store(tmp_path / "s.db")
    found = second.read(Record())
    assert found is not None
    assert found.last_update > 0
    assert msgspec.structs.replace(found, last_update=0) == EVERYTHING
    second.write(Record(bins={"a": 1}, generation=8))
    assert second.read(Record()) == Record(
        bins={"a": 1},
        generation=8,
        last_update=second.read(Record()).last_update,  # type: ignore[union-attr]
    )
    second.write(Record())
    assert second.read(Record()) is None
    second.close()


@given(
    some.dictionaries(
        some.text("abc", min_size=1, max_size=15), values.filter(lambda v: v is not None), min_size=1
    )
)
def test_every_value_is_stored(bins: dict[str, Any]) -> None:
    store = Store(Path(":memory:"))
    store.write(Record(bins=bins))
    found = store.read(Record())
    assert found is not None
    assert repr(sorted(found.bins.items())) == repr(sorted(bins.items()))
    store.close()


def test_keys_differ_by_namespace_set_type_and_value(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    keys: list[Any] = [1, "1", b"1", 2, "\0\0\0\0\0\0\0\1", b"\0\0\0\0\0\0\0\1"]
    records = [
        Record(namespace, set_name, key, {"n": number})
        for number, (namespace, set_name, key) in enumerate(
            (n, s, k) for n in ("a", "b") for s in ("", "s") for k in keys
        )
    ]
    for record in records:
        store.write(record)
    for record in records:
        found = store.read(msgspec.structs.replace(record, bins={}))
        assert found is not None
        assert found.bins == record.bins
    with pytest.raises(StoreError, match="needs a key"):
        store.read(Record(key=None))
    store.close()


def test_all_records_in_the_order_of_their_keys(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    assert list(store.records()) == []
    expected = [
        Record(namespace, set_name, key, {"n": 1}, 50, 3, int(time.time() * 1000))
        for namespace, set_name, key in (
            ("a", "", -(2**63)),
            ("a", "", -1),
            ("a", "", 2),
            ("a", "", 300),
            ("a", "", "1"),
            ("a", "", "b"),
            ("a", "", b"a"),
            ("a", "", b"\xff"),
            ("a", "s", -1),
            ("b", "", 1),
        )
    ]
    for record in reversed(expected):
        store.write(record)
    store.write(Record("a", "", 5, {"n": 1}, ttl=1, last_update=1))  # has expired
    assert [msgspec.structs.replace(one, ttl=50) for one in store.records()] == expected
    store.close()


def test_a_record_without_a_last_update_was_updated_now(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    for last, earliest, latest in ((0, int(time.time() * 1000), math.inf), (1234, 1234, 1234)):
        store.write(Record(bins={"a": 1}, last_update=last))
        found = store.read(Record())
        assert found is not None
        assert earliest <= found.last_update <= min(latest, time.time() * 1000)
    store.close()


def test_an_empty_database_and_one_of_modgo_without_records_become_stores(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.touch()
    Store(path).close()
    store = Store(path)
    store.write(EVERYTHING)
    assert store.read(Record()) is not None
    store.close()
    assert [one.name for one in tmp_path.iterdir()] == ["s.db"]  # no journal is left
    with sqlite3.connect(path) as other:
        facts = [other.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    assert facts == [int.from_bytes(b"modG", "big"), 1]
    other.close()


def test_a_record_expires(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    store.write(Record(bins={"a": 1}, ttl=100, last_update=1))
    assert store.read(Record()) is None
    store.write(Record(bins={"a": 1}, ttl=100))
    found = store.read(Record())
    assert found is not None
    assert 98 <= found.ttl <= 100
    store.close()


@pytest.mark.parametrize(
    ("ttl", "age", "left"),
    [
        *((100, age, left) for age, left in ((0, 100), (999, 100), (1000, 99), (99_000, 1), (99_999, 1))),
        *((100, age, None) for age in (100_000, 100_001, 10**9)),
        *((86_400, 86_400_000 + more, left) for more, left in ((-1000, 1), (-1, 1), (0, None))),
        (1, 999, 1),
        (1, 1000, None),
        (0, 10**9, 0),
        (NEVER_EXPIRES, 10**9, NEVER_EXPIRES),
        (NEVER_EXPIRES - 1, 1000, NEVER_EXPIRES - 2),
    ],
)
def test_the_remaining_ttl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ttl: int, age: int, left: int | None
) -> None:
    store = Store(tmp_path / "s.db")
    store.write(Record(bins={"a": 1}, ttl=ttl, last_update=5_000_000))
    monkeypatch.setattr("modgo_lsp.host.record_store._now", lambda: 5_000_000 + age)
    found = store.read(Record())
    assert (None if found is None else found.ttl) == left
    store.close()


async def test_calls_read_and_write_it(udfs: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    key = Record(key="k1")
    async with Session(udfs) as session:
        missing = await session.call("add", ["v", 1], key, store=store)
        assert missing.failure is not None  # an update of what does not exist
        assert (await session.call("create", [5], key, store=store)).operations == ("create",)
        again = await session.call("create", [5], key, store=store)
        assert again.failure is not None
        assert "exists already" in again.failure.message
        for expected in (6, 7):
            assert (await session.call("add", ["v", 1], key, store=store)).value == expected
        found = store.read(key)
        assert found is not None
        assert (found.bins, found.generation, found.ttl) == ({"v": 7}, 3, 90)
        assert (await session.call("meta", (), key, store=store)).value == "true 3demo1m30s"
        # A record stored before a crash stays; one that was only read is unchanged.
        assert (await session.call("exit", (), key, store=store)).failure is not None
        assert store.read(key) == found
        assert (await session.call("remove", (), key, store=store)).failure is None
        assert store.read(key) is None
        seeded = await session.call("add", ["v", 1], Record(key="k2", bins={"v": 1}), store=store)
        assert seeded.value == 2
        assert (await session.call("add", ["v", 1], Record(key="k2", bins={"v": 1}), store=store)).value == 3
    store.close()


def test_concurrent_writers_lose_nothing(udfs: Path, tmp_path: Path) -> None:
    """Four processes add to one record."""
    (tmp_path / "r.jsonl").write_text('{"key": ["test", "demo", "k"], "bins": {"n": 0}}\n' * 50)
    command = [sys.executable, "-m", "modgo_lsp", "call", str(udfs), "add", "n", "1"]
    command += ["--records", "r.jsonl", "--store", "s.db", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) for _ in range(4)
    ]
    answers = [json.loads(one.communicate(timeout=120)[0]) for one in running]
    assert [one["summary"]["failed"] for one in answers] == [0] * 4
    store = Store(tmp_path / "s.db")
    found = store.read(Record(key="k"))
    store.close()
    assert found is not None
    assert found.bins == {"n": 200}
    assert sorted(call["result"] for one in answers for call in one["calls"]) == list(range(1, 201))


def test_other_files_are_not_stores(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all, but long enough to have a head\n" * 20)
    with pytest.raises(StoreError, match="not a record store"):
        Store(tmp_path / "text")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE records (id INTEGER)")
    other.close()
    with pytest.raises(StoreError, match="not a record store"):
        Store(tmp_path / "other.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "nowhere" / "s.db")
    Store(tmp_path / "new.db").close()
    newer = sqlite3.connect(tmp_path / "new.db")
    newer.execute("PRAGMA user_version = 9")
    newer.close()
    with pytest.raises(StoreError, match="newer modgo"):
        Store(tmp_path / "new.db")


def test_what_fails_in_a_transaction_is_undone(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    store.write(EVERYTHING)

    def interrupted() -> None:
        with store.locked():
            store.write(Record(bins={"a": 1}, generation=8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    found = store.read(EVERYTHING)
    assert found is not None
    assert found.generation == EVERYTHING.generation
    with store.locked():  # the transaction has ended
        store.write(Record(bins={"a": 1}, generation=8))
    found = store.read(EVERYTHING)
    assert found is not None
    assert found.generation == 8
    store.close()


def test_a_store_with_other_contents_names_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = Store(path)
    store.write(EVERYTHING)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE bins SET type = 12 WHERE name = 'i'")
    with pytest.raises(
        StoreError, match=r"s\.db contains an invalid value \(.*no type 12.*name another file"
    ):
        store.read(EVERYTHING)
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE bins")
    with pytest.raises(StoreError, match=r"s\.db cannot be used \(no such table: bins\)"):
        store.read(EVERYTHING)
    store.close()


def test_a_damaged_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = Store(path)
    store.write(EVERYTHING)
    store.close()
    pages = path.read_bytes()
    path.write_bytes(pages[:4096] + b"\xff" * (len(pages) - 4096))
    with pytest.raises(StoreError, match=r"s\.db is not a record store \(.*malformed\); name another file"):
        Store(path).read(EVERYTHING)
    path.write_bytes(b"no database, but as long as its head is" * 100)
    with pytest.raises(StoreError, match=r"s\.db "):
        Store(path)


async def test_a_record_that_is_only_read_is_stored_if_the_store_lacks_it(udfs: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    seeded = Record(key="k1", bins={"v": 5}, generation=2)
    async with Session(udfs) as session:
        assert (await session.call("meta", (), seeded, store=store)).operations == ()
        found = store.read(seeded)
        assert found is not None
        assert (found.bins, found.generation) == ({"v": 5}, 2)
        await session.call("meta", (), Record(key="k1", bins={"v": 6}), store=store)
        assert store.read(seeded) == found  # what is there is not replaced
        await session.call("meta", (), Record(key="k2"), store=store)
        assert store.read(Record(key="k2")) is None
    store.close()


async def test_a_call_waits_for_a_store_that_is_in_use(
    udfs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modgo_lsp.host.record_store._BUSY_SECONDS", 0.2)
    first, second = Store(tmp_path / "s.db"), Store(tmp_path / "s.db")
    with first.locked():
        with pytest.raises(StoreError, match="in use by another program"):
            second.write(EVERYTHING)
        async with Session(udfs, fence=Fence()) as session:
            with pytest.raises(StoreError, match="in use"):
                await session.call("meta", store=second)
    second.write(EVERYTHING)
    first.close()
    second.close()


async def test_a_call_without_a_store_stores_nothing(udfs: Path) -> None:
    async with Session(udfs) as session:
        for _ in range(2):
            assert (await session.call("create", [1])).failure is None
