"""The code lenses above each registered UDF. The server chooses their commands."""

from __future__ import annotations

from typing import Literal

import msgspec

from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration

LensKind = Literal["registered", "build-and-load", "run-on-sample"]


class Lens(msgspec.Struct, frozen=True):
    """A lens above `location`. `function` is the registered name that a "run-on-sample" lens runs."""

    kind: LensKind
    title: str
    location: Location
    function: str | None = None


def code_lenses(package: Package, path: str) -> list[Lens]:
    """The lenses of one file, in source order. A function with several registered names has one lens
    with all of them, and one to run each."""
    by_place: dict[Location, list[str]] = {}
    for registration in package.registrations:
        place = _place(package, registration)
        if registration.name is not None and place.path == path:
            names = by_place.setdefault(place, [])
            if registration.name not in names:
                names.append(registration.name)
    return [lens for place in sorted(by_place) for lens in _lenses(place, by_place[place])]


def _place(package: Package, registration: Registration) -> Location:
    """The function's name if it is declared in this package, or else the Register call."""
    target = registration.target
    if target is not None and any(file.document.path == target.location.path for file in package.files):
        return target.location
    return registration.call


def _lenses(place: Location, names: list[str]) -> list[Lens]:
    quoted = ", ".join(f"'{name}'" for name in names)
    runs = [
        Lens("run-on-sample", "Run on sample" if len(names) == 1 else f"Run '{name}' on sample", place, name)
        for name in names
    ]
    return [
        Lens("registered", f"Registered as {quoted}", place),
        Lens("build-and-load", "Build & load", place),
        *runs,
    ]
