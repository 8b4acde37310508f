"""Go types as data, after go/types.

A named type holds its package path and identifier; the resolver finds the underlying type on demand, so
recursive types are finite.
"""

from __future__ import annotations

from typing import Literal, Union

import msgspec


class Basic(msgspec.Struct, frozen=True):
    """A predeclared type ("bool", "int64", "string"; not `error` or `any`), "unsafe.Pointer", or the type of
    an untyped constant ("untyped int")."""

    name: str


class Named(msgspec.Struct, frozen=True):
    """A defined type. `package` is its import path ("" for `error` of the universe). `local` is not 0 for a
    type declared in a function: it distinguishes the package's local types, and code elsewhere cannot name
    the type."""

    package: str
    name: str
    arguments: tuple[Type, ...] = ()
    local: int = 0


class Pointer(msgspec.Struct, frozen=True):
    element: Type


class Slice(msgspec.Struct, frozen=True):
    element: Type


class Array(msgspec.Struct, frozen=True):
    """`length` is -1 if it could not be evaluated to a constant."""

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
    """`empty` is true for `any` and `interface{}`. `methods` are the sorted names of its own methods,
    `method_types` their types, and `embedded` the embedded interfaces. `constraint` is true if it has other
    type elements, so that no value can have this type."""

    empty: bool
    methods: tuple[str, ...] = ()
    constraint: bool = False
    method_types: tuple[Type, ...] = ()
    embedded: tuple[Type, ...] = ()


class TypeParameter(msgspec.Struct, frozen=True):
    name: str


class Unknown(msgspec.Struct, frozen=True):
    """A type that could not be determined. Rules report nothing about it."""

    text: str = ""


Type = Union[Basic, Named, Pointer, Slice, Array, Map, Chan, Func, Struct, Interface, TypeParameter, Unknown]
