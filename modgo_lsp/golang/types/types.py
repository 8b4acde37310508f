"""Go types as data, after go/types: what a type is, and how it is written in Go source.

Named types are kept by name (package path and identifier) with their underlying type resolved lazily by
the resolver, so that recursive types are finite.
"""

from __future__ import annotations

from typing import Literal, Union

import msgspec


class Basic(msgspec.Struct, frozen=True):
    """A predeclared type ("bool", "int64", "string"; `error` and `any` are not among them),
    "unsafe.Pointer", or the type of an untyped constant ("untyped int")."""

    name: str


class Named(msgspec.Struct, frozen=True):
    """A defined type. `package` is its import path ("" for the universe: `error`). `local` is not 0 for a
    type declared in a function: then it tells apart the package's local types, and Go source elsewhere can't
    name it."""

    package: str
    name: str
    arguments: tuple[Type, ...] = ()
    local: int = 0


class Pointer(msgspec.Struct, frozen=True):
    element: Type


class Slice(msgspec.Struct, frozen=True):
    element: Type


class Array(msgspec.Struct, frozen=True):
    """`length` is -1 where it is no constant that could be worked out."""

    length: int
    element: Type


class Map(msgspec.Struct, frozen=True):
    key: Type
    value: Type


class Chan(msgspec.Struct, frozen=True):
    direction: Literal["both", "send", "receive"]
    element: Type


class Func(msgspec.Struct, frozen=True):
    parameters: tuple[Type, ...]
    results: tuple[Type, ...]
    variadic: bool = False


class Field(msgspec.Struct, frozen=True):
    name: str
    type: Type
    embedded: bool
    tag: str


class Struct(msgspec.Struct, frozen=True):
    fields: tuple[Field, ...]


class Interface(msgspec.Struct, frozen=True):
    """`empty` is true for `any` and `interface{}`. `methods` are the names of its own methods, sorted, and
    `method_types` their types; `embedded` are the interfaces it embeds. `constraint` is true where it has
    other type elements and so is no type of a value."""

    empty: bool
    methods: tuple[str, ...] = ()
    constraint: bool = False
    method_types: tuple[Type, ...] = ()
    embedded: tuple[Type, ...] = ()


class TypeParameter(msgspec.Struct, frozen=True):
    name: str


class Unknown(msgspec.Struct, frozen=True):
    """A type that could not be found out. No rule may say anything against it."""

    text: str = ""


Type = Union[Basic, Named, Pointer, Slice, Array, Map, Chan, Func, Struct, Interface, TypeParameter, Unknown]
