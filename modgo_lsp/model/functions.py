"""The functions and methods that a package declares, for rules and editors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.imports import may_be_standard
from modgo_lsp.golang.types.objects import FunctionName, Predeclared, TypeName
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Function, Signature
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.sdk_types import RECORD, STREAM
from modgo_lsp.model.signature import check_signature
from modgo_lsp.model.signature_subject import declared_subject


class DeclaredFunction(NamedTuple):
    """A declared function as a FunctionSource. `counted` counts its references. `is_mentioned` says whether a
    name occurs in a file of a folder that a build leaves out, such as a test. `within` records what is read
    as part of the Function."""

    resolver: Resolver
    file: GoFile
    function: FunctionName
    counted: Callable[[], int]
    is_mentioned: Callable[[str, str], bool]
    within: Callable[[Callable[[], Any]], Any]

    def extent(self) -> Location:
        self.function.body.read()
        return Location(self.file.path, self.function.decl.span)

    def doc(self) -> str:
        self.function.body.read()
        doc = self.function.decl.doc
        return "" if doc is None else _comment_text(self.file.document.slice(doc))

    def may_take_receiver(self) -> bool:
        return bool(self.within(self._may_take_receiver))

    def _may_take_receiver(self) -> bool:
        self.resolver.bindings.ensure(self.function)
        fields = self.function.decl.type.params.fields
        return any(_may_be_receiver(self.resolver, self.file, field.type) for field in fields)

    def signature(self) -> Signature | None:
        found: Signature | None = self.within(self._signature)
        return found

    def _signature(self) -> Signature | None:
        function = self.function
        if function.generic:
            return None
        type_ = self.resolver.function_type(function)
        subject = declared_subject(self.file, type_, function.decl.type, function.decl.name.span)
        return check_signature(self.resolver, subject, self.file.document)

    def references(self) -> int:
        return self.counted()

    def is_mentioned_outside(self) -> bool:
        return self.is_mentioned(self.file.unit.directory, self.function.name)


def declared_function(source: DeclaredFunction) -> Function:
    """A declared function, for rules and editors."""
    function = source.function
    function.read()
    return Function(
        name=function.qualified,
        exported=is_exported(function.name),
        generic=function.generic,
        location=Location(source.file.path, function.decl.name.span),
        source=source,
    )


def _may_be_receiver(resolver: Resolver, file: GoFile, expr: ast.Expr) -> bool:
    """Whether a parameter's type may be a record or a stream, or a pointer to one, under any name."""
    expr = ast.unparen(expr)
    while isinstance(expr, ast.StarExpr | ast.IndexExpr):
        expr = ast.unparen(expr.x)
    if isinstance(expr, ast.SelectorExpr):
        selected = file.selected.get(expr.x.span.start)
        if selected is None or selected[0] == SDK_PATH:
            return selected is not None and selected[1] in (RECORD.name, STREAM.name)
        unit = resolver.find_unit(file, selected[0])
        # Go's library does not import the SDK.
        return not may_be_standard(selected[0]) if unit is None else not unit.standard
    item = file.uses.get(expr.span.start) if isinstance(expr, ast.Ident) else None
    if isinstance(item, TypeName):
        # A defined type is a type of its own, unless it is the SDK's by a dot import.
        return item.is_alias or item.file.unit.path == SDK_PATH
    return isinstance(expr, ast.Ident) and not isinstance(item, Predeclared)


def references(
    resolver: Resolver, function: FunctionName, unit: GoPackage, importers: Iterable[GoPackage]
) -> int:
    """The number of references to `function` outside its own declaration. Binds only declarations that
    contain its name."""
    count = 0
    for file in unit.files:
        for offset in resolver.bindings.bind_mentions(file, function.name):
            own = file is function.file and function.decl.span.holds(offset)
            count += file.uses.get(offset) is function and not own
    for importer in importers:
        for file in importer.files_importing(unit.path):
            count += _references_from(resolver, file, function, unit)
    return count


def _references_from(resolver: Resolver, file: GoFile, function: FunctionName, unit: GoPackage) -> int:
    """The number of references to a function of `unit` in a file of another package."""
    offsets = resolver.bindings.bind_mentions(file, function.name)
    if not offsets or unit.lookup(function.name) is not function:
        return 0
    qualified = sum(selected == (unit.path, function.name) for selected in file.selected.values())
    return qualified + sum(file.uses.get(offset) is function for offset in offsets)


def _comment_text(comment: str) -> str:
    """The text of a comment without its markers and without directives such as //go:noinline."""
    lines = []
    for line in comment.replace("\r", "").split("\n"):
        if line.lstrip().startswith("//"):
            line = line.lstrip()
            if line[2:3].isalpha() and ":" in line.split(" ")[0]:
                continue
            line = line[2:].removeprefix(" ")
        lines.append(line.removeprefix("/*").removesuffix("*/").rstrip())
    return "\n".join(lines).strip()
