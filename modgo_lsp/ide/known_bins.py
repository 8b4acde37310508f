"""The bins that a module uses, as far as is known: those in its samples and those that its code names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.ide.bin_types import method_of_assertion, method_of_type
from modgo_lsp.ide.case_files import sample_files
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import READING
from modgo_lsp.rules.analysis.bin_calls import WRITING, bin_calls

# The methods of udf.Record that read a bin, with Aerospike's name of the type.
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
_JSON_METHODS = {bool: "Bool", int: "Int", float: "Float", str: "String", list: "List", dict: "Map"}
_GO_METHODS = {
    "bool": "Bool",
    "string": "String",
    "[]byte": "Bytes",
    "udf.GeoJSON": "GeoJSON",
    "udf.ListView": "List",
    "udf.MapView": "Map",
    **dict.fromkeys(("float32", "float64"), "Float"),
    **{f"{sign}int{bits}": "Int" for sign in ("", "u") for bits in ("", 8, 16, 32, 64)},
}
_FORM_METHODS = {
    "$bytes": "Bytes",
    "$geojson": "GeoJSON",
    "$double": "Float",
    "$int": "Int",
    "$list": "List",
    "$map": "Map",
    "$hll": "Bin",
}


class Bin(msgspec.Struct, frozen=True):
    """A bin. `method` of udf.Record reads it; "Bin" if its type is not known. `origin` says where it is
    used."""

    name: str
    method: str
    origin: str

    @property
    def type(self) -> str:
        """Aerospike's name of the type; "" if it is not known."""
        return TYPES.get(self.method, "")


def known_bins(package: Package, files: Files, path: str = "", offset: int = -1) -> list[Bin]:
    """Each bin once, those of samples first. A name that is being typed at `offset` of `path` does not count.
    Names that would have to be escaped in a Go string, as in a hostile sample, are left out."""
    found = {each.name: each for each in _in_samples(package, files)}
    for file in package.files:
        document = file.document
        # Searching a document of 3,000 lines takes 4 ms, and completion needs all files of a package after
        # every letter.
        for start, end, each in () if file.sdk_name is None else document.derive(_in_text):
            if document.path == path and start <= offset <= end:
                continue
            known = found.get(each.name)
            if known is None or (known.method == "Bin" and known.origin == each.origin):
                found[each.name] = each
    return [each for each in found.values() if each.name.isprintable() and not set(each.name) & {'"', "\\"}]


_RECORDS = re.compile(rb"\b(\w+)\s+\*(?:\w+\.)?Record\b|\b(\w+)\s*:=\s*range\s+\w+\.Records\(\)")
_METHODS = "|".join((*READING, *WRITING)).encode()


def _in_text(document: Document) -> tuple[tuple[int, int, Bin], ...]:
    """The bins that a file names in strings, with the places of these strings. It searches the text, so that
    it works in code that does not parse."""
    names = {(match[1] or match[2]) for match in _RECORDS.finditer(document.text)}
    return tuple(_search(document, names)) if names else ()


def _search(document: Document, records: set[bytes]) -> Iterator[tuple[int, int, Bin]]:
    named = b"|".join(sorted(map(re.escape, records)))
    pattern = rb"\b(?:(?:%s)\.(%s)\(|Get\[([^\n\"]*)\]\(\s*(?:%s)\s*,)\s*\"([^\"\\\n]+)\""
    origin = f"used in {PurePath(document.path).name}"
    for match in re.finditer(pattern % (named, _METHODS, named), document.text):
        called, type_ = (match[1] or b"").decode(), (match[2] or b"").decode("utf-8", "replace")
        method = _method_of_get(type_) if type_ else called if called in READING else "Bin"
        yield match.start(3) - 1, match.end(3) + 1, Bin(match[3].decode("utf-8", "replace"), method, origin)


def bins_of(code: Code) -> Iterator[Bin]:
    """The bins that a function names by constants, in source order."""
    for method, call, expr in bin_calls(code):
        name = code.constant(expr)
        if name:
            yield Bin(name, _method_of_call(code, method, call), f"used by {code.name}")


def _method_of_call(code: Code, method: str, call: ast.CallExpr) -> str:
    """The method of udf.Record that reads the type of the bin in a call of `method` or of udf.Get."""
    if method == "Get":
        fun = ast.unparen(call.fun)
        if isinstance(fun, ast.IndexExpr) and len(fun.indices) == 1:
            return method_of_type(code, code.denoted(fun.indices[0]))
        return "Bin"
    if method == "Set":
        return method_of_type(code, code.type_of(call.args[1])) if len(call.args) == 2 else "Bin"
    if method == "Bin":
        return method_of_assertion(code, call)
    return method if method in READING else "Bin"


def _method_of_get(type_: str) -> str:
    """The method of udf.Record that reads the same type as udf.Get."""
    if type_ in _GO_METHODS:
        return _GO_METHODS[type_]
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
        form = next((_FORM_METHODS[key] for key in value if key in _FORM_METHODS), None)
        return form or "Map"
    return _JSON_METHODS.get(type(value), "Bin")
