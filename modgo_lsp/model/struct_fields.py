"""The fields of a struct that are converted, and their keys: encoding/json's rules with the tag key `udf`."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from modgo_lsp.golang.syntax.literals import unquote
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Field, Pointer, Struct, Type, Unknown

# The characters besides letters and digits that a name in a tag may contain.
_TAG_SIGNS = frozenset("!#$%&()*+-./:;<=>?@[]^_{|}~ ")

_TAG_PAIR = re.compile(r' *([^\x00-\x20":\x7f]+):("(?:\\.|[^"\\])*")')


class CountedField(msgspec.Struct, frozen=True):
    """A field that is converted. `name` is its key in the map, `owner` the struct type that declares `field`,
    `around` are the embedded fields that lead to it, outermost first. `omit_empty`: empty values are left
    out."""

    name: str
    field: Field
    owner: Type
    around: tuple[Field, ...]
    tagged: bool
    omit_empty: bool

    @property
    def depth(self) -> int:
        """The number of embedded structs around it."""
        return len(self.around)


class Clash(msgspec.Struct, frozen=True):
    """Several fields with the same key. `counted` is the one that is converted, None if there is none.
    `left_out` are the others, shallowest first. A field of a struct that is embedded twice occurs twice."""

    key: str
    counted: CountedField | None
    left_out: tuple[CountedField, ...]


class StructFields(msgspec.Struct, frozen=True):
    """The converted fields of a struct and its clashes, sorted by key. `known` is False if an embedded type
    is unknown: then fields at depth 1 and deeper are uncertain. `skipped`: a tag excludes an exported field
    (`udf:"-"`)."""

    counted: tuple[CountedField, ...]
    clashes: tuple[Clash, ...]
    skipped: bool
    known: bool


def udf_tag(tag: str) -> str:
    """The value of `udf` in a struct tag, or ""."""
    position = 0
    while (match := _TAG_PAIR.match(tag, position)) is not None:
        if match[1] == "udf":
            value = unquote(match[2].encode())
            return "" if value is None else value.decode("utf-8", "replace")
        position = match.end()
    return ""


def struct_fields(resolver: Resolver, type_: Type) -> StructFields:
    """The fields that encoding/json would convert in the struct `type_` if it read the tag `udf`."""
    found: list[CountedField] = []
    known, skipped = True, False
    level: dict[Type, tuple[Field, ...]] = {type_: ()}
    times: dict[Type, int] = {type_: 1}
    seen: set[Type] = set()
    while level:
        following: dict[Type, tuple[Field, ...]] = {}
        following_times: dict[Type, int] = {}
        for current, around in level.items():
            if current in seen:
                continue
            seen.add(current)
            under = resolver.underlying(current)
            known = known and not isinstance(under, Unknown)
            for field in under.fields if isinstance(under, Struct) else ():
                skipped = skipped or (is_exported(field.name) and udf_tag(field.tag) == "-")
                counted, embedded = _field_or_embedded(resolver, field, current, around)
                if counted is not None:
                    # The fields of a type that is embedded twice at one depth clash with themselves.
                    found += [counted] * min(times[current], 2)
                if embedded is not None:
                    following.setdefault(embedded, (*around, field))
                    following_times[embedded] = following_times.get(embedded, 0) + 1
        level, times = following, following_times
    return StructFields(*_dominant(found), skipped, known)


def _field_or_embedded(
    resolver: Resolver, field: Field, owner: Type, around: tuple[Field, ...]
) -> tuple[CountedField | None, Type | None]:
    """The field if it is converted, or the struct type that it embeds."""
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
    return CountedField(key, field, owner, around, bool(name), "omitempty" in options), None


def _dominant(found: list[CountedField]) -> tuple[tuple[CountedField, ...], tuple[Clash, ...]]:
    """Among fields with the same name the shallowest dominates, then the tagged one. If two are left, none
    does."""
    by_name: dict[str, list[CountedField]] = {}
    for field in found:
        by_name.setdefault(field.name, []).append(field)
    chosen, clashes = [], []
    for name in sorted(by_name):
        fields = sorted(by_name[name], key=_dominance)
        single = len(fields) == 1 or _dominance(fields[0]) < _dominance(fields[1])
        if single:
            chosen.append(fields[0])
        if len(fields) > 1:
            clashes.append(
                Clash(name, fields[0] if single else None, tuple(fields[1:] if single else fields))
            )
    return tuple(chosen), tuple(clashes)


def _dominance(field: CountedField) -> tuple[int, bool]:
    """Sort key: the field that dominates comes first."""
    return field.depth, not field.tagged


def _valid(name: str) -> bool:
    return bool(name) and all(
        character in _TAG_SIGNS
        or unicodedata.category(character)[0] == "L"
        or unicodedata.category(character) == "Nd"
        for character in name
    )
