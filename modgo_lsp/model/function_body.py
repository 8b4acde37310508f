"""The body of one function with its closures: nodes, their parents, parameters and changed variables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.assignments import ASSIGNING, reassignments
from modgo_lsp.golang.types.call_targets import Declaration, Targets
from modgo_lsp.golang.types.objects import Object, VariableName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Type


class Slot(NamedTuple):
    """A parameter: its object, None without a name, and its type's expression."""

    item: Object | None
    type: ast.Expr


class FunctionBody:
    """A declared function with a body, or a function literal."""

    def __init__(self, targets: Targets, file: GoFile, declaration: Declaration) -> None:
        self.targets = targets
        self.operands = targets.operands
        self.file = file
        self.declaration = declaration
        self.operands.resolver.bindings.bind_at(file, declaration.span.start)
        body = declaration.body
        self._statements = () if body is None else body.statements

    @cached_property
    def nodes(self) -> tuple[ast.Node, ...]:
        """All nodes in source order, parents first."""
        return tuple(node for statement in self._statements for node in ast.walk(statement))

    @cached_property
    def _parents(self) -> dict[ast.Node, ast.Node]:
        return {child: node for node in self.nodes for child in ast.children(node)}

    def use(self, node: ast.Node) -> tuple[ast.Node, ast.Node | None]:
        """The node with the parentheses around it, and the parent of that."""
        parent = self._parents.get(node)
        while isinstance(parent, ast.ParenExpr):
            node, parent = parent, self._parents.get(parent)
        return node, parent

    def holds(self, literal: ast.FuncLit) -> bool:
        """Whether a literal is in the body."""
        return literal in self._parents

    def around(self, node: ast.Node) -> Declaration:
        """The innermost function around a node."""
        parent = self._parents.get(node)
        while parent is not None and not isinstance(parent, ast.FuncLit):
            parent = self._parents.get(parent)
        return self.declaration if parent is None else parent

    def object_of(self, node: ast.Node) -> Object | None:
        """The object of an identifier; None for any other node."""
        return self.file.uses.get(node.span.start) if isinstance(node, ast.Ident) else None

    def own_variable(self, node: ast.Node) -> VariableName | None:
        """The variable, declared in this function, that an identifier refers to."""
        return self.own(self.object_of(node))

    def own(self, item: Object | None) -> VariableName | None:
        """`item` if it is a variable that is declared in this function."""
        if not isinstance(item, VariableName) or item.owner is not None or item.ident is None:
            return None
        inside = item.file is self.file and self.declaration.span.holds(item.ident.span.start)
        return item if inside else None

    def type_of(self, expr: ast.Expr) -> Type:
        return self.operands.operand(self.file, expr).type

    def underlying(self, expr: ast.Expr) -> Type:
        """The underlying type of a value."""
        return self.operands.resolver.underlying(self.type_of(expr))

    @cached_property
    def parameters(self) -> tuple[Slot, ...]:
        """The parameters of the function itself."""
        return tuple(self.slots(self.declaration.type))

    def slots(self, type_: ast.FuncType) -> Iterator[Slot]:
        """The parameters of a function type in this file."""
        for field in type_.params.fields:
            for name in field.names or (None,):
                yield Slot(None if name is None else self.object_of(name), field.type)

    @cached_property
    def literals(self) -> dict[Object, tuple[ast.FuncLit, int]]:
        """The parameters of the literals in it, each with its literal and position."""
        return {
            slot.item: (node, index)
            for node in self.nodes
            if isinstance(node, ast.FuncLit)
            for index, slot in enumerate(self.slots(node.type))
            if slot.item is not None
        }

    @cached_property
    def changed(self) -> frozenset[Object]:
        """The objects that are set after their declaration, or whose address is taken."""
        return frozenset(
            item
            for node in self.nodes
            if isinstance(node, ASSIGNING)
            for item, _ in reassignments(self.file, node)
        )

    def calls_of(self, literal: ast.FuncLit) -> list[ast.CallExpr] | None:
        """All calls of a literal, which is called where it stands or is the only value of a local variable.
        None if there may be others."""
        value, parent = self.use(literal)
        if isinstance(parent, ast.CallExpr):
            return [parent] if parent.fun is value else None
        variables = {
            item: None
            for node in self.nodes
            if (item := self.own_variable(node)) is not None and _is_only_value(item, literal)
        }
        if len(variables) != 1 or not variables.keys().isdisjoint(self.changed):
            return None
        calls: list[ast.CallExpr] = []
        for node in self.nodes:
            used = self.object_of(node)
            if used is None or used not in variables or used.ident.span == node.span:
                continue
            fun, call = self.use(node)
            if not isinstance(call, ast.CallExpr) or call.fun is not fun:
                return None
            calls.append(call)
        return calls


def _is_only_value(item: VariableName, value: ast.Expr) -> bool:
    """Whether the declaration of a variable gives it this value."""
    return item.origin == "value" and item.value is not None and ast.unparen(item.value) is value
