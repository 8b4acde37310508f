"""Inlay hints: the registered names of a function, and Aerospike's types of its arguments and
result."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.ide.udf_names import registrations
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Parameter, Registration, Signature


class Hint(msgspec.Struct, frozen=True):
    """A hint with a tooltip after the byte at `offset`."""

    offset: int
    label: str
    tooltip: str


def inlay_hints(package: Package, document: Document, span: Span, with_names: bool) -> list[Hint]:
    """The hints in `span` of a file, in source order; with `with_names` also the registered names."""
    path = document.path
    here = [each for each in registrations(package) if _function(each).path == path]
    by_place: dict[Location, list[Registration]] = {}
    for each in here:
        place = _function(each)
        if place.span.start <= span.end and span.start <= place.span.end + _LONGEST_SIGNATURE:
            by_place.setdefault(place, []).append(each)
    found = []
    types = _types_by_place(document, {place.span.start for place in by_place}) if by_place else {}
    for place, named in by_place.items():
        if with_names and named[0].target is not None:
            names = ", ".join(f'"{name}"' for name in dict.fromkeys(each.name for each in named))
            found.append(Hint(place.span.end, names, f"Clients call it as {names}"))
        if place.span.start in types:
            found += _types(types[place.span.start], named[0].signature)
    inside = (hint for hint in found if span.start <= hint.offset <= span.end)
    return sorted(inside, key=lambda hint: hint.offset)


# How far a signature may extend after the function's name, in bytes.
_LONGEST_SIGNATURE = 4096


def _function(registration: Registration) -> Location:
    """The name in the function's declaration, or else the expression that is registered."""
    target = registration.target
    return registration.function_argument if target is None else target.location


def _types_by_place(document: Document, places: set[int]) -> dict[int, ast.FuncType]:
    """The types of the functions whose name, or literal, begins at one of these offsets."""
    found: dict[int, ast.FuncType] = {}
    for decl in lower(document).decls:
        if isinstance(decl, ast.FuncDecl):
            found[decl.name.span.start] = decl.type
        if any(decl.span.holds(place) for place in places - found.keys()):
            found.update(
                (node.span.start, node.type) for node in ast.walk(decl) if isinstance(node, ast.FuncLit)
            )
    return found


def _types(type_: ast.FuncType, signature: Signature | None) -> Iterator[Hint]:
    """Aerospike's types after the types of arguments and result, where the names differ from Go's."""
    if signature is None or signature.problems:
        return
    roles, arguments = iter(signature.roles), iter(signature.parameters)
    for field in type_.params.fields:
        of_field = [next(roles, None) for _ in field.names or (field,)]
        if set(of_field) == {"argument"}:
            parameters = [next(arguments, None) for _ in of_field]
            yield from _after(field, parameters[0], "Callers pass a value of type")
    if signature.result is not None and type_.results is not None:
        yield from _after(type_.results.fields[0], signature.result, "Callers get a value of type")


def _after(field: ast.Field, parameter: Parameter | None, about: str) -> Iterator[Hint]:
    if parameter is not None and parameter.aerospike != parameter.text:
        word = parameter.aerospike
        yield Hint(field.type.span.end, word, f"{about} {word}")
