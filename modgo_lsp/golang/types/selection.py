"""Looks up fields and methods, including those of embedded types, as Go's selectors do."""

from __future__ import annotations

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.objects import FunctionName, receiver_parts
from modgo_lsp.golang.types.packages import GoPackage
from modgo_lsp.golang.types.substitute import substitute
from modgo_lsp.golang.types.type_expressions import UNKNOWN, Resolver
from modgo_lsp.golang.types.types import Interface, Named, Pointer, Struct, Type, Unknown


class Selection(msgspec.Struct, frozen=True):
    """A selected field or method. `type` has no receiver. `function` is the declaration of a declared type's
    method. `unknown`: the type, or one embedded in it, is unknown, so the name may exist."""

    type: Type
    is_method: bool
    function: FunctionName | None = None
    unknown: bool = False


class Selector:
    """Selects from the types of one snapshot."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def select(self, type_: Type, name: str, unit: GoPackage) -> Selection | None:
        """The field or method `name` of a value of `type_`, selected in `unit`; None if there is none.

        Searches embedded fields level by level, as Go does. Two at the same level are ambiguous.
        """
        if isinstance(type_, Pointer):
            type_ = type_.element
            if isinstance(self._resolver.underlying(type_), Interface | Pointer):
                return None
        level: list[Type] = [type_]
        seen: set[Type] = set()
        unknown = False
        while level:
            found: list[Selection] = []
            following: list[Type] = []
            for current in level:
                if current in seen:
                    continue
                seen.add(current)
                found += self._own(current, name, unit)
                under = self._resolver.underlying(current)
                if isinstance(under, Unknown):
                    unknown = True
                for field in under.fields if isinstance(under, Struct) else ():
                    if field.embedded:
                        inner = field.type
                        following.append(inner.element if isinstance(inner, Pointer) else inner)
            if unknown:
                return found[0] if len(found) == 1 else Selection(UNKNOWN, False, unknown=True)
            if found:
                return found[0] if len(found) == 1 else None
            level = following
        return None

    def _own(self, type_: Type, name: str, unit: GoPackage) -> list[Selection]:
        """The field or method that `type_` itself declares, embedded ones excluded."""
        visible = is_exported(name)
        if isinstance(type_, Named):
            owner = self._resolver.unit(type_.package)
            item = self._resolver.type_name(type_)
            if owner is not None and item is not None and (visible or owner is unit):
                method = owner.method(type_.name, name) if type_.local == 0 else None
                if method is not None:
                    return [Selection(self._method_type(method, type_), True, method)]
        under = self._resolver.underlying(type_)
        if isinstance(under, Struct):
            own = not isinstance(type_, Named) or type_.package == unit.path
            return [
                Selection(field.type, False)
                for field in under.fields
                if field.name == name and (visible or own)
            ]
        if isinstance(under, Interface):
            return self._interface_method(under, name)
        return []

    def _interface_method(self, interface: Interface, name: str) -> list[Selection]:
        """The method `name` of an interface, or of one that it embeds."""
        pending, seen = [interface], {interface}
        while pending:
            current = pending.pop()
            for method, type_ in zip(current.methods, current.method_types, strict=True):
                if method == name:
                    return [Selection(type_, True)]
            for embedded in reversed(current.embedded):
                under = self._resolver.underlying(embedded)
                if isinstance(under, Unknown):
                    return [Selection(UNKNOWN, True, unknown=True)]
                if isinstance(under, Interface) and under not in seen:
                    seen.add(under)
                    pending.append(under)
        return []

    def _method_type(self, method: FunctionName, receiver: Named) -> Type:
        type_ = self._resolver.function_type(method)
        if method.decl.receiver is None or not receiver.arguments:
            return type_
        _, parameters = receiver_parts(method.decl.receiver.fields[0].type)
        names = [p.name if isinstance(p, ast.Ident) else "_" for p in parameters]
        return substitute(type_, dict(zip(names, receiver.arguments, strict=False)))
