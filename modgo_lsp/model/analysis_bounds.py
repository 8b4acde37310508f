"""Finds declarations of a package, and code reachable from UDFs, that exceed a bound of the analysis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.lower_expressions import MAX_DEPTH
from modgo_lsp.golang.types import constants
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import ConstantName, Object, TypeName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.model.finding import Location

_CONSTANT = f"this constant has more than {constants.MAX_BYTES // 1024} KiB or {constants.MAX_BITS:,} bits"
_TYPE = "this type has too many parts, or they are nested too deeply"
_DEEP = f"this is nested more than {MAX_DEPTH} deep, or has too many operands"


class ExceededBound(msgspec.Struct, frozen=True):
    """A source location at which a bound of the analysis is exceeded, and which one."""

    location: Location
    message: str


def exceeded_bounds(operands: Operands, file: GoFile) -> list[ExceededBound]:
    """The exceeded bounds in a file's declarations, function bodies excluded."""
    file.declarations.read()
    found: list[ExceededBound] = []
    for decl in file.syntax.decls:
        found += _nested(file, decl)
        if not isinstance(decl, ast.FuncDecl):
            too_complex = (item for item in file.declared[decl] if _is_too_complex(operands, file, item))
            found += (_exceeded_bound(file, item) for item in too_complex)
    return found


def _nested(file: GoFile, decl: ast.Decl) -> Iterable[ExceededBound]:
    """Nesting that is too deep in a declaration. A function body counts only if a UDF reaches it."""
    parts: Iterator[ast.Node | None]
    if isinstance(decl, ast.FuncDecl):
        file.function(decl).read()
        parts = iter((decl.receiver, decl.type))
    elif decl.token == "var" and file.document.text.find(b"Register", decl.span.start, decl.span.end) < 0:
        return ()  # most likely a table, which need not be lowered
    else:
        parts = iter((decl,))
    return too_deep(file, (part for part in parts if part is not None))


def too_deep(file: GoFile, parts: Iterable[ast.Node]) -> Iterator[ExceededBound]:
    """The first node of each part of a declaration that was nested too deeply to be lowered."""
    for part in parts:
        # Such depth takes at least as many bytes.
        if part.span.end - part.span.start > MAX_DEPTH:
            deep = next((node for node in ast.walk(part) if is_too_deep(node)), None)
            if deep is not None:
                yield ExceededBound(Location(file.path, deep.span), _DEEP)


def is_too_deep(node: ast.Node) -> bool:
    return isinstance(node, ast.BadExpr | ast.BadStmt) and node.deep


def exceeded_local_bounds(
    operands: Operands, file: GoFile, nodes: Iterable[ast.Node]
) -> Iterator[ExceededBound]:
    """The exceeded bounds among nodes of a function body."""
    for node in nodes:
        if is_too_deep(node):
            yield ExceededBound(Location(file.path, node.span), _DEEP)
            return
        if isinstance(node, ast.GenDecl) and node.token != "var":
            idents = (ident for spec in node.specs for ident in _declared(spec))
            for item in (file.uses.get(ident.span.start) for ident in idents):
                if item is not None and _is_too_complex(operands, file, item):
                    yield _exceeded_bound(file, item)


def _declared(spec: ast.Spec) -> tuple[ast.Ident, ...]:
    if isinstance(spec, ast.ValueSpec):
        return spec.names
    return (spec.name,) if isinstance(spec, ast.TypeSpec) else ()


def _is_too_complex(operands: Operands, file: GoFile, item: Object) -> bool:
    if isinstance(item, ConstantName):
        return not _is_plain(item.value_expr) and operands.is_beyond_bounds(item)
    if not isinstance(item, TypeName):
        return False
    # Only an alias, or a type with brackets, can exceed a bound.
    start, end = item.spec.span.start, item.spec.span.end
    written = item.is_alias or file.document.text.find(b"[", start, end) >= 0
    return written and operands.resolver.is_too_complex(item)


def _is_plain(value: ast.Expr | None) -> bool:
    """Whether a constant's value is a name or a small literal, as most are."""
    return (
        value is None
        or isinstance(value, ast.Ident)
        or (isinstance(value, ast.BasicLit) and not constants.is_too_large(value))
    )


def _exceeded_bound(file: GoFile, item: Object) -> ExceededBound:
    span = item.ident.span if item.ident is not None else file.syntax.span
    return ExceededBound(Location(file.path, span), _TYPE if isinstance(item, TypeName) else _CONSTANT)
