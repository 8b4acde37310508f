"""Infers type arguments from a call's arguments and from constraints.

Covers what the result type of a call in compiling code depends on: unification of typed arguments, then the
default types of untyped constants, then constraints with a core type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.constants import default_type, is_untyped, wider
from modgo_lsp.golang.types.objects import FunctionName
from modgo_lsp.golang.types.substitute import substitute
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
    Type,
    TypeParameter,
    Unknown,
)

if TYPE_CHECKING:
    from modgo_lsp.golang.types.packages import GoFile
    from modgo_lsp.golang.types.type_expressions import Resolver


def infer(
    resolver: Resolver,
    func: Func,
    generic: tuple[str, ...],
    arguments: Sequence[Type],
    ellipsis: bool,
    function: FunctionName | None,
    known: dict[str, Type] | None = None,
) -> dict[str, Type] | None:
    """The type arguments for the type parameters `generic` of `func`, called with arguments of the types
    `arguments`.

    None if one cannot be inferred. `function`, if given, has the constraints. `known` are explicit type
    arguments.
    """
    found: dict[str, Type] = {}
    untyped: dict[str, Basic] = {}
    for index, argument in enumerate(arguments):
        parameter = _parameter(func, index, ellipsis)
        if parameter is None:
            return None
        if isinstance(argument, Basic) and is_untyped(argument):
            if isinstance(parameter, TypeParameter):
                # Several untyped constants: the latest kind determines the type.
                untyped[parameter.name] = wider(untyped.get(parameter.name, argument), argument)
        else:
            _unify(resolver, parameter, argument, frozenset(generic), found)
    for name, basic in untyped.items():
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
    # If one of them is not a named type, the underlying type of the other is unified.
    if isinstance(argument, Named) and not isinstance(parameter, Named):
        argument = resolver.underlying(argument)
    elif isinstance(parameter, Named) and parameter.arguments and not isinstance(argument, Named):
        parameter = resolver.underlying(parameter)
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
    """Infers from constraints: `S ~[]E` determines E by S."""
    fields = function.decl.type.type_params
    for field in () if fields is None else fields.fields:
        core = _core(resolver, function.file, field.type)
        if core is None:
            continue
        type_, exact = core
        for name in field.names:
            if name.name not in generic | known.keys():
                continue
            given = found.get(name.name) or known.get(name.name)
            if given is not None:
                _unify(resolver, type_, resolver.underlying(given), generic, found)
            elif exact:
                found[name.name] = substitute(type_, {**known, **found})


def _core(resolver: Resolver, file: GoFile, constraint: ast.Expr) -> tuple[Type, bool] | None:
    """The core type of a constraint: of `~[]E`, of an interface with one such element, or of a constraint
    declared as one of them; and whether it has no tilde (`[]E`). None if there is none."""
    constraint = ast.unparen(constraint)
    if isinstance(constraint, ast.UnaryExpr) and constraint.op == "~":
        return resolver.type_of(file, constraint.x), False
    if isinstance(constraint, ast.InterfaceType):
        elements = [field.type for field in constraint.methods.fields if not field.names]
        cores = [_core(resolver, file, element) for element in elements]
        found = [core for core in cores if core is not None]
        return found[0] if len(found) == 1 else None
    if isinstance(constraint, ast.BinaryExpr):
        return None
    type_ = resolver.type_of(file, constraint)
    if not isinstance(type_, Named):
        return None if isinstance(type_, Interface | Unknown) else (type_, True)
    item = resolver.type_name(type_)
    if item is None or not isinstance(item.spec.type, ast.InterfaceType):
        return None
    resolver.bindings.ensure(item)
    core = _core(resolver, item.file, item.spec.type)
    if core is None:
        return None
    arguments = dict(zip(item.parameters, type_.arguments, strict=False))
    return substitute(core[0], arguments), core[1]
