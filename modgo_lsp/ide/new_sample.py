"""A first sample for a UDF: a record with the bins that its code names, or a few records for a stream UDF."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Any

import msgspec

from modgo_lsp.ide.caller_signature import registrations_by_name
from modgo_lsp.ide.case_files import sample_folder
from modgo_lsp.ide.known_bins import bins_of
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.rules.analysis.registered_names import quoted
from modgo_lsp.spelling import did_you_mean

# The initial value of a bin, by the method of udf.Record that reads it.
_VALUES: dict[str, Any] = {
    "Bool": False,
    "Int": 0,
    "Float": 0.0,
    "String": "",
    "Bytes": {"$bytes": ""},
    "List": [],
    "Map": {},
    "GeoJSON": {"$geojson": '{"type": "Point", "coordinates": [0, 0]}'},
}
_RECORDS = 3  # of a stream
# Names come from a repository, so none may contain a path. Most names that are no Go names have a dash.
_FILE_NAME = re.compile(r"\w[\w.-]{0,200}")


class NoSuchUdfError(Exception):
    """The module registers no such function, or one whose name can't name a file. The message says which."""


class NewSample(msgspec.Struct, frozen=True):
    """A sample for the file at `path`: its `text`, and the `records` in it."""

    path: str
    text: str
    records: tuple[dict[str, Any], ...]


def new_sample(package: Package, function: str | None) -> NewSample:
    """A sample for the UDF that is registered as `function`. Without a name it is for the only UDF, or else
    for all. Raises NoSuchUdfError."""
    named = registrations_by_name(package.registrations)
    if function is None and len(named) == 1:
        (function,) = named
    if function is not None and function not in named:
        raise NoSuchUdfError(_none_such(function, list(named)))
    if function is not None and not _FILE_NAME.fullmatch(function):
        raise NoSuchUdfError(f"{quoted(function)} cannot name a file: a sample is named after its UDF")
    found = None if function is None else named[function]
    bins = _bins(package, found)
    name, folder = function or "default", sample_folder(package.directory)
    if found is not None and found.signature is not None and found.signature.kind == "stream":
        keys = [f"k{number}" for number in range(1, _RECORDS + 1)]
        records = tuple({"key": ["test", "demo", key], "bins": bins or {"bin": 0}} for key in keys)
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        return NewSample(str(PurePath(folder, f"{name}.records.jsonl")), lines, records)
    record = {"key": ["test", "demo", "k1"], "bins": bins}
    text = json.dumps(record, indent=2, ensure_ascii=False)
    text = text.replace('[\n    "test",\n    "demo",\n    "k1"\n  ]', '["test", "demo", "k1"]')
    return NewSample(str(PurePath(folder, f"{name}.record.json")), f"{text}\n", (record,))


def _bins(package: Package, registration: Registration | None) -> dict[str, Any]:
    """The bins that the UDF and the functions it calls name; without a UDF, all bins of the module."""
    found: dict[str, Any] = {}
    for code in package.reached:
        if registration is None or code.udf == registration.name:
            for each in bins_of(code):
                if each.name not in found or found[each.name] is None:
                    found[each.name] = _VALUES.get(each.method)
    return {name: 0 if value is None else value for name, value in found.items()}


def _none_such(function: str, names: list[str]) -> str:
    if not names:
        return f"no function is registered as {quoted(function)}: the module registers none"
    hint = did_you_mean(function, names, f"the module registers {', '.join(names)}")
    return f"no function is registered as {quoted(function)}: {hint}"
