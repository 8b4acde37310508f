"""The records of a call, from the options of the command line and of the editor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Union

import msgspec

from modgo_lsp.host.records_file import NumberedRecord, default_records, parse_records, read_records_file
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.sample import (
    Record,
    SampleError,
    default_sample,
    parse_key,
    read_sample,
    read_sample_file,
)
from modgo_lsp.user_error import UserError

_SAMPLE_HELP = 'a record sample looks like {"key": ["test", "demo", "k1"], "bins": {"a": 1, "s": "x"}}'
_KEY_HELP = 'a key looks like ["test", "demo", "k1"]'


class CallRequestError(UserError):
    """Options that contradict each other, or a malformed record."""


class CallRequest(msgspec.Struct, frozen=True):
    """`record` is a sample's JSON or a file's name, `records` a file or the JSON of each, `key` JSON."""

    record: str | None = None
    records: Union[Path, tuple[str, ...], None] = None
    stream: bool = False
    nodes: int | None = None
    store: Path | None = None
    key: str | None = None

    @property
    def shape(self) -> Literal["call", "each", "stream"]:
        return "stream" if self.stream else "call" if self.records is None else "each"


def check(request: CallRequest) -> None:
    """Raises CallRequestError if options contradict each other."""
    given = [name for name in ("record", "records", "key") if getattr(request, name) is not None]
    if len(given) > 1:
        raise CallRequestError(f"{given[0]} and {given[1]} both name the record", "give one of them")
    if request.stream:
        if request.record is not None or request.key is not None:
            raise CallRequestError("a stream reads many records", "give them with records")
        if request.store is not None:
            raise CallRequestError("a stream reads its records from a file", "leave the store out")
    elif request.nodes is not None:
        raise CallRequestError("nodes needs stream", "give stream as well")


def given_records(request: CallRequest) -> tuple[NumberedRecord, ...] | None:
    """The records that the request names; None if it names none. Raises CallRequestError."""
    try:
        if isinstance(request.records, Path):
            return read_records_file(request.records)
        if request.records is not None:
            return parse_records(request.records, "records")
        if request.key is not None:
            return _one(parse_key(request.key))
        return None if request.record is None else _one(read_sample(request.record))
    except SampleError as error:
        raise CallRequestError(str(error), _KEY_HELP if request.key is not None else _SAMPLE_HELP) from None


def records_beside(
    request: CallRequest, folders: Sequence[Path], function: str
) -> tuple[tuple[NumberedRecord, ...], Path | None]:
    """The records of the sample file in the packages' folders, and its path; without one, a record that does
    not exist. Raises CallRequestError."""
    find = default_records if request.stream else default_sample
    path = next((found for folder in folders if (found := find(folder, function)) is not None), None)
    try:
        if request.stream:
            if path is None:
                place = f"testdata/udf/{function}.records.jsonl"
                message = "there are no records for the stream"
                raise CallRequestError(message, f"give a file of records, or write {place} beside the module")
            return read_records_file(path), path
        return _one(Record() if path is None else read_sample_file(path)), path
    except SampleError as error:
        raise CallRequestError(str(error), _SAMPLE_HELP) from None


def with_records(work: Work, request: CallRequest, records: tuple[NumberedRecord, ...]) -> Work:
    return msgspec.structs.replace(
        work, shape=request.shape, records=records, nodes=request.nodes or 1, store=request.store
    )


def parse_size(text: str) -> int:
    """The bytes of "256MB", "256MiB" or "1G". Raises CallRequestError."""
    match = re.fullmatch(r"(\d{1,15})([kMG]?)(i?)B?", text)
    if match is None or (match[3] and not match[2]):
        raise CallRequestError(f"{text!r} is not a size", "write it like 256MB, 256MiB or 1G")
    power = " kMG".index(match[2] or " ")
    return int(match[1]) * int((1024 if match[3] else 1000) ** power)


def _one(record: Record) -> tuple[NumberedRecord, ...]:
    return (NumberedRecord(1, record),)
