"""Records files: one record sample a line (JSON Lines), for streams and `--records`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from modgo_lsp.host.sample import SAMPLES, Record, SampleError, parse_sample, read_text


class NumberedRecord(msgspec.Struct, frozen=True):
    """A record and its line in the file, or its index in a list, from 1."""

    line: int
    record: Record


def read_records_file(path: Path) -> tuple[NumberedRecord, ...]:
    """The records in order, without empty lines. Raises SampleError with FILE:LINE."""
    found = []
    for line, text in enumerate(read_text(path, "records file").split("\n"), 1):
        if text.strip():
            found.append(NumberedRecord(line, _record(text, line, f"{path}:{line}")))
    if not found:
        raise SampleError(f"the records file {path} has no records")
    return tuple(found)


def parse_records(texts: Sequence[str], what: str) -> tuple[NumberedRecord, ...]:
    """Parses JSON texts, one per record. Raises SampleError."""
    return tuple(
        NumberedRecord(number, _record(text, number, f"{what}[{number - 1}]"))
        for number, text in enumerate(texts, 1)
    )


def default_records(directory: Path, function: str) -> Path | None:
    """The records file of `function` in the module's folder, None if there is none."""
    for name in (function, "default"):
        if "/" in name or "\0" in name:  # a module's manifest may contain any name
            continue
        path = directory / SAMPLES / f"{name}.records.jsonl"
        if path.is_file():
            return path
    return None


def _record(text: str, number: int, what: str) -> Record:
    """A record without a key gets its number as key, so that no two are the same."""
    try:
        return parse_sample(text, what, number)
    except SampleError as error:
        # Each record is on one line: its number is in `what` already.
        raise SampleError(str(error).replace(f"{what}:1:", f"{what}:", 1)) from None
