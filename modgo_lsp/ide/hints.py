"""Inlay hints: what a declaration does not say by itself: its registered name and Aerospike's types.

Not for: Go's types and parameter names (gopls).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from modgo_lsp.ide.udf_names import registrations
from modgo_lsp.model.code import Code
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package, Parameter, Registration, Signature
from modgo_lsp.syntax import ast
from modgo_lsp.syntax.positions import Span


class Hint(msgspec.Struct, frozen=True):
    """`label` to be shown behind the byte `offset`, `tooltip` when it is pointed at."""

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
    for place, named in by_place.items():
        names = ", ".join(f'"{name}"' for name in dict.fromkeys(each.name for each in named))
        found.append(Hint(place.span.end, names, f"Clients call it as {names}"))
    for code in package.reached:
        if code.is_udf and code.file.path == path:
            found += _types(code, _signature(code, by_place, package))
    inside = (hint for hint in found if span.start <= hint.offset <= span.end)
    return sorted(inside, key=lambda hint: hint.offset)


def _signature(
    code: Code, by_place: dict[Location, list[Registration]], package: Package
) -> Signature | None:
    declaration = code.declaration
    if isinstance(declaration, ast.FuncDecl):
        named = by_place.get(code.place(declaration.name), [])
    else:
        place = code.place(declaration)
        named = [each for each in registrations(package) if each.function_argument == place]
    return named[0].signature if named else None


def _types(code: Code, signature: Signature | None) -> Iterator[Hint]:
    """Aerospike's words behind the types of arguments and result, where they are others than Go's."""
    if signature is None or signature.problems:
        return
    roles, arguments = iter(signature.roles), iter(signature.parameters)
    for field in code.type.params.fields:
        of_field = [next(roles, None) for _ in field.names or (field,)]
        if set(of_field) == {"argument"}:
            parameters = [next(arguments, None) for _ in of_field]
            yield from _beside(field, parameters[0], "Callers give a value of type")
    if signature.result is not None and code.type.results is not None:
        yield from _beside(code.type.results.fields[0], signature.result, "Callers get a value of type")


def _beside(field: ast.Field, parameter: Parameter | None, about: str) -> Iterator[Hint]:
    if parameter is not None and parameter.aerospike != parameter.text:
        word = parameter.aerospike
        yield Hint(field.type.span.end, word, f"{about} {word}")
