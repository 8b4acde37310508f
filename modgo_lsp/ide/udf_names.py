"""The places that name a UDF: registrations, the declaration of its function, cases and samples."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.files import Files
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.case_files import module_directory, names_in, names_in_cases, sample_files
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration


def registrations(package: Package) -> Iterator[Registration]:
    """The registrations of the UDF module with a known name: the package's own, then those of its imports."""
    for member in (package, *package.dependencies):
        for registration in member.registrations:
            if registration.name is not None and registration.dynamic != "value":
                yield registration


def name_at(package: Package, path: str, offset: int, files: Files) -> str | None:
    """The registered name at `offset`, in a registration or in a case."""
    if module_directory(path) is not None:
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


def registrations_at(package: Package, path: str, offset: int, files: Files) -> list[Registration]:
    """The registrations for `offset`: those of the registered name there, or all those of the function whose
    name is there."""
    found = list(registrations(package))
    name = name_at(package, path, offset, files)
    if name is not None:
        return [each for each in found if each.name == name]
    return [each for each in found if each.target is not None and touches(each.target.location, path, offset)]


def uses(package: Package, names: set[str], files: Files) -> list[Location]:
    """The cases and samples that name these UDFs, in their contents or by their file names."""
    found = [
        each.location
        for each in names_in_cases(package.directory, files)
        if each.kind == "function" and each.text in names
    ]
    beside = [path for name, path in sample_files(package.directory, files) if name in names]
    return found + [Location(path, Span(0, 0)) for path in beside]


def touches(location: Location, path: str, offset: int) -> bool:
    """Whether a cursor at `offset` is inside of a place or at its end."""
    return location.path == path and location.span.start <= offset <= location.span.end
