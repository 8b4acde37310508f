"""Which fields of a struct count, and under which names: encoding/json's rules with the tag key `udf`."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from modgo_lsp.model.bind import is_exported
from modgo_lsp.model.resolve import Resolver
from modgo_lsp.model.types import Field, Pointer, Struct, Type, Unknown
from modgo_lsp.syntax.literals import unquote

# Signs that a name in a tag may hold beside letters and digits.
_TAG_SIGNS = frozenset("!#$%&()*+-./:;<=>?@[]^_{|}~ ")

_TAG_PAIR = re.compile(r' *([^\x00-\x20":\x7f]+):("(?:\\.|[^"\\])*")')


class CountedField(msgspec.Struct, frozen=True):
    """A field that counts. `name` is its key in the map, `owner` the struct type that declares `field`,
    `depth` how many structs are embedded around it."""

    name: str
    field: Field
    owner: Type
    depth: int
    tagged: bool
    omit_empty: bool


def udf_tag(tag: str) -> str:
    """The value under `udf` of a struct tag, "" where there is none."""
    position = 0
    while (match := _TAG_PAIR.match(tag, position)) is not None:
        if match[1] == "udf":
            value = unquote(match[2].encode())
            return "" if value is None else value.decode("utf-8", "replace")
        position = match.end()
    return ""


def counted_fields(resolver: Resolver, type_: Type) -> tuple[tuple[CountedField, ...], bool]:
    """The fields of the struct `type_` that count, in the order of their names; and whether all of them are
    known, which they aren't where a type is embedded that can't be found."""
    found: list[CountedField] = []
    known = True
    level: list[Type] = [type_]
    times: dict[Type, int] = {type_: 1}
    seen: set[Type] = set()
    depth = 0
    while level:
        following: dict[Type, int] = {}
        for current in level:
            if current in seen:
                continue
            seen.add(current)
            under = resolver.underlying(current)
            known = known and not isinstance(under, Unknown)
            for field in under.fields if isinstance(under, Struct) else ():
                counted, embedded = _look_at(resolver, field, current, depth)
                if counted is not None:
                    # A type embedded twice at one depth gives each of its fields twice: they clash.
                    found += [counted] * min(times[current], 2)
                if embedded is not None:
                    following[embedded] = following.get(embedded, 0) + 1
        level, times = list(following), following
        depth += 1
    return _dominant(found), known


def _look_at(
    resolver: Resolver, field: Field, owner: Type, depth: int
) -> tuple[CountedField | None, Type | None]:
    """A field as one that counts, or the struct that it embeds."""
    inner = field.type.element if isinstance(field.type, Pointer) else field.type
    under = resolver.underlying(inner)
    embeds = field.embedded and isinstance(under, Struct | Unknown)
    if not is_exported(field.name) and not embeds:
        return None, None
    tag = udf_tag(field.tag)
    if tag == "-":
        return None, None
    name, *options = tag.split(",")
    name = name if _valid(name) else ""
    if embeds and not name:
        return None, inner
    if not is_exported(field.name) and not isinstance(under, Struct):
        return None, None
    key = name or field.name
    return CountedField(key, field, owner, depth, bool(name), "omitempty" in options), None


def _dominant(found: list[CountedField]) -> tuple[CountedField, ...]:
    """Of fields of one name the shallowest counts, of these the tagged one; where that leaves two, none."""
    by_name: dict[str, list[CountedField]] = {}
    for field in found:
        by_name.setdefault(field.name, []).append(field)
    chosen = []
    for fields in by_name.values():
        best = min((field.depth, not field.tagged) for field in fields)
        first = [field for field in fields if (field.depth, not field.tagged) == best]
        if len(first) == 1:
            chosen.append(first[0])
    return tuple(sorted(chosen, key=lambda field: field.name))


def _valid(name: str) -> bool:
    return bool(name) and all(
        character in _TAG_SIGNS
        or unicodedata.category(character)[0] == "L"
        or unicodedata.category(character) == "Nd"
        for character in name
    )
