"""Which records a call is made on, as the options of the command line and of the editor give them."""

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

_SAMPLE_HELP = 'a record sample looks like {"key": ["test", "demo", "k1"], "bins": {"a": 1, "s": "x"}}'
_KEY_HELP = 'a key looks like ["test", "demo", "k1"]'


class WantedError(Exception):
    """What is wanted does not go together, or a record is none. `remedy` says what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}; {remedy}")
        self.message = message
        self.remedy = remedy


class Wanted(msgspec.Struct, frozen=True):
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


def check(wanted: Wanted) -> None:
    """Raises WantedError where it doesn't go together."""
    given = [name for name in ("record", "records", "key") if getattr(wanted, name) is not None]
    if len(given) > 1:
        raise WantedError(f"{given[0]} and {given[1]} both say which record it is", "give one of them")
    if wanted.stream:
        if wanted.record is not None or wanted.key is not None:
            raise WantedError("a stream is of many records", "give them with records")
        if wanted.store is not None:
            raise WantedError("a stream reads its records from a file", "leave the store out")
    elif wanted.nodes is not None:
        raise WantedError("nodes is about streams", "say stream as well")


def given_records(wanted: Wanted) -> tuple[NumberedRecord, ...] | None:
    """The records that are named; None where none are. Raises WantedError."""
    try:
        if isinstance(wanted.records, Path):
            return read_records_file(wanted.records)
        if wanted.records is not None:
            return parse_records(wanted.records, "records")
        if wanted.key is not None:
            return _one(parse_key(wanted.key))
        return None if wanted.record is None else _one(read_sample(wanted.record))
    except SampleError as error:
        raise WantedError(str(error), _KEY_HELP if wanted.key is not None else _SAMPLE_HELP) from None


def records_beside(
    wanted: Wanted, folders: Sequence[Path], function: str
) -> tuple[tuple[NumberedRecord, ...], Path | None]:
    """The records that lie in the packages' folders, and the file that they are from; a record that does not
    exist where there is none. Raises WantedError."""
    find = default_records if wanted.stream else default_sample
    path = next((found for folder in folders if (found := find(folder, function)) is not None), None)
    try:
        if wanted.stream:
            if path is None:
                place = f"testdata/udf/{function}.records.jsonl"
                message = "there are no records for the stream"
                raise WantedError(message, f"give a file of records, or write {place} beside the module")
            return read_records_file(path), path
        return _one(Record() if path is None else read_sample_file(path)), path
    except SampleError as error:
        raise WantedError(str(error), _SAMPLE_HELP) from None


def with_records(work: Work, wanted: Wanted, records: tuple[NumberedRecord, ...]) -> Work:
    return msgspec.structs.replace(
        work, shape=wanted.shape, records=records, nodes=wanted.nodes or 1, store=wanted.store
    )


def parse_size(text: str) -> int:
    """The bytes of "256MB", "256MiB" or "1G". Raises WantedError."""
    match = re.fullmatch(r"(\d{1,15})([kMG]?)(i?)B?", text)
    if match is None or (match[3] and not match[2]):
        raise WantedError(f"{text!r} is no size", "write it like 256MB, 256MiB or 1G")
    power = " kMG".index(match[2] or " ")
    return int(match[1]) * int((1024 if match[3] else 1000) ** power)


def _one(record: Record) -> tuple[NumberedRecord, ...]:
    return (NumberedRecord(1, record),)
