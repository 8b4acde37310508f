"""The host's side of a call's streams: the input that a stream UDF reads, and the output that it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Union

from modgo_lsp.host.msgpack_dialect import decode, encode, from_flat, to_flat
from modgo_lsp.host.record import RefusedError, WorkingRecord
from modgo_lsp.host.values import NIL, NIL_FLAT, Flat, List, UnstorableError, Value

# Of long elements, fewer are returned at a time.
_LIST_BYTES = 1 << 20


class RecordInput:
    """The records of one node, one after another, read-only."""

    def __init__(self, records: Iterator[WorkingRecord]) -> None:
        self._left = records

    def read(self) -> WorkingRecord | Flat:
        """The next record, nil at the end."""
        return next(self._left, NIL_FLAT)

    def read_many(self, _limit: int) -> bytes:
        raise RefusedError("this stream has records, which are read one at a time")


class ValueInput:
    """Values, such as the nodes' results."""

    def __init__(self, values: Sequence[Value]) -> None:
        self._values = values
        self._at = 0

    def read(self) -> WorkingRecord | Flat:
        """The next value, nil at the end."""
        if self._at == len(self._values):
            return NIL_FLAT
        self._at += 1
        return to_flat(self._values[self._at - 1])

    def read_many(self, limit: int) -> bytes:
        """A list of the next values, empty at the end. Raises RefusedError if one can't be in a list."""
        some = tuple(self._values[self._at : self._at + limit])
        try:
            packed = encode(List(some))
            while len(packed) > _LIST_BYTES and len(some) > 1:
                some = some[: len(some) // 2]
                packed = encode(List(some))
        except UnstorableError as error:
            raise RefusedError(str(error)) from None
        self._at += len(some)
        return packed


Input = Union[RecordInput, ValueInput]


class Output:
    """Collects copies of the values written."""

    def __init__(self) -> None:
        self.values: list[Value] = []

    def write(self, flat: Flat) -> None:
        """Raises RefusedError for an invalid value, and for nil, which would end the stream."""
        if flat.type == NIL:
            raise RefusedError("nil cannot be written to a stream: it would end the stream")
        try:
            self.values.append(from_flat(flat))
        except UnstorableError as error:
            raise RefusedError(str(error)) from None

    def write_many(self, packed: bytes) -> None:
        """Writes the elements of one list. Raises RefusedError."""
        try:
            value = decode(packed)
        except UnstorableError as error:
            raise RefusedError(str(error)) from None
        if not isinstance(value, List):
            raise RefusedError("many values are written as a list")
        if None in value.items:
            raise RefusedError("nil cannot be written to a stream: it would end the stream")
        self.values.extend(value.items)
