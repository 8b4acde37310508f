"""Substitutes type arguments for type parameters."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from modgo_lsp.golang.types.depth import Depth
from modgo_lsp.golang.types.types import (
    Array,
    Chan,
    Field,
    Func,
    Interface,
    Map,
    Named,
    Pointer,
    Slice,
    Struct,
    Type,
    TypeParameter,
    Unknown,
)

# Bounds on the number of parts in the arguments of an instantiated type, and on their depth: a type that
# doubles at each step would fill any memory within few steps.
_MAX_PARTS = 400
_MAX_DEEP = 100


def is_too_large(types: tuple[Type, ...], parts: int = _MAX_PARTS) -> bool:
    """Whether types exceed the bounds on parts."""
    level: list[Type] = list(types)
    count = deep = 0
    while level:
        count += len(level)
        deep += 1
        if count > parts or deep > _MAX_DEEP:
            return True
        level = [inner for type_ in level for inner in _parts(type_)]
    return False


def _parts(type_: Type) -> Iterator[Type]:
    for field in type_.__struct_fields__:
        value = getattr(type_, field)
        for item in value if isinstance(value, tuple) else (value,):
            inner = item.type if isinstance(item, Field) else item
            if isinstance(inner, msgspec.Struct):
                yield inner  # type: ignore[misc]  # the parts of types are types


def substitute(type_: Type, arguments: dict[str, Type], depth: Depth | None = None) -> Type:
    """`type_` with its type parameters replaced by `arguments`, by name. `depth` records an exceeded
    bound."""
    if not arguments:
        return type_

    def again(inner: Type) -> Type:
        return substitute(inner, arguments, depth)

    def all_of(types: tuple[Type, ...]) -> tuple[Type, ...]:
        return tuple(substitute(inner, arguments, depth) for inner in types)

    match type_:
        case TypeParameter(name=name):
            return arguments.get(name, type_)
        case Named():
            inside = all_of(type_.arguments)
            if is_too_large(inside):
                if depth is not None:
                    depth.exceeded = True
                return Unknown(type_.name)
            return Named(type_.package, type_.name, inside, type_.local) if inside else type_
        case Pointer():
            return Pointer(again(type_.element))
        case Slice():
            return Slice(again(type_.element))
        case Array():
            return Array(type_.length, again(type_.element))
        case Map():
            return Map(again(type_.key), again(type_.value))
        case Chan():
            return Chan(type_.direction, again(type_.element))
        case Func():
            return Func(all_of(type_.parameters), all_of(type_.results), type_.variadic)
        case Struct():
            return Struct(
                tuple(
                    Field(field.name, again(field.type), field.embedded, field.tag) for field in type_.fields
                )
            )
        case Interface():
            return Interface(
                type_.empty,
                type_.methods,
                type_.constraint,
                all_of(type_.method_types),
                all_of(type_.embedded),
            )
    return type_
