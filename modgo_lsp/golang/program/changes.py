"""Compares the declarations of a file before and after an edit, and collects what changed.

If only a function's body differs, only its body memo is invalidated. Other changed declarations keep their
objects, which take over the new declaration. The query table finds what depends on them (golang/queries.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, count
from operator import is_not

from modgo_lsp.golang.program.parsed_file import Parsed
from modgo_lsp.golang.queries import Cell, Table
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.identifiers import WORD
from modgo_lsp.golang.types.objects import FunctionName, Object
from modgo_lsp.golang.types.packages import GoFile, GoPackage, objects_of

# The objects of a file by identity (kind, name, receiver), in source order.
_Objects = dict[object, list[Object]]


class Changes:
    """Updates packages to the next texts of their files, and collects the inputs and memos that changed."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._changed: list[Cell] = []
        self._redeclared: dict[GoPackage, None] = {}

    def update(self, file: GoFile, parsed: Parsed) -> None:
        """Updates a file to its next text, which has the same imports."""
        if file.document.first_bad is not None or parsed.document.first_bad is not None:
            self._changed.append(file.unit.broken)
        old, new = _without_common_ends(file.syntax.decls, parsed.syntax.decls)
        staying = set(old).intersection(new)
        leaving = [decl for decl in old if decl not in staying]
        arriving = [decl for decl in new if decl not in staying]
        self._record_words(file, file.document.text, leaving)
        self._record_words(file, parsed.document.text, arriving)
        before = _names(file, old)
        self._replace(file, leaving, arriving, parsed.document.text)
        if before != _names(file, new):
            self._changed += (file.declarations, file.unit.declarations)
            self._redeclared[file.unit] = None
        for now, spec in zip(file.syntax.imports, parsed.syntax.imports, strict=True):
            item = file.scope.own(now.name.name) if now.name is not None else None
            if item is not None and item.ident is now.name:
                item.ident = spec.name
        file.document, file.syntax = parsed.document, parsed.syntax

    def invalidate(self) -> None:
        """Updates the scopes, and invalidates everything that depends on a change."""
        for unit in self._redeclared:
            names, methods = dict(unit.scope.names), _methods_by_name(unit)
            unit.rebuild_scope()
            self._changed += unit.names.changed(_differences(names, unit.scope.names))
            self._changed += unit.method_names.changed(_differences(methods, _methods_by_name(unit)))
        self._table.invalidate(self._changed)

    def _record_words(self, file: GoFile, text: bytes, decls: Iterable[ast.Decl]) -> None:
        """Records that the occurrences of every word in these declarations change."""
        for decl in decls:
            self._changed += file.words.changed(set(WORD.findall(text, decl.span.start, decl.span.end)))

    def _replace(
        self, file: GoFile, leaving: Sequence[ast.Decl], arriving: Sequence[ast.Decl], text: bytes
    ) -> None:
        """Replaces declarations of a file by others."""
        objects: _Objects = {}
        for decl in leaving:
            for item in file.declared[decl]:
                objects.setdefault(_identity(item), []).append(item)
            self._changed += file.remove(decl)
        for decl in arriving:
            made = objects_of(file, decl)
            file.declared[decl] = tuple(self._redeclare(file, objects, each, text) for each in made)
        for items in objects.values():
            for item in items:
                self._changed += _memos(item)

    def _redeclare(self, file: GoFile, objects: _Objects, made: Object, text: bytes) -> Object:
        """The object for a new declaration: an earlier object with the same identity, if there is one."""
        items = objects.get(_identity(made))
        if not items:
            return made
        item = items.pop(0)
        if not _only_body_differs(item, file.document.text, made, text):
            self._changed += (file.declarations, *_memos(item))
        elif isinstance(item, FunctionName) and item.body_memo is not None:
            self._changed.append(item.body_memo)
        item.redeclare(made)
        return item


def _without_common_ends(
    old: Sequence[ast.Decl], new: Sequence[ast.Decl]
) -> tuple[list[ast.Decl], list[ast.Decl]]:
    """Both lists without their common prefix and suffix: a file may have thousands of declarations, of which
    an edit changes few."""
    begin = _common_prefix(old, new)
    old, new = old[begin:], new[begin:]
    end = _common_prefix(old[::-1], new[::-1])
    return list(old[: len(old) - end]), list(new[: len(new) - end])


def _common_prefix(old: Sequence[ast.Decl], new: Sequence[ast.Decl]) -> int:
    """The length of the common prefix."""
    return next(compress(count(), map(is_not, old, new)), min(len(old), len(new)))


def _names(file: GoFile, decls: Iterable[ast.Decl]) -> list[object]:
    return [_identity(item) for decl in decls for item in file.declared[decl]]


def _identity(item: Object) -> object:
    return type(item), item.name, item.receiver if isinstance(item, FunctionName) else None


def _only_body_differs(old: Object, before: bytes, new: Object, now: bytes) -> bool:
    """Whether only the body of a function changed, and its offset did not."""
    if not isinstance(old, FunctionName) or not isinstance(new, FunctionName):
        return False
    start, bodies = old.decl.span.start, (old.decl.body, new.decl.body)
    if bodies[0] is None or bodies[1] is None or start != new.decl.span.start:
        return False
    return before[start : bodies[0].span.start] == now[start : bodies[1].span.start]


def _memos(item: Object) -> Iterator[Cell]:
    if item.own_memo is not None:
        yield item.own_memo
    if isinstance(item, FunctionName) and item.body_memo is not None:
        yield item.body_memo


def _methods_by_name(unit: GoPackage) -> dict[str, list[tuple[str, FunctionName]]]:
    found: dict[str, list[tuple[str, FunctionName]]] = {}
    for base, methods in unit.methods.items():
        for name, method in methods.items():
            found.setdefault(name, []).append((base, method))
    return found


def _differences(before: Mapping[str, object], now: Mapping[str, object]) -> set[str]:
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
