"""Which Go types can represent an Aerospike value, and why others cannot."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import (
    Array,
    Basic,
    Chan,
    Func,
    Interface,
    Map,
    Named,
    Pointer,
    Slice,
    Struct,
    Type,
    Unknown,
)
from modgo_lsp.golang.types.universe import ERROR, FLOATS, INTEGERS
from modgo_lsp.model.declaration_locations import field_location, type_location
from modgo_lsp.model.field_clashes import clash_locations, clash_text
from modgo_lsp.model.finding import Location
from modgo_lsp.model.sdk_types import GEOJSON, LIST_VIEW, MAP_VIEW, RECORD, STREAM
from modgo_lsp.model.struct_fields import CountedField, StructFields, struct_fields
from modgo_lsp.model.type_text import type_text

_MAX_DEPTH = 60


class Unsupported(msgspec.Struct, frozen=True):
    """Why a type cannot represent an Aerospike value. `why` ends a sentence; `related` are the declarations
    involved."""

    why: str
    related: tuple[tuple[Location, str], ...] = ()


def unsupported(resolver: Resolver, type_: Type, here: str) -> Unsupported | None:
    """Why `type_` cannot be the type of an argument or result; None if it can, or if it is unknown. `here` is
    the import path of the package that the finding is in."""
    return _Checker(resolver, here).value(type_, ())


class _Checker:
    def __init__(self, resolver: Resolver, here: str) -> None:
        self.resolver = resolver
        self.here = here
        # Named types without problems, so that each is checked once.
        self.supported: set[Type] = set()

    def value(self, type_: Type, around: tuple[Type, ...]) -> Unsupported | None:
        """`around` are the named types that contain `type_`."""
        if type_ in (GEOJSON, LIST_VIEW, MAP_VIEW):
            return None
        if type_ in (RECORD, STREAM):
            return Unsupported(f"a {type_text(type_, self.here)} is not a value, so it can't be part of one")
        if type_ == ERROR:
            return Unsupported("an error is only allowed as the last result")
        if isinstance(type_, Named):
            return self._named(type_, around)
        match type_:
            case Basic(name=name):
                return _basic(name)
            case Pointer(element=element):
                return self._inside(element, around)
            case Slice(element=element):
                return self._inside(element, around)
            case Map(key=key, value=value):
                return self._key(key) or self._inside(value, around)
            case Struct():
                return self._struct(type_, around)
            case Array():
                return Unsupported("Aerospike has no arrays; a slice is a list")
            case Chan():
                return Unsupported("no Aerospike value converts to a channel")
            case Func():
                return Unsupported("no Aerospike value converts to a function")
            case Interface():
                if not self.resolver.is_empty_interface(type_):
                    return Unsupported(
                        "the only interface that can hold an Aerospike value is any (udf.Value)"
                    )
        return None

    def _named(self, type_: Named, around: tuple[Type, ...]) -> Unsupported | None:
        if type_ in self.supported:
            return None
        problem = self._check_named(type_, around)
        if problem is None:
            self.supported.add(type_)
        return problem

    def _check_named(self, type_: Named, around: tuple[Type, ...]) -> Unsupported | None:
        same = [
            t for t in around if isinstance(t, Named) and (t.package, t.name) == (type_.package, type_.name)
        ]
        if len(around) > _MAX_DEPTH:
            self.resolver.depth.exceeded = True
            return None
        if type_ in around or len(same) > 10:
            return Unsupported(
                f"{type_text(type_, self.here)} contains itself, and Aerospike values are finite"
            )
        under = self.resolver.underlying(type_)
        if isinstance(under, Struct):
            return self._struct(type_, (*around, type_))
        problem = self.value(under, (*around, type_))
        if problem is None or isinstance(under, Unknown):
            return None
        declared = type_location(self.resolver, type_)
        if declared is None:
            return problem
        text = f"{type_.name} is declared here"
        return Unsupported(problem.why, ((declared, text), *problem.related))

    def _inside(self, type_: Type, around: tuple[Type, ...]) -> Unsupported | None:
        problem = self.value(type_, around)
        if problem is None or type_ == ERROR:
            return (
                problem
                if problem is None
                else Unsupported("an error is not an Aerospike value", problem.related)
            )
        return problem

    def _key(self, type_: Type) -> Unsupported | None:
        if self._is_key(type_):
            return None
        text = type_text(type_, self.here)
        return Unsupported(f"its keys are of type {text}, and map keys are strings, integers, [N]byte or any")

    def _is_key(self, type_: Type) -> bool:
        if type_ == GEOJSON:
            return False
        under = self.resolver.underlying(type_)
        match under:
            case Unknown():
                return True
            case Basic(name=name):
                return name == "string" or (name in INTEGERS and name != "uintptr")
            case Array(element=element):
                byte = self.resolver.underlying(element)
                return isinstance(byte, Unknown) or byte == Basic("uint8")
            case Interface():
                return self.resolver.is_empty_interface(type_)
        return False

    def _struct(self, type_: Type, around: tuple[Type, ...]) -> Unsupported | None:
        fields = struct_fields(self.resolver, type_)
        if not fields.counted and fields.known:
            declared = type_location(self.resolver, type_) if isinstance(type_, Named) else None
            text = f"{type_text(type_, self.here)} is declared here"
            related = () if declared is None else ((declared, text),)
            return self._nothing(self.resolver.underlying(type_), fields, related)
        for counted in fields.counted:
            if not fields.known and counted.depth > 0:
                continue
            problem = self.value(counted.field.type, around)
            if problem is not None:
                return self._of_field(counted, problem)
        return None

    def _nothing(
        self, under: Type, fields: StructFields, related: tuple[tuple[Location, str], ...]
    ) -> Unsupported:
        """Why no field of a struct is converted."""
        if fields.clashes:
            clash = fields.clashes[0]
            why = f"{clash_text(clash, self.here)}, and nothing is left that could be stored"
            return Unsupported(why, (*related, *clash_locations(self.resolver, clash)))
        if not isinstance(under, Struct) or not under.fields:
            why = "it has no fields, so there is nothing to store"
        elif fields.skipped:
            why = 'the tag udf:"-" leaves out all of its exported fields, so there is nothing to store'
        elif any(field.embedded and is_exported(field.name) for field in under.fields):
            why = "neither it nor what it embeds has exported fields, so there is nothing to store"
        else:
            why = "it has no exported fields, so there is nothing to store"
        return Unsupported(why, related)

    def _of_field(self, counted: CountedField, problem: Unsupported) -> Unsupported:
        text = type_text(counted.field.type, self.here)
        why = f"its field {counted.field.name} has type {text}: {problem.why}"
        place = field_location(self.resolver, counted)
        if place is None:
            return Unsupported(why, problem.related)
        return Unsupported(why, ((place, f"field {counted.field.name} has type {text}"), *problem.related))


def _basic(name: str) -> Unsupported | None:
    if name == "uintptr":
        return Unsupported("an address means nothing to a caller; for a number use uint64")
    if name == "unsafe.Pointer":
        return Unsupported("an address means nothing to a caller")
    if name.startswith("complex"):
        return Unsupported("Aerospike has no complex numbers")
    known = name in INTEGERS or name in FLOATS or name in ("bool", "string")
    return None if known else Unsupported(f"Aerospike has no type for {name}")
