"""The host functions that a module calls during a call: C function pointers for records and streams.

libmod_go calls them on the thread that applies the UDF. Their errors are returned to the module.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from modgo_lsp.host import abi
from modgo_lsp.host.abi import CCall, CHost, CMetadata, CValue, lend
from modgo_lsp.host.record import RefusedError, WorkingRecord
from modgo_lsp.host.streams import Input, Output, ValueInput
from modgo_lsp.host.values import LIST, NIL, NIL_FLAT, STRING, Flat

OK, REFUSED, INTERNAL = 0, 6, 7

# Handles of the record and the streams. Of a stream's records only the last one read is valid.
RECORD, INPUT, OUTPUT = 1, 2, 3

Log = Callable[[int, str, str], None]

_NOBODY = WorkingRecord(
    {"namespace": "", "set": "", "key": NIL_FLAT, "bins": {}, "ttl": 0, "generation": 0, "last_update": 0}
)


class HostTable:
    """The table for one call after another; `log` takes level, message and "file:line" or ""."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._record = _NOBODY
        self._reads_only = False
        self._input: Input = ValueInput(())
        self._output = Output()
        self._buffers: list[Any] = []  # the module may read them until its next host call
        self.c = CHost(
            size=ctypes.sizeof(CHost),
            record_get=abi.GET(self._get),
            record_get_many=abi.GET_MANY(self._get_many),
            record_set=abi.SET(self._set),
            record_unset=abi.UNSET(self._unset),
            record_bin_names=abi.BIN_NAMES(self._bin_names),
            record_metadata=abi.METADATA(self._metadata),
            record_set_ttl=abi.SET_TTL(self._set_ttl),
            record_create=abi.STORE(lambda _c, _r, why: self._store(why, WorkingRecord.create)),
            record_update=abi.STORE(lambda _c, _r, why: self._store(why, WorkingRecord.update)),
            record_remove=abi.STORE(lambda _c, _r, why: self._store(why, WorkingRecord.remove)),
            record_exists=abi.EXISTS(self._exists),
            stream_read=abi.READ(self._read),
            stream_read_many=abi.READ_MANY(self._read_many),
            stream_write=abi.WRITE(self._write),
            stream_write_many=abi.WRITE_MANY(self._write_many),
            log=abi.LOG(self._write_log),
        )

    def work_on(self, record: WorkingRecord) -> None:
        """The record of the next call."""
        self._record, self._reads_only = record, False

    def stream(self, source: Input, output: Output) -> None:
        """The streams of the next call. Their records are read-only."""
        self._record, self._reads_only = _NOBODY, True
        self._input, self._output = source, output

    def call(self, deadline: int, log_level: int) -> CCall:
        """One call with this table; `deadline` is of the monotonic clock, in ns."""
        return CCall(
            size=ctypes.sizeof(CCall), log_level=log_level, host=ctypes.pointer(self.c), deadline=deadline
        )

    def _do(self, why: Any, action: Callable[[], None]) -> int:
        """Runs `action` and returns a status; an exception becomes a status and a reason. ctypes would print
        an exception and return an arbitrary status to the module."""
        self._buffers.clear()
        try:
            action()
        except RefusedError as error:
            return self._fail(why, REFUSED, str(error))
        except Exception as error:
            return self._fail(why, INTERNAL, f"modgo's host failed: {error!r}")
        return OK

    def _fail(self, why: Any, status: int, text: str) -> int:
        if why:
            self._buffers.append(lend(Flat(STRING, 0, text.encode("utf-8", "replace")), why.contents))
        return status

    def _lend(self, flat: Flat, value: CValue) -> None:
        self._buffers.append(lend(flat, value))

    def _store(self, why: Any, action: Callable[[WorkingRecord], None]) -> int:
        def store() -> None:
            if self._reads_only:
                raise RefusedError("the records of a stream are read-only")
            action(self._record)

        return self._do(why, store)

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
        flat = Flat(kind, integer, _bytes(data, length))
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
        self._buffers.append(buffer)
        return ctypes.addressof(buffer)

    def _set_ttl(self, _call: int, _record: int, ttl: int) -> int:
        return self._do(None, lambda: self._record.set_ttl(ttl))

    def _exists(self, _call: int, _record: int, exists: Any) -> int:
        def write_exists() -> None:
            exists[0] = int(self._record.exists)

        return self._do(None, write_exists)

    def _read(self, _call: int, _stream: int, record: Any, value: Any) -> int:
        def read() -> None:
            found = self._input.read()
            if isinstance(found, WorkingRecord):
                self._record = found
                record[0] = RECORD
                value.contents.type = NIL
            else:
                record[0] = None
                self._lend(found, value.contents)

        return self._do(value, read)

    def _read_many(self, _call: int, _stream: int, limit: int, values: Any) -> int:
        return self._do(
            values, lambda: self._lend(Flat(LIST, 0, self._input.read_many(limit)), values.contents)
        )

    def _write(
        self, _call: int, _stream: int, kind: int, integer: int, data: int, length: int, why: Any
    ) -> int:
        flat = Flat(kind, integer, _bytes(data, length))
        return self._do(why, lambda: self._output.write(flat))

    def _write_many(self, _call: int, _stream: int, data: int, length: int, why: Any) -> int:
        packed = _bytes(data, length)
        return self._do(why, lambda: self._output.write_many(packed))

    def _write_log(
        self, _call: int, level: int, message: int, length: int, location: int, location_length: int
    ) -> None:
        self._log(level, _text(message, length), _text(location, location_length))


def _bytes(address: int | None, length: int) -> bytes:
    return ctypes.string_at(address, length) if address and length else b""


def _text(address: int | None, length: int) -> str:
    return _bytes(address, length).decode("utf-8", "replace")
