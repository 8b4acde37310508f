"""Code lenses: what can be done with each registered UDF, at its declaration.

Not for: the commands behind them (server/requests/code_lens.py chooses those).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration

LensKind = Literal["registered", "build-and-load", "run-on-sample"]


class Lens(msgspec.Struct, frozen=True):
    """One lens above `location`. `function` is the registered name a "run-on-sample" lens runs."""

    kind: LensKind
    title: str
    location: Location
    function: str | None = None


def lenses(package: Package, path: str) -> list[Lens]:
    """The lenses of one file, in the order of the source. A function registered under several names has
    one lens that tells them all and one to run each."""
    by_place: dict[Location, list[str]] = {}
    for registration in package.registrations:
        place = _place(package, registration)
        if registration.name is not None and place.path == path:
            names = by_place.setdefault(place, [])
            if registration.name not in names:
                names.append(registration.name)
    return [lens for place in sorted(by_place) for lens in _at(place, by_place[place])]


def _place(package: Package, registration: Registration) -> Location:
    """The function's name if it is declared in this package, else the Register call."""
    target = registration.target
    if target is not None and any(file.document.path == target.location.path for file in package.files):
        return target.location
    return registration.call


def _at(place: Location, names: list[str]) -> list[Lens]:
    told = ", ".join(f"'{name}'" for name in names)
    runs = [
        Lens("run-on-sample", "Run on sample" if len(names) == 1 else f"Run '{name}' on sample", place, name)
        for name in names
    ]
    return [
        Lens("registered", f"Registered as {told}", place),
        Lens("build-and-load", "Build & load", place),
        *runs,
    ]
