"""The embedded record store: a SQLite file that stores records between calls, for `--store FILE`.

What a UDF stores is there in the next call. A record is locked while a UDF works on it, as in the server.
Bins are stored as the ABI has them: scalars, bytes, and collections in the server's msgpack dialect.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from modgo_lsp.file_writer import ANYTHING, Kind, check_place, explain, workspace_of
from modgo_lsp.host.msgpack_dialect import from_flat, to_flat
from modgo_lsp.host.sample import NEVER_EXPIRES, Record
from modgo_lsp.host.values import INTEGER, NIL, Flat, UnstorableError

# "modG" in the file's header identifies a store; the version is that of its tables.
_APPLICATION = 0x6D6F6447
_VERSION = 1
_BUSY_SECONDS = 30.0
# Any SQLite file; `_prepare` checks whether it is a store.
_SQLITE = Kind("a record store", lambda file: file.read(16) in (b"", b"SQLite format 3\0"))

_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS records (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    set_name TEXT NOT NULL,
    key_type INTEGER NOT NULL,
    key BLOB NOT NULL,
    ttl INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    last_update INTEGER NOT NULL, -- ms since 1970
    UNIQUE (namespace, set_name, key_type, key)
);
CREATE TABLE IF NOT EXISTS bins (
    record INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
    name TEXT NOT NULL,
    type INTEGER NOT NULL,
    integer INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (record, name)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
COMMIT;
"""


class StoreError(Exception):
    """The store cannot be used. The message says why and what to do."""


class Store:
    """One open store. Any thread may use it, one at a time."""

    def __init__(self, path: Path) -> None:
        """Opens the store, or creates it if there is no file. Raises StoreError."""
        self._path = path
        self._check_place()
        with self._store_errors():
            self._db = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._store_errors():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _check_place(self) -> None:
        """SQLite follows links out of the workspace, also those of its journal files."""
        within = workspace_of(self._path)
        try:
            check_place(self._path, replaces=_SQLITE, within=within)
            for ending in ("-journal", "-wal", "-shm"):
                check_place(f"{self._path}{ending}", replaces=ANYTHING, within=within)
        except OSError as error:
            raise StoreError("; ".join(explain(error, "name another file"))) from None

    def _prepare(self) -> None:
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        application = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if tables and application != _APPLICATION:
            raise StoreError(f"{self._path} is a SQLite database, but not a record store; name another file")
        if version > _VERSION:
            raise StoreError(f"{self._path} is of a newer modgo; update modgo, or name another file")
        # Commits do not wait for the disk.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        if not tables:
            self._db.executescript(_TABLES)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """A transaction for writing; other processes wait up to 30 s for its end. Raises StoreError."""
        with self._store_errors():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        with self._store_errors():
            self._db.execute("COMMIT")

    def read(self, key: Record) -> Record | None:
        """The stored record with the key of `key`, None if there is none or it has expired; `ttl` is the time
        left. Raises StoreError."""
        with self._store_errors():
            row = self._db.execute(
                f"SELECT id, ttl, generation, last_update FROM records WHERE {_KEY}", self._key(key)
            ).fetchone()
            if row is None:
                return None
            bins = self._db.execute("SELECT name, type, integer, data FROM bins WHERE record = ?", row[:1])
            found = {name: from_flat(Flat(kind, number, data)) for name, kind, number, data in bins}
        _, ttl, generation, last_update = row
        if 0 < ttl < NEVER_EXPIRES:
            left = ttl - (_now() - last_update) // 1000
            if left <= 0:
                return None
            ttl = left
        return msgspec.structs.replace(
            key, bins=found, ttl=ttl, generation=generation, last_update=last_update
        )

    def records(self) -> Iterator[Record]:
        """The records that have not expired, in the order of their keys. Raises StoreError."""
        with self._store_errors():
            rows = self._db.execute(
                f"SELECT namespace, set_name, key_type, key FROM records ORDER BY 1, 2, 3, {_POSITIVE}, 4"
            ).fetchall()
        for namespace, set_name, kind, data in rows:
            number = int.from_bytes(data, "big", signed=True) if kind == INTEGER else 0
            key = from_flat(Flat(kind, number, b"" if kind == INTEGER else data))
            assert key is None or isinstance(key, (int, str, bytes))
            if (found := self.read(Record(namespace, set_name, key))) is not None:
                yield found

    def write(self, record: Record) -> None:
        """Replaces the record with the same key; a record without bins removes it. Raises StoreError."""
        key = self._key(record)
        with self._store_errors():
            self._db.execute(f"DELETE FROM records WHERE {_KEY}", key)
            if not record.exists:
                return
            inserted = self._db.execute(
                "INSERT INTO records (namespace, set_name, key_type, key, ttl, generation, last_update)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*key, record.ttl, record.generation, record.last_update or _now()),
            )
            rows = ((inserted.lastrowid, name, *to_flat(value)) for name, value in record.bins.items())
            self._db.executemany("INSERT INTO bins VALUES (?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        self._db.close()

    def _key(self, record: Record) -> tuple[str, str, int, bytes]:
        flat = to_flat(record.key)
        if flat.type == NIL:
            raise StoreError("a record in a store needs a key; name it with --key or in the record's key")
        data = flat.integer.to_bytes(8, "big", signed=True) if flat.type == INTEGER else flat.data
        return record.namespace, record.set_name, flat.type, data

    @contextlib.contextmanager
    def _store_errors(self) -> Iterator[None]:
        """Turns SQLite's errors into StoreErrors."""
        try:
            yield
        except UnstorableError as error:
            raise StoreError(f"{self._path} contains an invalid value ({error}); name another file") from None
        except sqlite3.DatabaseError as error:
            raise StoreError(self._why(error)) from None

    def _why(self, error: sqlite3.DatabaseError) -> str:
        text = str(error)
        if "not a database" in text or "malformed" in text:
            return f"{self._path} is not a record store ({text}); name another file"
        if "locked" in text or "busy" in text:
            return f"{self._path} is in use by another program; try again when that has ended"
        if "unable to open" in text:
            return f"{self._path} cannot be opened; check its folder and its permissions"
        return f"{self._path} cannot be used ({text})"


# Whether a key is an integer that is not negative: the bytes of a negative one begin with a set bit.
_POSITIVE = f"key_type = {INTEGER} AND key < x'80'"
_KEY = "namespace = ? AND set_name = ? AND key_type = ? AND key = ?"


def _now() -> int:
    return int(time.time() * 1000)
