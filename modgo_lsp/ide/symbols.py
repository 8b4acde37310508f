"""The UDFs of a file, a module or the workspace as symbols, by their registered names."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from modgo_lsp.ide.caller_signature import caller_signature
from modgo_lsp.lint.lint_result import LintResult
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration


class Symbol(msgspec.Struct, frozen=True):
    """`name` is the registered name, `detail` the signature as callers see it, `location` the function's
    name, `extent` its whole declaration, and `module` the name of the folder."""

    name: str
    detail: str
    location: Location
    extent: Location
    module: str


def symbols(package: Package) -> list[Symbol]:
    """The UDFs that the package itself registers, by file and position."""
    found = [_symbol(package, each) for each in package.registrations if each.name is not None]
    return sorted(found, key=lambda symbol: (symbol.location, symbol.name))


def workspace_symbols(results: Iterable[LintResult]) -> list[Symbol]:
    """The UDFs of many packages, by their names and places alone."""
    return [
        Symbol(name, "", place, place, _module(each.directory))
        for each in results
        for name, place in each.registered
    ]


def symbols_of(package: Package, path: str) -> list[Symbol]:
    """The UDFs whose functions are in one file."""
    return [symbol for symbol in symbols(package) if symbol.location.path == path]


def matching(found: list[Symbol], query: str) -> list[Symbol]:
    """The symbols whose names contain the letters of `query` in that order, ignoring case."""
    return [symbol for symbol in found if _matches(symbol.name.lower(), query.lower())]


def _symbol(package: Package, registration: Registration) -> Symbol:
    target = registration.target
    name = registration.name or "?"
    extent = registration.call if target is None else target.extent
    module = _module(package.directory)
    return Symbol(name, caller_signature(name, registration.signature), registration.function, extent, module)


def _module(directory: str) -> str:
    return directory.replace("\\", "/").rpartition("/")[2]


def _matches(name: str, query: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in query)
