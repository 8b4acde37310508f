"""Evaluates the constants, variables and aliases that a declaration depends on before it, where recursion
would be too deep.

Declarations are evaluated recursively. A long chain of them (`x1 := x0 + 1` and so on, through a whole
function) would overflow the stack, so beyond a depth its far end is evaluated first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeGuard, Union

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.depth import CHAINED
from modgo_lsp.golang.types.objects import ConstantName, Object, TypeName, VariableName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.type_expressions import Resolver

Evaluable = Union[ConstantName, VariableName, TypeName]


class Dependencies:
    """The dependencies among the declarations of one snapshot. `evaluate` evaluates one."""

    def __init__(self, resolver: Resolver, evaluate: Callable[[Object], object]) -> None:
        self._resolver = resolver
        self._evaluate = evaluate
        self._begun: set[Evaluable] = set()

    def evaluate_first(self, item: Evaluable) -> None:
        """Evaluates the dependencies of `item` first if the stack is too deep to evaluate them
        recursively."""
        if self._resolver.depth.stack < CHAINED or item in self._begun:
            return
        pending: list[tuple[Evaluable, Iterator[Evaluable]]] = []
        try:
            self._begin(item, pending)
            while pending:
                current, dependencies = pending[-1]
                dependency = next(dependencies, None)
                if dependency is not None:
                    self._begin(dependency, pending)
                    continue
                pending.pop()
                if current is not item:
                    self._evaluate(current)
                self._begun.discard(current)
        finally:
            self._begun.difference_update(current for current, _ in pending)

    def _begin(self, item: Evaluable, pending: list[tuple[Evaluable, Iterator[Evaluable]]]) -> None:
        if item not in self._begun and not item.resolving and not _is_known(item):
            self._begun.add(item)
            pending.append((item, self._dependencies(item)))

    def _dependencies(self, item: Evaluable) -> Iterator[Evaluable]:
        self._resolver.bindings.ensure(item)
        for expr in _expressions(item):
            yield from () if expr is None else self._named(item.file, expr)

    def _named(self, file: GoFile, expr: ast.Expr) -> Iterator[Evaluable]:
        pending: list[ast.Node] = [expr]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.FuncLit):
                continue  # a function's body is not part of the value
            if isinstance(node, ast.Ident):
                found = file.uses.get(node.span.start)
            elif isinstance(node, ast.SelectorExpr):
                found = self._selected(file, node)
            else:
                found = None
            if isinstance(found, ConstantName | VariableName) or _is_alias(found):
                yield found
            pending += ast.children(node)

    def _selected(self, file: GoFile, expr: ast.SelectorExpr) -> Object | None:
        path, name = file.selected.get(expr.x.span.start, ("", ""))
        unit = self._resolver.package(file, path) if path and is_exported(name) else None
        return None if unit is None else unit.lookup(name)


def _expressions(item: Evaluable) -> tuple[ast.Expr | None, ...]:
    if isinstance(item, ConstantName):
        return item.type_expr, item.value_expr
    return (item.type_expr, item.value) if isinstance(item, VariableName) else (item.spec.type,)


def _is_alias(item: Object | None) -> TypeGuard[TypeName]:
    return isinstance(item, TypeName) and item.is_alias


def _is_known(item: Evaluable) -> bool:
    return item in item.memo.answers
