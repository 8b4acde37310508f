"""Resolves expressions to declared functions: the targets of calls, and the functions that are registered.

Follows variables that only ever hold one function, conversions and instantiations. Returns None rather than
guess where several functions are possible.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, Union

from modgo_lsp.golang.queries import Memo
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.assignments import reassignments
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import Builtin, FunctionName, Object, VariableName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Named, Pointer

Declaration = Union[ast.FuncDecl, ast.FuncLit]

# The longest chain of variables that is followed to a function.
_MAX_CHAIN = 20


class Callee(NamedTuple):
    """The target of a call. `name` is its full name: "os.Exit", "net/http.Client.Do" (for pointer receivers
    too), "println" for a builtin. `file` and `function` are its declaration, if that has been read."""

    name: str
    file: GoFile | None = None
    function: Union[FunctionName, ast.FuncLit, None] = None

    @property
    def declaration(self) -> Declaration | None:
        """The current declaration. An edit of the body replaces the syntax node of a function."""
        if isinstance(self.function, FunctionName):
            self.function.body.read()
            return self.function.decl
        return self.function


class Targets:
    """Resolves the function expressions of one snapshot."""

    def __init__(self, operands: Operands) -> None:
        self.operands = operands

    def callee(self, file: GoFile, fun: ast.Expr, depth: int = 0) -> Callee | None:
        """The target of `fun(…)`. None where it is unknown, and for a function literal."""
        fun = ast.unparen(fun)
        if isinstance(fun, ast.IndexExpr):
            fun = ast.unparen(fun.x)
            if isinstance(self.operands.operand(file, fun).source, VariableName):
                return None  # not an instantiation but an element of a list or map
        if isinstance(fun, ast.CallExpr):
            inner = self.converted(file, fun)
            return None if inner is None else self.callee(file, inner, depth)
        if isinstance(fun, ast.Ident):
            return self._of_object(file, file.uses.get(fun.span.start), fun, depth)
        if not isinstance(fun, ast.SelectorExpr):
            return None
        selected = file.selected.get(fun.x.span.start) if isinstance(fun.x, ast.Ident) else None
        if selected is None:
            return self._method(file, fun)
        path, name = selected
        # The name is known without reading another module's source.
        unit = self.operands.resolver.find_unit(file, path) if is_in_same_module(file, path) else None
        item = None if unit is None else unit.lookup(name)
        return Callee(f"{path}.{name}") if item is None else self._of_object(file, item, fun.sel, depth)

    def converted(self, file: GoFile, expr: ast.CallExpr) -> ast.Expr | None:
        """The operand of a conversion; None if the expression is a call."""
        if len(expr.args) == 1 and self.operands.operand(file, expr.fun).mode == "type":
            return ast.unparen(expr.args[0])
        return None

    def only_function(self, item: VariableName, depth: int = 0) -> Callee | None:
        """The only function that a variable ever holds: the value of its declaration, or of the single
        assignment to it in its package. None if there may be others."""
        item.read()
        if item.origin != "value" or item.count != 1 or depth > _MAX_CHAIN:
            return None
        self.operands.resolver.bindings.ensure(item)
        given = [] if item.value is None else [_Assigned(item.file, item.value)]
        given += self._later_assignments(item)
        if len(given) != 1 or given[0].value is None:
            return None
        file, value = given[0].file, ast.unparen(given[0].value)
        while isinstance(value, ast.CallExpr):
            inner = self.converted(file, value)
            if inner is None:
                return None
            value = inner
        if isinstance(value, ast.FuncLit):
            return Callee(f"{item.file.unit.path}.{item.name}", file, value)
        return self.callee(file, value, depth + 1)

    def _of_object(self, file: GoFile, item: Object | None, ident: ast.Ident, depth: int) -> Callee | None:
        if isinstance(item, FunctionName):
            return Callee(full_name(item), item.file, item)
        if isinstance(item, Builtin):
            return Callee(item.name)
        if isinstance(item, VariableName):
            # Any package that imports this one may assign to an exported variable.
            return (
                None if item.owner is not None and is_exported(item.name) else self.only_function(item, depth)
            )
        if item is None and len(file.dots) == 1 and ident.span.start in file.uses:
            return Callee(f"{file.dots[0]}.{ident.name}")
        return None

    def _method(self, file: GoFile, fun: ast.SelectorExpr) -> Callee | None:
        source = self.operands.operand(file, fun).source
        if isinstance(source, FunctionName):
            return Callee(full_name(source), source.file, source)
        type_ = self.operands.operand(file, fun.x).type
        type_ = type_.element if isinstance(type_, Pointer) else type_
        if isinstance(type_, Named) and type_.package:
            return Callee(f"{type_.package}.{type_.name}.{fun.sel.name}")
        return None

    def _later_assignments(self, item: VariableName) -> Iterator[_Assigned]:
        """The assignments to a variable after its declaration: in the whole package for a package variable,
        in the enclosing function for a local one."""
        for file in item.file.unit.files if item.owner is not None else (item.file,):
            offsets = self.operands.resolver.bindings.bind_mentions(file, item.name)
            found = (file.declaration_at(offset) for offset in offsets)
            for decl in dict.fromkeys(decl for decl in found if decl is not None):
                for memo, node in _memos(file, decl):
                    given = memo.ask("assignments", partial(_assignments, file, node))
                    yield from given.get(item, ())


class _Assigned(NamedTuple):
    """A value assigned to a variable, and its file. None where no single expression is assigned: the address
    is taken, or the value is one of several results."""

    file: GoFile
    value: ast.Expr | None


def is_in_same_module(file: GoFile, path: str) -> bool:
    """Whether an import path belongs to the file's own Go module."""
    module = file.unit.module
    return module is not None and (path == module.path or path.startswith(module.path + "/"))


def full_name(function: FunctionName) -> str:
    """The full name: "example.com/shop.Add", or "example.com/shop.T.Add" for a method."""
    return f"{function.file.unit.path}.{function.qualified}"


def _memos(file: GoFile, decl: ast.Decl) -> Iterator[tuple[Memo, ast.Node]]:
    """The memos of a declaration, each with the node it belongs to."""
    if isinstance(decl, ast.FuncDecl):
        yield file.function(decl).body, decl
    else:
        yield from ((file.memo_of(spec), spec) for spec in decl.specs)


def _assignments(file: GoFile, decl: ast.Node) -> dict[Object, list[_Assigned]]:
    """What a declaration assigns to each variable that is not declared by the assignment itself."""
    found: dict[Object, list[_Assigned]] = {}
    for node in ast.walk(decl):
        for item, value in reassignments(file, node):
            found.setdefault(item, []).append(_Assigned(file, value))
    return found
