"""The functions and methods that a package declares, as rules and editors see them.

Not for: what is registered of them (registrations.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from modgo_lsp.model.bind import is_exported
from modgo_lsp.model.finding import Location
from modgo_lsp.model.imports import may_be_standard
from modgo_lsp.model.objects import FunctionName, Predeclared
from modgo_lsp.model.package import Function, Signature
from modgo_lsp.model.resolve import Resolver
from modgo_lsp.model.sdk import RECORD, SDK_PATH, STREAM
from modgo_lsp.model.signature import declared_subject, judge
from modgo_lsp.model.units import FileUnit, PackageUnit
from modgo_lsp.syntax import ast


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
            made[function] = declared_function(resolver, file, function, references[function])
    return made


def declared_function(
    resolver: Resolver, file: FileUnit, function: FunctionName, references: int
) -> Function:
    """A function that is declared in `file`, as rules and editors see it."""
    decl = function.decl

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
        doc="" if decl.doc is None else _comment_text(file.document.slice(decl.doc)),
        judged=judged,
        may_take_receiver=any(
            _may_be_receiver(resolver, file, field.type) for field in decl.type.params.fields
        ),
        references=references,
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
    return isinstance(expr, ast.Ident) and not isinstance(file.uses.get(expr.span.start), Predeclared)


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
            if item.file is not file or not item.decl.span.holds(offset):
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
