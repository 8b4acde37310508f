"""The places that name a UDF: where it is registered, where its function is declared, and where the files
beside the module speak of it.

Not for: what is done with them (navigate.py, rename.py, symbols.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.case_files import directory_beside, names_beside, names_in, sample_files
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration


def registrations(package: Package) -> Iterator[Registration]:
    """The registrations with a known name of the UDF module: the package's own, then those it imports."""
    for member in (package, *package.dependencies):
        for registration in member.registrations:
            if registration.name is not None and registration.dynamic != "value":
                yield registration


def name_at(package: Package, path: str, offset: int, files: Files) -> str | None:
    """The registered name that stands at `offset`, in a registration or in a case."""
    if directory_beside(path) is not None:
        return next(
            (
                each.text
                for each in names_in(path, files)
                if each.kind == "function" and touches(each.location, path, offset)
            ),
            None,
        )
    found = (each.name for each in registrations(package) if touches(each.name_argument, path, offset))
    return next(found, None)


def named_at(package: Package, path: str, offset: int, files: Files) -> list[Registration]:
    """The registrations that the byte at `offset` is about: those of the name that stands there, or all of
    the function whose name does."""
    found = list(registrations(package))
    name = name_at(package, path, offset, files)
    if name is not None:
        return [each for each in found if each.name == name]
    return [each for each in found if each.target is not None and touches(each.target.location, path, offset)]


def uses(package: Package, names: set[str], files: Files) -> list[Location]:
    """Where the files beside the module speak of these UDFs: in cases, and by their own names."""
    found = [
        each.location
        for each in names_beside(package.directory, files)
        if each.kind == "function" and each.text in names
    ]
    beside = [path for name, path in sample_files(package.directory, files) if name in names]
    return found + [Location(path, Span(0, 0)) for path in beside]


def touches(location: Location, path: str, offset: int) -> bool:
    """Whether a cursor at `offset` is in or at the end of a place."""
    return location.path == path and location.span.start <= offset <= location.span.end
