"""The functions and methods that a package declares, as rules and editors see them.

Not for: what is registered of them (registrations.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.imports import may_be_standard
from modgo_lsp.golang.types.objects import FunctionName, Predeclared, TypeName
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.units import FileUnit, PackageUnit
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Function, Signature
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.sdk_types import RECORD, STREAM
from modgo_lsp.model.signature import judge
from modgo_lsp.model.signature_source import declared_subject


def declared_functions(
    resolver: Resolver,
    functions: Iterable[FunctionName],
    importers: Callable[[PackageUnit], Iterable[PackageUnit]],
    is_mentioned: Callable[[str, str], bool],
) -> dict[FunctionName, Function]:
    """Those of `functions` that are declared, in their order. `importers` gives the other packages of the Go
    module that import a package: they may refer to its functions too. `is_mentioned` says whether a file of a
    folder that isn't built mentions a name: tests may."""
    found: dict[FunctionName, Function] = {}
    for function in functions:
        if function.file is not None:
            make = partial(declared_function, resolver, function.file, function, importers, is_mentioned)
            found[function] = function.file.remembered(function.decl, "function", make)
    return found


def declared_function(
    resolver: Resolver,
    file: FileUnit,
    function: FunctionName,
    importers: Callable[[PackageUnit], Iterable[PackageUnit]],
    is_mentioned: Callable[[str, str], bool],
) -> Function:
    """A function that is declared in `file`, as rules and editors see it."""
    decl = function.decl

    def receiving() -> bool:
        resolver.ensure(function)
        fields = decl.type.params.fields
        return any(_may_be_receiver(resolver, file, field.type) for field in fields)

    def judged() -> Signature | None:
        if function.generic:
            return None
        subject = declared_subject(file, resolver.function_type(function), decl.type, decl.name.span)
        return judge(resolver, subject, file.document)

    return Function(
        name=function.qualified,
        exported=is_exported(function.name),
        generic=function.generic,
        location=Location(file.path, decl.name.span),
        extent=Location(file.path, decl.span),
        documented=lambda: "" if decl.doc is None else _comment_text(file.document.slice(decl.doc)),
        judged=judged,
        receiving=receiving,
        counted=lambda: _references(resolver, function, file.unit, importers(file.unit)),
        outside=lambda: is_mentioned(file.unit.directory, function.name),
    )


def _may_be_receiver(resolver: Resolver, file: FileUnit, expr: ast.Expr) -> bool:
    """Whether a parameter's type may be a record or a stream, or a pointer to one, by whatever name."""
    expr = ast.unparen(expr)
    while isinstance(expr, ast.StarExpr | ast.IndexExpr):
        expr = ast.unparen(expr.x)
    if isinstance(expr, ast.SelectorExpr):
        selected = file.selected.get(expr.x.span.start)
        if selected is None or selected[0] == SDK_PATH:
            return selected is not None and selected[1] in (RECORD.name, STREAM.name)
        unit = resolver.find_unit(file, selected[0])
        # Go's library knows nothing of the SDK.
        return not may_be_standard(selected[0]) if unit is None else not unit.standard
    item = file.uses.get(expr.span.start) if isinstance(expr, ast.Ident) else None
    if isinstance(item, TypeName):
        # What is declared otherwise is a type of its own, but for the SDK's by a dot import.
        return item.spec.alias or (item.file is not None and item.file.unit.path == SDK_PATH)
    return isinstance(expr, ast.Ident) and not isinstance(item, Predeclared)


def _references(
    resolver: Resolver, function: FunctionName, unit: PackageUnit, importers: Iterable[PackageUnit]
) -> int:
    """How often `function` is referred to, outside its own declaration. Looks only where its name stands."""
    count = 0
    for file in unit.files:
        for offset in resolver.bind_mentions(file, function.name):
            own = file is function.file and function.decl.span.holds(offset)
            count += file.uses.get(offset) is function and not own
    for importer in importers:
        for file in importer.files_importing(unit.path):
            count += _references_from(resolver, file, function, unit)
    return count


def _references_from(resolver: Resolver, file: FileUnit, function: FunctionName, unit: PackageUnit) -> int:
    """How often a file of another package refers to a function of `unit`."""
    offsets = resolver.bind_mentions(file, function.name)
    if not offsets or unit.lookup(function.name) is not function:
        return 0
    qualified = sum(selected == (unit.path, function.name) for selected in file.selected.values())
    return qualified + sum(file.uses.get(offset) is function for offset in offsets)


def _comment_text(comment: str) -> str:
    """A comment without its markers, and without directives such as //go:noinline."""
    lines = []
    for line in comment.replace("\r", "").split("\n"):
        if line.lstrip().startswith("//"):
            line = line.lstrip()
            if line[2:3].isalpha() and ":" in line.split(" ")[0]:
                continue
            line = line[2:].removeprefix(" ")
        lines.append(line.removeprefix("/*").removesuffix("*/").rstrip())
    return "\n".join(lines).strip()
