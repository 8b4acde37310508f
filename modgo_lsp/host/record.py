"""The record that a call works on, with the semantics of Aerospike's UDF records: changes stay in memory
until create or update, and what was not stored is lost. A record that the call removes still exists for it,
without bins, and can be created or updated again.

Values are flat, as the ABI carries them.
"""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from typing import Any

from modgo_lsp.host.msgpack_dialect import from_flat
from modgo_lsp.host.values import INTEGER, NIL, NIL_FLAT, STRING, Flat, UnstorableError
from modgo_lsp.model.sdk import BIN_NAME_MAX

BINS_MAX = 512

Bins = dict[str, Flat]


class RefusedError(Exception):
    """An operation that the record refuses; the UDF gets the text as its error."""


class WorkingRecord:
    """One record: its stored bins, and its bins as the UDF sees them, with its own changes."""

    def __init__(self, facts: dict[str, Any]) -> None:
        """`facts` are namespace, set, key, bins, ttl, generation and last_update, values in them flat."""
        self.namespace: str = facts["namespace"]
        self.set_name: str = facts["set"]
        self.key = Flat(*facts["key"])
        self.stored: Bins = {name: Flat(*flat) for name, flat in facts["bins"].items()}
        self.bins: Bins = dict(self.stored)
        self.exists = bool(self.stored)
        self.ttl: int = facts["ttl"]
        self.generation: int = facts["generation"]
        self.last_update: int = facts["last_update"]
        self.operations: list[str] = []
        self._next_ttl: int | None = None

    @cached_property
    def digest(self) -> bytes | None:
        return digest_of(self.set_name, self.key)

    @property
    def size(self) -> int:
        """Bytes of the names and values, roughly what storage needs."""
        return sum(len(name) + (len(flat.data) or 8) for name, flat in self.stored.items())

    def get(self, name: str) -> Flat:
        return self.bins.get(name, NIL_FLAT)

    def set(self, name: str, value: Flat) -> None:
        """Setting nil removes the bin. Raises RefusedError for a name or value that Aerospike cannot
        store."""
        size = len(name.encode())
        if not 0 < size <= BIN_NAME_MAX or "\0" in name:
            raise RefusedError(
                f"bin name {name!r} has {size} bytes; it may have 1 to {BIN_NAME_MAX}, without NUL"
            )
        if value.type == NIL:
            self.unset(name)
            return
        try:
            from_flat(value)
        except UnstorableError as error:
            raise RefusedError(f"bin {name!r}: {error}") from None
        if name not in self.bins and len(self.bins) >= BINS_MAX:
            raise RefusedError(f"a record has at most {BINS_MAX} bins")
        self.bins[name] = value

    def unset(self, name: str) -> None:
        self.bins.pop(name, None)

    def set_ttl(self, seconds: int) -> None:
        self._next_ttl = seconds

    def create(self) -> None:
        if self.stored:
            raise RefusedError("the record exists already, so it can be updated but not created")
        self.exists = True
        self.generation = 0
        self._store("create")

    def update(self) -> None:
        """An update that leaves no bins removes the record, as in Aerospike."""
        if not self.exists:
            raise RefusedError("the record does not exist, so it can be created but not updated")
        self._store("update")
        if not self.stored:
            self._forget()

    def remove(self) -> None:
        if not self.exists:
            raise RefusedError("the record does not exist, so it cannot be removed")
        self.operations.append("remove")
        self._forget()

    def _store(self, operation: str) -> None:
        self.operations.append(operation)
        self.stored = dict(self.bins)
        self.generation = self.generation % 0xFFFF + 1
        if self._next_ttl is not None:
            self.ttl = self._next_ttl

    def _forget(self) -> None:
        self.stored = {}
        self.bins = {}
        self.generation = 0


@lru_cache(256)  # a case or a call uses one key many times, and to hash it takes 8 µs
def digest_of(set_name: str, key: Flat) -> bytes | None:
    """The 20 bytes by which Aerospike finds a record: RIPEMD-160 of set, key type and key. None without a
    key, or if this Python's OpenSSL lacks the hash."""
    if key.type == NIL:
        return None
    try:
        digest = hashlib.new("ripemd160", usedforsecurity=False)
    except ValueError:
        return None
    particle = {INTEGER: 1, STRING: 3}.get(key.type, 4)
    content = key.integer.to_bytes(8, "big", signed=True) if key.type == INTEGER else key.data
    digest.update(set_name.encode() + bytes((particle,)) + content)
    return digest.digest()
