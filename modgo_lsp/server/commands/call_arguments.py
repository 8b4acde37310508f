"""Converts the argument of the command modgo.call to work for the host."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from modgo_lsp.build.build_sources import built_from
from modgo_lsp.host.call_request import (
    CallRequest,
    CallRequestError,
    check,
    given_records,
    parse_size,
    records_beside,
    with_records,
)
from modgo_lsp.host.json_forms import FormError, parse, value_of
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.session import LONGEST_SECONDS
from modgo_lsp.host.values import Value
from modgo_lsp.server.commands.arguments import NULL, Request, UsageError


class Call(NamedTuple):
    """`completed` adds the records to the work after the module is loaded, whose properties name its package;
    None if the records are known before. `sample` is the file that they are from, None if there is none or
    it is not known yet."""

    work: Work
    completed: Callable[[Work, Mapping[str, str]], Work] | None = None
    sample: Path | None = None


def call_of(request: Request, directory: Path, streams: bool) -> Call:
    """Reads the files that the request names. `streams` is whether the source has a stream UDF. Raises
    UsageError, and so does `completed`."""
    if not request.function:
        raise UsageError('Say which function to call: {"uri": "…", "function": "add"}.')
    options = request.options
    try:
        call_request = _call_request(request, directory, streams)
        memory = parse_size(str(options.memory))
        work = Work(request.function, _values(request), timeout=options.timeout, memory=memory)
        check(call_request)
        records = given_records(call_request)
    except CallRequestError as error:
        raise UsageError(str(error)) from None
    if records is not None:
        return Call(with_records(work, call_request, records), sample=_named(call_request))
    if request.path.suffix != ".so":
        found, sample = _beside(call_request, [directory], work.function)
        return Call(with_records(work, call_request, found), sample=sample)

    def completed(work: Work, properties: Mapping[str, str]) -> Work:
        origin = built_from(properties.get("build", ""))
        folders = () if origin is None else origin.folders
        found, _ = _beside(call_request, [*folders, directory], work.function)
        return with_records(work, call_request, found)

    return Call(with_records(work, call_request, ()), completed)


def _beside(
    call_request: CallRequest, folders: Sequence[Path], function: str
) -> tuple[tuple[NumberedRecord, ...], Path | None]:
    try:
        return records_beside(call_request, folders, function)
    except CallRequestError as error:
        raise UsageError(str(error)) from None


def _named(call_request: CallRequest) -> Path | None:
    """The file that the request names."""
    if isinstance(call_request.records, Path):
        return call_request.records
    record = call_request.record
    return None if record is None or record.startswith(("{", "null")) else Path(record)


def _call_request(request: Request, directory: Path, streams: bool) -> CallRequest:
    options = request.options
    if options.nodes is not None and not 1 <= options.nodes <= 1024:
        raise CallRequestError("nodes is a number from 1 to 1024", "give another one")
    if not 0 < options.timeout <= LONGEST_SECONDS:
        raise CallRequestError(
            f"timeout is a number of seconds above 0, up to {LONGEST_SECONDS}", "give another one"
        )
    records = request.records
    if isinstance(records, tuple) and not records:
        raise CallRequestError("records is an empty list", "give a record")
    return CallRequest(
        record=_text(request.record, directory),
        records=tuple(map(_json, records)) if isinstance(records, tuple) else _file(records, directory),
        stream=streams if options.stream is None else options.stream,
        nodes=options.nodes,
        store=_file(options.store, directory),
        key=_given(options.key),
    )


def _text(record: msgspec.Raw, directory: Path) -> str | None:
    """A sample's JSON, or a file's name."""
    text = _given(record)
    return str(directory / json.loads(text)) if text is not None and text.startswith('"') else text


def _given(raw: msgspec.Raw) -> str | None:
    return None if raw == NULL else _json(raw)


def _json(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()


def _file(name: str | None, directory: Path) -> Path | None:
    return None if name is None else directory / name


def _values(request: Request) -> tuple[Value, ...]:
    try:
        trees = enumerate(parse(f"[{','.join(map(_json, request.args))}]", "args"))
        return tuple(value_of(tree, f"args[{index}]") for index, tree in trees)
    except FormError as error:
        raise UsageError(str(error)) from None
