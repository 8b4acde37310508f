"""Type arguments that a call leaves to be inferred, from its arguments and from constraints.

Covers what code that compiles needs in order to know a call's result: unification of typed arguments, then
untyped constants by their default types, then constraints with a single underlying type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modgo_lsp.model.constants import default_type, is_untyped
from modgo_lsp.model.objects import FunctionName
from modgo_lsp.model.types import (
    Array,
    Basic,
    Chan,
    Func,
    Map,
    Named,
    Pointer,
    Slice,
    Type,
    TypeParameter,
    Unknown,
)
from modgo_lsp.syntax import ast

if TYPE_CHECKING:
    from modgo_lsp.model.resolve import Resolver


def infer(
    resolver: Resolver,
    func: Func,
    generic: tuple[str, ...],
    arguments: Sequence[Type],
    ellipsis: bool,
    function: FunctionName | None = None,
    known: dict[str, Type] | None = None,
) -> dict[str, Type] | None:
    """The types for the parameters `generic` of `func`, called with arguments of the types `arguments`.

    None where one of them can't be inferred. `function`, where given, tells the constraints; `known` are
    the type arguments given already.
    """
    found: dict[str, Type] = {}
    untyped: list[tuple[str, Basic]] = []
    for index, argument in enumerate(arguments):
        parameter = _parameter(func, index, ellipsis)
        if parameter is None:
            return None
        if isinstance(argument, Basic) and is_untyped(argument):
            if isinstance(parameter, TypeParameter):
                untyped.append((parameter.name, argument))
        else:
            _unify(resolver, parameter, argument, frozenset(generic), found)
    for name, basic in untyped:
        if name in generic and name not in found:
            found[name] = default_type(basic)
    if function is not None:
        _from_constraints(resolver, function, frozenset(generic), {**(known or {}), **found}, found)
    return found if all(name in found for name in generic) else None


def _parameter(func: Func, index: int, ellipsis: bool) -> Type | None:
    last = len(func.parameters) - 1
    if func.variadic and index >= last and not ellipsis:
        variadic = func.parameters[last]
        return variadic.element if isinstance(variadic, Slice) else None
    return func.parameters[index] if index <= last else None


def _unify(
    resolver: Resolver, parameter: Type, argument: Type, generic: frozenset[str], found: dict[str, Type]
) -> None:
    if isinstance(argument, Unknown):
        return
    if isinstance(parameter, TypeParameter):
        if parameter.name in generic:
            found.setdefault(parameter.name, argument)
        return
    if isinstance(argument, Named) and not isinstance(parameter, Named):
        argument = resolver.underlying(argument)
    pairs: list[tuple[Type, Type]] = []
    match parameter, argument:
        case Named(), Named() if (parameter.package, parameter.name) == (argument.package, argument.name):
            pairs = list(zip(parameter.arguments, argument.arguments, strict=False))
        case (
            (Pointer(element=inner), Pointer(element=given))
            | (Slice(element=inner), Slice(element=given))
            | (Array(element=inner), Array(element=given))
            | (Chan(element=inner), Chan(element=given))
        ):
            pairs = [(inner, given)]
        case Map(), Map():
            pairs = [(parameter.key, argument.key), (parameter.value, argument.value)]
        case Func(), Func():
            pairs = [
                *zip(parameter.parameters, argument.parameters, strict=False),
                *zip(parameter.results, argument.results, strict=False),
            ]
    for inner, given in pairs:
        _unify(resolver, inner, given, generic, found)


def _from_constraints(
    resolver: Resolver,
    function: FunctionName,
    generic: frozenset[str],
    known: dict[str, Type],
    found: dict[str, Type],
) -> None:
    """`S ~[]E` tells E from S."""
    fields = function.decl.type.type_params
    if fields is None or function.file is None:
        return
    for field in fields.fields:
        constraint = field.type
        if not (isinstance(constraint, ast.UnaryExpr) and constraint.op == "~"):
            continue
        core = resolver.type_of(function.file, constraint.x)
        for name in field.names:
            if name.name in known:
                _unify(resolver, core, resolver.underlying(known[name.name]), generic, found)
