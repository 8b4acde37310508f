"""The call hierarchy below a UDF's registered name, from the call graph that the rules check. gopls has the
call hierarchy of Go functions."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax import ast
from modgo_lsp.ide.caller_signature import caller_signature
from modgo_lsp.ide.udf_names import name_at, registrations_at
from modgo_lsp.model.finding import Location
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package


class Item(msgspec.Struct, frozen=True):
    """A function: `location` is its name, `extent` the whole declaration."""

    name: str
    detail: str
    location: Location
    extent: Location


class Call(msgspec.Struct, frozen=True):
    """The calls at `places`, from or to `item`."""

    item: Item
    places: tuple[Location, ...]


def prepare(package: Package, path: str, offset: int, files: Files) -> list[Item]:
    """The UDF whose registered name is at `offset`. gopls answers for the name of a function."""
    if name_at(package, path, offset, files) is None:
        return []
    found = []
    for each in registrations_at(package, path, offset, files):
        code = next((code for code in package.reached if code.is_udf and code.udf == each.name), None)
        if code is not None:
            detail = caller_signature(each.name or "?", each.signature)
            found.append(msgspec.structs.replace(_item(code), name=each.name or "?", detail=detail))
    return list(dict.fromkeys(found))


def outgoing(package: Package, item: Item) -> list[Call]:
    """The functions of the Go module that `item` calls."""
    caller = _code_at(package, item.extent)
    if caller is None:
        return []
    by_callee: dict[Item, list[Location]] = {}
    for code, place in _calls(package, caller):
        by_callee.setdefault(_item(code), []).append(place)
    return [Call(callee, tuple(places)) for callee, places in by_callee.items()]


def incoming(package: Package, item: Item) -> list[Call]:
    """The functions reached by a UDF that call `item`."""
    target = _code_at(package, item.extent)
    by_caller: dict[Item, list[Location]] = {}
    for caller in package.reached:
        for code, place in _calls(package, caller):
            if code is target:
                by_caller.setdefault(_item(caller), []).append(place)
    return [Call(caller, tuple(places)) for caller, places in by_caller.items()]


def _calls(package: Package, caller: Code) -> Iterator[tuple[Code, Location]]:
    by_declaration = {id(code.declaration): code for code in package.reached}
    for node in caller.of_kind(ast.CallExpr):
        callee = caller.callee(node.fun)
        code = None if callee is None else by_declaration.get(id(callee.declaration))
        if code is not None:
            yield code, caller.place(node.fun)


def _code_at(package: Package, extent: Location) -> Code | None:
    return next((code for code in package.reached if code.place(code.declaration) == extent), None)


def _item(code: Code) -> Item:
    extent = code.place(code.declaration)
    named = code.declaration.name if isinstance(code.declaration, ast.FuncDecl) else code.declaration.type
    detail = f'UDF "{code.udf}"' if code.is_udf and code.udf is not None else ""
    return Item(code.name, detail, code.place(named), extent)
