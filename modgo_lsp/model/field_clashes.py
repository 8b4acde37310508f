"""Fields with the same key in the structs of a supported type. MG208 reports them; MG201 and MG202 do if no
field of a struct remains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Map, Named, Pointer, Slice, Struct, Type
from modgo_lsp.model.declaration_locations import field_location
from modgo_lsp.model.finding import Location
from modgo_lsp.model.sdk_types import GEOJSON
from modgo_lsp.model.struct_fields import Clash, CountedField, struct_fields
from modgo_lsp.model.type_text import type_text


class FieldClash(msgspec.Struct, frozen=True):
    """`why` ends a sentence about the checked type. `related` are the declarations of the fields."""

    why: str
    related: tuple[tuple[Location, str], ...]


def field_clashes(resolver: Resolver, type_: Type, here: str) -> Iterator[FieldClash]:
    """The clashes in each struct within `type_`, which must be a supported type and therefore does not
    contain itself. `here` is the import path of the package that the finding is in."""
    seen: set[Type] = set()
    pending = [type_]
    while pending:
        current = pending.pop()
        if current in seen or current == GEOJSON:
            continue
        seen.add(current)
        under = resolver.underlying(current)
        match under:
            case Pointer(element=inner) | Slice(element=inner) | Map(value=inner):
                pending.append(inner)
            case Struct():
                fields = struct_fields(resolver, current)
                itself = current == type_ or Pointer(current) == type_
                of = None if itself or not isinstance(current, Named) else type_text(current, here)
                # Fields of an unknown embedded type cannot bring these fields back.
                for clash in fields.clashes:
                    yield FieldClash(clash_text(clash, here, of), clash_locations(resolver, clash))
                pending += [
                    counted.field.type
                    for counted in reversed(fields.counted)
                    if fields.known or counted.depth == 0
                ]


def clash_text(clash: Clash, here: str, of: str | None = None) -> str:
    """A clash as part of a sentence about the struct. `of` names the struct if the sentence is about another
    type."""
    left_out = _names(clash.left_out, here)
    counted = () if clash.counted is None else _names([clash.counted], here)
    names = list(dict.fromkeys((*counted, *left_out)))
    its, tail = ("its ", "") if of is None else ("", f" of {of}")
    if len(names) == 1:
        return f"{its}field {names[0]}{tail} is embedded twice, so it is left out"
    if not counted:
        lost = "both are" if len(names) == 2 else "all are"
    else:
        lost = f"{_listed(left_out)} {'is' if len(left_out) == 1 else 'are'}"
    return f'{its}fields {_listed(names)}{tail} have one key, "{clash.key}", so {lost} left out'


def clash_locations(resolver: Resolver, clash: Clash) -> tuple[tuple[Location, str], ...]:
    """The declarations of the clashing fields, each with a message."""
    fields = (*(() if clash.counted is None else (clash.counted,)), *clash.left_out)
    found: dict[Location, str] = {}
    for field in fields:
        place = field_location(resolver, field)
        if place is not None:
            found[place] = f'field {field.field.name} has the key "{clash.key}"'
    return tuple(found.items())


def _names(fields: Sequence[CountedField], here: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_name(field, here) for field in fields))


def _name(field: CountedField, here: str) -> str:
    """A field's name, with the name of its struct if that is embedded."""
    if field.depth == 0 or not isinstance(field.owner, Named):
        return field.field.name
    return f"{type_text(field.owner, here)}.{field.field.name}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
