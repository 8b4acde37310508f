"""The host's functions that a module calls during a call, as C function pointers onto a WorkingRecord.

Go may call them from any of its threads; one lock keeps a record whole. Only the child imports this.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

from modgo_lsp.host import loader
from modgo_lsp.host.loader import CHost, CMetadata, CValue, lend
from modgo_lsp.host.record import RefusedError, WorkingRecord
from modgo_lsp.host.values import NIL, NIL_FLAT, STRING, Flat

OK, REFUSED, INTERNAL = 0, 6, 7

Log = Callable[[int, str, str], None]


class HostTable:
    """The table for one call on `record`; `log` takes level, message and "file:line" or ""."""

    def __init__(self, record: WorkingRecord, log: Log) -> None:
        self._record = record
        self._log = log
        self._lock = threading.Lock()
        self._lent: list[Any] = []  # what the module may still be reading, until its next call
        self.c = CHost(
            size=ctypes.sizeof(CHost),
            record_get=loader.GET(self._get),
            record_get_many=loader.GET_MANY(self._get_many),
            record_set=loader.SET(self._set),
            record_unset=loader.UNSET(self._unset),
            record_bin_names=loader.BIN_NAMES(self._bin_names),
            record_metadata=loader.METADATA(self._metadata),
            record_set_ttl=loader.SET_TTL(self._set_ttl),
            record_create=loader.STORE(lambda _c, _r, why: self._do(why, self._record.create)),
            record_update=loader.STORE(lambda _c, _r, why: self._do(why, self._record.update)),
            record_remove=loader.STORE(lambda _c, _r, why: self._do(why, self._record.remove)),
            record_exists=loader.EXISTS(self._exists),
            log=loader.LOG(self._write_log),
        )

    def _do(self, why: Any, action: Callable[[], None]) -> int:
        """Runs `action` under the lock; what it raises becomes a status and a reason. ctypes would print
        an exception that escaped and give the module a status of chance."""
        with self._lock:
            self._lent.clear()
            try:
                action()
            except RefusedError as error:
                return self._say(why, REFUSED, str(error))
            except Exception as error:
                return self._say(why, INTERNAL, f"modgo's host failed: {error!r}")
            return OK

    def _say(self, why: Any, status: int, text: str) -> int:
        if why:
            self._lent.append(lend(Flat(STRING, 0, text.encode()), why.contents))
        return status

    def _lend(self, flat: Flat, value: CValue) -> None:
        self._lent.append(lend(flat, value))

    def _get(self, _call: int, _record: int, name: int, length: int, value: Any) -> int:
        return self._do(None, lambda: self._lend(self._record.get(_text(name, length)), value.contents))

    def _get_many(self, _call: int, _record: int, names: int, length: int, count: int, values: Any) -> int:
        def get() -> None:
            found = _text(names, length).split("\0")
            for index in range(count):
                self._lend(self._record.get(found[index]) if index < len(found) else NIL_FLAT, values[index])

        return self._do(None, get)

    def _set(
        self,
        _call: int,
        _record: int,
        name: int,
        name_length: int,
        kind: int,
        integer: int,
        data: int,
        length: int,
        why: Any,
    ) -> int:
        content = ctypes.string_at(data, length) if data and length else b""
        flat = Flat(kind, integer, content)
        return self._do(why, lambda: self._record.set(_text(name, name_length), flat))

    def _unset(self, _call: int, _record: int, name: int, length: int, why: Any) -> int:
        return self._do(why, lambda: self._record.unset(_text(name, length)))

    def _bin_names(self, _call: int, _record: int, names: Any) -> int:
        def list_names() -> None:
            text = "".join(f"{name}\0" for name in self._record.bins)
            self._lend(Flat(STRING, 0, text.encode()), names.contents)

        return self._do(None, list_names)

    def _metadata(self, _call: int, _record: int, metadata: Any) -> int:
        return self._do(None, lambda: self._fill(metadata.contents))

    def _fill(self, metadata: CMetadata) -> None:
        if metadata.size < ctypes.sizeof(CMetadata):
            raise RefusedError("the metadata struct is smaller than that of version 1.0")
        record = self._record
        metadata.exists = record.exists
        metadata.ttl = record.ttl
        metadata.generation = record.generation
        metadata.last_update = record.last_update
        metadata.storage_size = record.size
        metadata.digest = self._pointer(record.digest)
        metadata.namespace_name = self._pointer(record.namespace.encode() + b"\0")
        metadata.set_name = self._pointer(record.set_name.encode() + b"\0")
        if record.key.type == NIL:
            metadata.key = CValue()
        else:
            self._lend(record.key, metadata.key)

    def _pointer(self, data: bytes | None) -> int | None:
        if data is None:
            return None
        buffer = ctypes.create_string_buffer(data, len(data))
        self._lent.append(buffer)
        return ctypes.addressof(buffer)

    def _set_ttl(self, _call: int, _record: int, ttl: int) -> int:
        return self._do(None, lambda: self._record.set_ttl(ttl))

    def _exists(self, _call: int, _record: int, exists: Any) -> int:
        def tell() -> None:
            exists[0] = int(self._record.exists)

        return self._do(None, tell)

    def _write_log(
        self, _call: int, level: int, message: int, length: int, location: int, location_length: int
    ) -> None:
        self._log(level, _text(message, length), _text(location, location_length))


def _text(address: int | None, length: int) -> str:
    return ctypes.string_at(address, length).decode("utf-8", "replace") if address and length else ""
