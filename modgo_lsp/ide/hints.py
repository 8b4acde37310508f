"""Inlay hints: what a declaration does not say by itself: its registered name and Aerospike's types.

Not for: Go's types and parameter names (gopls).
"""

from __future__ import annotations

import msgspec

from modgo_lsp.ide.udf_names import registrations
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Registration
from modgo_lsp.syntax.positions import Span


class Hint(msgspec.Struct, frozen=True):
    """`label` to be shown at the byte `offset`, `tooltip` when it is pointed at."""

    offset: int
    label: str
    tooltip: str


def hints(package: Package, path: str, span: Span) -> list[Hint]:
    """The hints of a part of a file, in the order of the source."""
    by_place: dict[Location, list[Registration]] = {}
    for each in registrations(package):
        if each.target is not None and each.target.location.path == path:
            by_place.setdefault(each.target.location, []).append(each)
    found = []
    for place, named in sorted(by_place.items()):
        if span.start <= place.span.end <= span.end:
            names = ", ".join(f'"{name}"' for name in dict.fromkeys(each.name for each in named))
            found.append(Hint(place.span.end, f" {names}", f"Clients call it as {names}"))
            found += _types(package, named[0], span)
    return sorted(found, key=lambda hint: hint.offset)


def _types(package: Package, registration: Registration, span: Span) -> list[Hint]:
    """Aerospike's words behind parameters, where they are others than Go's."""
    signature, target = registration.signature, registration.target
    if signature is None or target is None or signature.problems:
        return []
    document = next(
        (file.document for file in package.files if file.document.path == target.location.path), None
    )
    if document is None:
        return []
    found: list[Hint] = []
    at = target.location.span.end
    for parameter in signature.parameters:
        word = parameter.aerospike
        written = f"{parameter.name} {parameter.text}".strip().encode()
        place = document.text.find(written, at, target.extent.span.end)
        if place < 0 or word == parameter.text:
            continue
        at = place + len(written)
        if span.start <= at <= span.end:
            found.append(Hint(at, f" {word}", f"Callers give a value of type {word}"))
    return found
