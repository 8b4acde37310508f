"""The function type to check, with the source locations at which findings about it are reported."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Func, Slice, Type
from modgo_lsp.model.finding import Location
from modgo_lsp.model.type_text import type_text


class Slot(msgspec.Struct, frozen=True):
    """A parameter or result with its locations. `text` is its type as written, `place` the location of the
    whole and `type_place` that of the type. `group` are the names that share the type, including its own;
    `repeats` is true for all but the first of them. `expr` is the type's expression, if the slot is in the
    source."""

    name: str
    type: Type
    text: str
    place: Location
    type_place: Location
    group: tuple[str, ...]
    repeats: bool
    expr: ast.Expr | None


class Subject(msgspec.Struct, frozen=True):
    """A function type to check. `here` is the import path of the package that findings are reported in,
    `name_place` the location for missing results, `results_place` that of the whole result list. `related` is
    added to every problem."""

    type: Func
    here: str
    parameters: tuple[Slot, ...]
    results: tuple[Slot, ...]
    name_place: Location
    results_place: Location
    related: tuple[tuple[Location, str], ...] = ()


def declared_subject(
    file: GoFile,
    type_: Func,
    source: ast.FuncType,
    name: Span,
    receiver: ast.FieldList | None = None,
    instantiated: bool = False,
) -> Subject:
    """The subject of a function whose declaration or literal is in `file`, with locations there. For a method
    expression `receiver` is the first parameter."""
    here = file.unit.path
    fields = source.params.fields if receiver is None else (*receiver.fields, *source.params.fields)
    parameters = _slots(file, fields, type_.parameters, instantiated)
    result_fields = () if source.results is None else source.results.fields
    results = _slots(file, result_fields, type_.results, instantiated)
    list_span = name if source.results is None else source.results.span
    return Subject(
        type_, here, parameters, results, Location(file.path, name), Location(file.path, list_span)
    )


def distant_subject(
    type_: Func,
    here: str,
    place: Location,
    related: tuple[tuple[Location, str], ...],
    names: tuple[str, ...] = (),
) -> Subject:
    """The subject of a function declared elsewhere: every location is the registered expression."""

    def slots(types: tuple[Type, ...], names: tuple[str, ...]) -> tuple[Slot, ...]:
        found = []
        for index, slot in enumerate(types):
            shown = slot
            dots = ""
            if (
                type_.variadic
                and types is type_.parameters
                and index == len(types) - 1
                and isinstance(slot, Slice)
            ):
                dots, shown = "...", slot.element
            text = dots + type_text(shown, here)
            found.append(
                Slot(names[index] if index < len(names) else "", slot, text, place, place, (), False, None)
            )
        return tuple(found)

    return Subject(
        type_, here, slots(type_.parameters, names), slots(type_.results, ()), place, place, related
    )


def _slots(
    file: GoFile, fields: tuple[ast.Field, ...], types: tuple[Type, ...], instantiated: bool
) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    for field in fields:
        expr = field.type
        inner = expr.element if isinstance(expr, ast.Ellipsis) and expr.element is not None else expr
        group = tuple(each.name for each in field.names)
        for position, name in enumerate(field.names or (None,)):
            if len(slots) >= len(types):
                return tuple(slots)
            type_ = types[len(slots)]
            text = file.document.slice(expr.span)
            if instantiated:
                dots = "..." if inner is not expr else ""
                shown = type_.element if dots and isinstance(type_, Slice) else type_
                text = dots + type_text(shown, file.unit.path)
            place = field.span if name is None or len(field.names) == 1 else name.span
            slots.append(
                Slot(
                    "" if name is None else name.name,
                    type_,
                    text,
                    Location(file.path, place),
                    Location(file.path, inner.span),
                    group,
                    position > 0,
                    None if instantiated else inner,
                )
            )
    return tuple(slots)
