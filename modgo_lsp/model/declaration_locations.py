"""The declarations of types and struct fields, as related locations of a finding."""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Named, Type
from modgo_lsp.model.finding import Location
from modgo_lsp.model.struct_fields import CountedField

# The longest chain of named types that is followed to a struct's fields.
_MAX_DEPTH = 60


def type_location(resolver: Resolver, type_: Named) -> Location | None:
    """The name in a type's declaration; None if its source is not found."""
    item = resolver.type_name(type_)
    return None if item is None else Location(item.file.path, item.ident.span)


def field_location(resolver: Resolver, counted: CountedField) -> Location | None:
    """The name of a field in its struct's declaration, or the type of an embedded field. None for a field of
    an unnamed struct."""
    owner: Type = counted.owner
    for _ in range(_MAX_DEPTH):
        if not isinstance(owner, Named):
            return None
        item = resolver.type_name(owner)
        if item is None:
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
