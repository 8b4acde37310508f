"""The bins that a module is known to work with: those of its samples, and those that its code names.

Not for: which bins a UDF certainly reads (model/bins.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import msgspec

from modgo_lsp.ide.case_files import sample_files
from modgo_lsp.model.code import Code
from modgo_lsp.model.files import Files
from modgo_lsp.model.package import Package
from modgo_lsp.rules.bins import READING, bin_calls
from modgo_lsp.syntax import ast

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
    """Each name once: those of samples first, then those in the code, but for one that is just being written
    at `offset` of `path`."""
    found = {each.name: each for each in _in_samples(package, files)}
    for code in package.reached:
        for each in bins_of(code, path, offset):
            known = found.get(each.name)
            if known is None or (known.method == "Bin" and known.origin == each.origin):
                found[each.name] = each
    return list(found.values())


def bins_of(code: Code, path: str = "", offset: int = -1) -> Iterator[Bin]:
    """The bins that a function names by constants, in the order of its source."""
    for method, call, expr in bin_calls(code):
        here = code.file.path == path and expr.span.start <= offset <= expr.span.end
        name = None if here else code.constant(expr)
        if name:
            method = _of_get(code, call) if method == "Get" else method if method in READING else "Bin"
            yield Bin(name, method, f"used by {code.name}")


def _of_get(code: Code, call: ast.CallExpr) -> str:
    """The method that reads what udf.Get[T] reads."""
    fun = ast.unparen(call.fun)
    if not isinstance(fun, ast.IndexExpr) or len(fun.indices) != 1:
        return "Bin"
    written = code.text(fun.indices[0])
    if written in _OF_GO:
        return _OF_GO[written]
    return "List" if written.startswith("[]") else "Map" if written.startswith("map[") else "Bin"


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
