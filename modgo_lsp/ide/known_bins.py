"""The bins that a module is known to work with: those of its samples, and those that its code names.

Not for: which bins a UDF certainly reads (model/bins.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.ide.case_files import sample_files
from modgo_lsp.model.code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.rules.analysis.bin_calls import READING, WRITING, bin_calls

# Reading methods of a record with what Aerospike calls the type.
TYPES = {
    "Bool": "boolean",
    "Int": "integer",
    "Float": "double",
    "String": "string",
    "Bytes": "bytes",
    "List": "list",
    "Map": "map",
    "GeoJSON": "GeoJSON",
}
_OF_JSON = {bool: "Bool", int: "Int", float: "Float", str: "String", list: "List", dict: "Map"}
_OF_GO = {
    "bool": "Bool",
    "string": "String",
    "[]byte": "Bytes",
    "udf.GeoJSON": "GeoJSON",
    **dict.fromkeys(("float32", "float64"), "Float"),
    **{f"{sign}int{bits}": "Int" for sign in ("", "u") for bits in ("", 8, 16, 32, 64)},
}
_OF_FORM = {
    "$bytes": "Bytes",
    "$geojson": "GeoJSON",
    "$double": "Float",
    "$int": "Int",
    "$list": "List",
    "$map": "Map",
    "$hll": "Bin",
}


class Bin(msgspec.Struct, frozen=True):
    """`method` of udf.Record reads it, "Bin" where its type is not known; `origin` says where it was seen."""

    name: str
    method: str
    origin: str

    @property
    def type(self) -> str:
        """In Aerospike's words; "" where it is not known."""
        return TYPES.get(self.method, "")


def known_bins(package: Package, files: Files, path: str = "", offset: int = -1) -> list[Bin]:
    """Each name once: those of samples first, then those in the text of the source, but for one that is just
    being written at `offset` of `path`. Names that can't stand in quotes as they are, as a hostile sample may
    have them, are left out."""
    found = {each.name: each for each in _in_samples(package, files)}
    for file in package.files:
        document = file.document
        for start, end, each in () if file.sdk_name is None else _in_text(document):
            if document.path == path and start <= offset <= end:
                continue
            known = found.get(each.name)
            if known is None or (known.method == "Bin" and known.origin == each.origin):
                found[each.name] = each
    return [each for each in found.values() if each.name.isprintable() and not set(each.name) & {'"', "\\"}]


# What is written in a text never changes, and an edit leaves the other files of a package as they are.
_WRITTEN: WeakKeyDictionary[Document, tuple[tuple[int, int, Bin], ...]] = WeakKeyDictionary()
_RECORDS = re.compile(rb"\b(\w+)\s+\*(?:\w+\.)?Record\b|\b(\w+)\s*:=\s*range\s+\w+\.Records\(\)")
_METHODS = "|".join((*READING, *WRITING)).encode()


def _in_text(document: Document) -> tuple[tuple[int, int, Bin], ...]:
    """The bins that a file names in strings, with the places of these: quick, and also in code that does not
    parse."""
    if document not in _WRITTEN:
        names = {(match[1] or match[2]) for match in _RECORDS.finditer(document.text)}
        _WRITTEN[document] = tuple(_written(document, names)) if names else ()
    return _WRITTEN[document]


def _written(document: Document, records: set[bytes]) -> Iterator[tuple[int, int, Bin]]:
    named = b"|".join(sorted(map(re.escape, records)))
    pattern = rb"\b(?:(?:%s)\.(%s)\(|Get\[([^\n\"]*)\]\(\s*(?:%s)\s*,)\s*\"([^\"\\\n]+)\""
    origin = f"used in {PurePath(document.path).name}"
    for match in re.finditer(pattern % (named, _METHODS, named), document.text):
        called, type_ = (match[1] or b"").decode(), (match[2] or b"").decode("utf-8", "replace")
        method = _of_get(type_) if type_ else called if called in READING else "Bin"
        yield match.start(3) - 1, match.end(3) + 1, Bin(match[3].decode("utf-8", "replace"), method, origin)


def bins_of(code: Code) -> Iterator[Bin]:
    """The bins that a function names by constants, in the order of its source."""
    for method, call, expr in bin_calls(code):
        name = code.constant(expr)
        if name:
            method = _of_get(_type(code, call)) if method == "Get" else method if method in READING else "Bin"
            yield Bin(name, method, f"used by {code.name}")


def _type(code: Code, call: ast.CallExpr) -> str:
    """T of udf.Get[T](…), as it is written."""
    fun = ast.unparen(call.fun)
    single = isinstance(fun, ast.IndexExpr) and len(fun.indices) == 1
    return code.text(fun.indices[0]) if single and isinstance(fun, ast.IndexExpr) else ""


def _of_get(type_: str) -> str:
    """The method that reads what udf.Get of that type reads."""
    if type_ in _OF_GO:
        return _OF_GO[type_]
    return "List" if type_.startswith("[]") else "Map" if type_.startswith("map[") else "Bin"


def _in_samples(package: Package, files: Files) -> Iterator[Bin]:
    for _, path in sample_files(package.directory, files):
        if not path.endswith(".record.json"):
            continue
        try:
            sample = json.loads(files.read(path))
        except (OSError, ValueError, RecursionError):
            continue
        bins = sample.get("bins") if isinstance(sample, dict) else None
        for name, value in bins.items() if isinstance(bins, dict) else ():
            yield Bin(name, _method(value), f"in {PurePath(path).name}")


def _method(value: Any) -> str:
    if isinstance(value, dict):
        form = next((_OF_FORM[key] for key in value if key in _OF_FORM), None)
        return form or "Map"
    return _OF_JSON.get(type(value), "Bin")
