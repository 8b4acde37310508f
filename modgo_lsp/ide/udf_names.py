"""The places that name a UDF: where it is registered, and where its function is declared.

Not for: what is done with them (navigate.py, rename.py, symbols.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration


def registrations(package: Package) -> Iterator[Registration]:
    """The registrations with a known name of the UDF module: the package's own, then those it imports."""
    for member in (package, *package.dependencies):
        for registration in member.registrations:
            if registration.name is not None and registration.dynamic != "value":
                yield registration


def named_at(package: Package, path: str, offset: int) -> list[Registration]:
    """The registrations that the byte at `offset` is about: the one whose name stands there, or all of the
    function whose name does."""
    found = list(registrations(package))
    here = [each for each in found if touches(each.name_argument, path, offset)]
    if here:
        return [each for each in found if each.name == here[0].name]
    return [each for each in found if each.target is not None and touches(each.target.location, path, offset)]


def touches(location: Location, path: str, offset: int) -> bool:
    """Whether a cursor at `offset` is in or at the end of a place."""
    return location.path == path and location.span.start <= offset <= location.span.end


def declaration(registration: Registration) -> Location:
    """Where the function is: its declared name, else the expression that is registered."""
    target = registration.target
    return registration.function_argument if target is None else target.location
