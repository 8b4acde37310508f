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
    signature = None
    if not function.generic:
        subject = declared_subject(file, resolver.function_type(function), decl.type, decl.name.span)
        signature = judge(resolver, subject, file.document)
    return Function(
        name=function.qualified,
        exported=is_exported(function.name),
        generic=function.generic,
        location=Location(file.path, decl.name.span),
        extent=Location(file.path, decl.span),
        doc="" if decl.doc is None else _comment_text(file.document.slice(decl.doc)),
        signature=signature,
        references=references,
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
