"""Definitions, references and highlights of registered names. gopls answers for Go's own names."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.objects import FunctionName
from modgo_lsp.ide.udf_names import name_at, registrations, registrations_at, uses
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package


def definitions(package: Package, path: str, offset: int, files: Files) -> list[Location]:
    """The functions that are registered under the name at `offset`."""
    name = name_at(package, path, offset, files)
    if name is None:
        return []
    found = [each.function for each in registrations(package) if each.name == name]
    return list(dict.fromkeys(found))


def references(package: Package, path: str, offset: int, declarations: bool, files: Files) -> list[Location]:
    """The registrations of the UDF at `offset`, and its uses in cases and samples; with `declarations` also
    its functions."""
    named = registrations_at(package, path, offset, files)
    found = {each.name_argument for each in named}
    found.update(uses(package, {each.name for each in named if each.name is not None}, files))
    if declarations:
        found.update(each.function for each in named)
    return sorted(found)


def highlights(package: Package, path: str, offset: int, files: Files) -> list[Location]:
    """The names of the UDF at `offset` in the same file. For a function's name it includes all that gopls
    would highlight, because some editors ask only one server."""
    named = registrations_at(package, path, offset, files)
    found = set(references(package, path, offset, True, files))
    if name_at(package, path, offset, files) is None:
        targets = {each.target.location for each in named if each.target is not None}
        found.update(place for target in targets for place in _uses_in_go(package, path, target))
    return sorted(place for place in found if place.path == path and place.span.end > 0)


def _uses_in_go(package: Package, path: str, function: Location) -> Iterator[Location]:
    """The uses of a function that is declared in the file."""
    file = next((code.file for code in package.reached if code.file.path == path == function.path), None)
    for start, item in () if file is None else file.uses.items():
        if isinstance(item, FunctionName) and item.file is file and item.decl.name.span == function.span:
            yield Location(path, Span(start, start + len(item.name.encode())))
