"""Where a type or a field of a struct type is declared, for the related places of a finding."""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Named, Type
from modgo_lsp.model.finding import Location
from modgo_lsp.model.struct_fields import CountedField

# How many types declared as one another are followed to a struct's fields.
_MAX_DEPTH = 60


def type_place(resolver: Resolver, type_: Named) -> Location | None:
    """The name in a type's declaration, None where its source isn't known."""
    item = resolver.type_name(type_)
    if item is None or item.file is None or item.ident is None:
        return None
    return Location(item.file.path, item.ident.span)


def field_place(resolver: Resolver, counted: CountedField) -> Location | None:
    """The name of a field in its struct's declaration, the type of an embedded one; None for a field of a
    struct that has no name."""
    owner: Type = counted.owner
    for _ in range(_MAX_DEPTH):
        if not isinstance(owner, Named):
            return None
        item = resolver.type_name(owner)
        if item is None or item.file is None:
            return None
        declared = ast.unparen(item.spec.type)
        if isinstance(declared, ast.StructType):
            for field in declared.fields.fields:
                for name in field.names:
                    if name.name == counted.field.name:
                        return Location(item.file.path, name.span)
                if not field.names and counted.field.embedded:
                    text = item.file.document.slice(field.type.span)
                    if text.split("[")[0].rpartition(".")[2].lstrip("*") == counted.field.name:
                        return Location(item.file.path, field.type.span)
            return None
        owner = resolver.type_of(item.file, declared)
    return None
