"""The functions and methods that a package declares, as rules and editors see them.

Not for: what is registered of them (registrations.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from modgo_lsp.model.bind import is_exported
from modgo_lsp.model.finding import Location
from modgo_lsp.model.objects import FunctionName
from modgo_lsp.model.package import Function
from modgo_lsp.model.resolve import Resolver
from modgo_lsp.model.signature import declared_subject, judge
from modgo_lsp.model.units import FileUnit, PackageUnit
from modgo_lsp.syntax import ast
from modgo_lsp.syntax.positions import Span


def declared_functions(
    resolver: Resolver, unit: PackageUnit, importers: Callable[[PackageUnit], Iterable[PackageUnit]]
) -> dict[FunctionName, Function]:
    """The declared functions of `unit`, in the order of the source. `importers` gives the other packages of
    its Go module that import it: they may refer to its functions too."""
    references = _references(resolver, unit, importers(unit))
    made = {}
    for function in unit.functions:
        file = function.file
        if file is not None:
            made[function] = _function(resolver, file, function, references[function])
    return made


def _function(resolver: Resolver, file: FileUnit, function: FunctionName, references: int) -> Function:
    decl = function.decl
    generic = bool(function.parameters) or _has_generic_receiver(decl)
    signature = None
    if not generic:
        subject = declared_subject(file, resolver.function_type(function), decl.type, decl.name.span)
        signature = judge(resolver, subject, file.document)
    return Function(
        name=function.qualified,
        exported=is_exported(function.name),
        generic=generic,
        location=Location(file.path, decl.name.span),
        extent=Location(file.path, decl.span),
        doc="" if decl.doc is None else _comment_text(file.document.slice(decl.doc)),
        signature=signature,
        references=references,
    )


def _has_generic_receiver(decl: ast.FuncDecl) -> bool:
    if decl.receiver is None:
        return False
    return any(
        isinstance(node, ast.IndexExpr) for field in decl.receiver.fields for node in ast.walk(field.type)
    )


def _references(
    resolver: Resolver, unit: PackageUnit, importers: Iterable[PackageUnit]
) -> Counter[FunctionName]:
    """How often each function of `unit` is referred to, outside its own declaration."""
    counts: Counter[FunctionName] = Counter()
    for file in unit.files:
        resolver.bind_file(file)
        for offset, item in file.uses.items():
            if not isinstance(item, FunctionName) or item.file is None or item.file.unit is not unit:
                continue
            if item.file is not file or not _within(item.decl.span, offset):
                counts[item] += 1
    for importer in importers:
        for file in importer.files:
            if any(spec.path == unit.path for spec in file.syntax.imports):
                resolver.bind_file(file)
                counts.update(_used_from(unit, file))
    return counts


def _used_from(unit: PackageUnit, file: FileUnit) -> Iterator[FunctionName]:
    """The functions of `unit` that a file of another package refers to, once for each time."""
    for path, name in file.selected.values():
        item = unit.lookup(name) if path == unit.path else None
        if isinstance(item, FunctionName):
            yield item
    for used in file.uses.values() if unit.path in file.dots else ():
        if isinstance(used, FunctionName) and used.file is not None and used.file.unit is unit:
            yield used


def _within(span: Span, offset: int) -> bool:
    return span.start <= offset < span.end


def _comment_text(comment: str) -> str:
    """A comment without its markers, and without directives such as //go:noinline."""
    lines = []
    for line in comment.replace("\r", "").split("\n"):
        line = line.strip()
        if line.startswith("//"):
            if line[2:3].isalpha() and ":" in line.split(" ")[0]:
                continue
            line = line[2:].removeprefix(" ")
        lines.append(line.removeprefix("/*").removesuffix("*/").rstrip())
    return "\n".join(lines).strip()
