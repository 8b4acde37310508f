"""The code lenses above each registered UDF. The server chooses their commands."""

from __future__ import annotations

from typing import Literal

import msgspec

from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration

LensKind = Literal["registered", "run-on-sample", "debug", "test", "bench", "build-and-load"]


class Lens(msgspec.Struct, frozen=True):
    """A lens above `location`. `function` is the registered name that it is about; None if it is about the
    module."""

    kind: LensKind
    title: str
    location: Location
    function: str | None = None


def code_lenses(package: Package, path: str) -> list[Lens]:
    """The lenses of one file, in source order. A function with several registered names has one lens
    with all of them, and the others for each."""
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
    quoted = [f"'{name}'" for name in names]
    # The name is in a title only where there are several to choose from.
    lenses = [Lens("registered", f"Registered as {', '.join(quoted)}", place)]
    for name, shown in zip(names, [""] if len(names) == 1 else [f" {each}" for each in quoted], strict=True):
        lenses += [
            Lens("run-on-sample", f"Run{shown} on sample", place, name),
            Lens("debug", f"Debug{shown}", place, name),
            Lens("test", f"Test{shown}", place, name),
            Lens("bench", f"Bench{shown}", place, name),
        ]
    return [*lenses, Lens("build-and-load", "Build & load", place)]
