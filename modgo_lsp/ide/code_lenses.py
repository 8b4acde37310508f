"""The code lenses above each registered UDF. The server chooses their commands."""

from __future__ import annotations

from typing import Literal

import msgspec

from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.caller_signature import registrations_by_name
from modgo_lsp.ide.case_files import is_records, sample_name
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration

LensKind = Literal["registered", "run-on-sample", "debug", "test", "bench", "build-and-load"]


class Lens(msgspec.Struct, frozen=True):
    """A lens above `location`. `function` is the registered name that it is about; None if it is about the
    module. `record` and `records` are files to run it on in place of its sample, relative to the module's
    folder."""

    kind: LensKind
    title: str
    location: Location
    function: str | None = None
    record: str | None = None
    records: str | None = None


# Of a sample that is not named after a UDF.
_MOST = 5


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


def sample_lenses(package: Package, path: str) -> list[Lens]:
    """The lenses at the beginning of a sample: they run on it the UDF that it is named after, or else each of
    the UDFs that take such a sample, of many the first few."""
    is_stream = is_records(path)
    named = registrations_by_name(package.registrations)
    own = sample_name(path)
    kind = "stream" if is_stream else "record"
    fitting = [
        name for name, each in named.items() if each.signature is not None and each.signature.kind == kind
    ]
    names = [own] if own in named else fitting[:_MOST]
    file = path[len(package.directory) :].lstrip("/\\").replace("\\", "/")
    start = Location(path, Span(0, 0))
    return [
        Lens(
            "run-on-sample",
            f"Run '{name}' on {'these records' if is_stream else 'this sample'}",
            start,
            name,
            None if is_stream else file,
            file if is_stream else None,
        )
        for name in names
    ]


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
