"""Which function an expression is, where that can be known: what a call calls, what a registration registers.

Follows variables that hold one function for good, conversions and instantiations. What may be another
function is not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple, Union

from modgo_lsp.golang.queries import Memo
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.assignments import assignments
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import Builtin, FunctionName, Object, VariableName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Named, Pointer

Declaration = Union[ast.FuncDecl, ast.FuncLit]

# How many variables may hold each other's functions.
_MAX_CHAIN = 20


class Callee(NamedTuple):
    """What a call calls. `name` is its full name: "os.Exit", "net/http.Client.Do" (whether the receiver is a
    pointer or not), "println" of a builtin. `file` and `function` say what it is, where that was read."""

    name: str
    file: GoFile | None = None
    function: Union[FunctionName, ast.FuncLit, None] = None

    @property
    def declaration(self) -> Declaration | None:
        """As it is now: an edit of its body declares a function anew."""
        if isinstance(self.function, FunctionName):
            self.function.body.read()
            return self.function.decl
        return self.function


class Targets:
    """The functions that the expressions of one snapshot are."""

    def __init__(self, operands: Operands) -> None:
        self.operands = operands

    def callee(self, file: GoFile, fun: ast.Expr, depth: int = 0) -> Callee | None:
        """What is called by `fun(…)`; None where that cannot be known, and of a function literal."""
        fun = ast.unparen(fun)
        if isinstance(fun, ast.IndexExpr):
            fun = ast.unparen(fun.x)
            if isinstance(self.operands.operand(file, fun).source, VariableName):
                return None  # no instantiation: one of many functions
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
        # Other Go modules need not be read to know that name.
        unit = self.operands.resolver.find_unit(file, path) if is_ours(file, path) else None
        item = None if unit is None else unit.lookup(name)
        return Callee(f"{path}.{name}") if item is None else self._of_object(file, item, fun.sel, depth)

    def converted(self, file: GoFile, expr: ast.CallExpr) -> ast.Expr | None:
        """What a conversion converts; None of a call."""
        if len(expr.args) == 1 and self.operands.operand(file, expr.fun).mode == "type":
            return ast.unparen(expr.args[0])
        return None

    def held(self, item: VariableName, depth: int = 0) -> Callee | None:
        """The function that a variable is given, where it is given one function alone: where it is declared,
        or by the one assignment of its package."""
        item.read()
        if item.file is None or item.origin != "value" or item.count != 1 or depth > _MAX_CHAIN:
            return None
        self.operands.resolver.bindings.ensure(item)
        given = [] if item.value is None else [_Given(item.file, item.value)]
        given += self._given_later(item)
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
            # What is exported may be changed by any package that imports this one.
            return None if item.owner is not None and is_exported(item.name) else self.held(item, depth)
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

    def _given_later(self, item: VariableName) -> Iterator[_Given]:
        """What a variable is assigned: a package's in all of it, another in the function around it."""
        if item.file is None or item.ident is None:
            return
        for file in item.file.unit.files if item.owner is not None else (item.file,):
            offsets = self.operands.resolver.bindings.bind_mentions(file, item.name)
            found = (file.declaration_at(offset) for offset in offsets)
            for decl in dict.fromkeys(decl for decl in found if decl is not None):
                for memo, node in _memos(file, decl):
                    given = memo.ask("assignments", partial(_assignments, file, node))
                    yield from given.get(item, ())


class _Given(NamedTuple):
    """What a variable is given, and where; None where that is not written: its address is taken, or it is one
    of several results."""

    file: GoFile
    value: ast.Expr | None


def is_ours(file: GoFile, path: str) -> bool:
    """Whether an import path lies in the file's own Go module."""
    module = file.unit.module
    return module is not None and (path == module.path or path.startswith(module.path + "/"))


def full_name(function: FunctionName) -> str:
    """ "example.com/shop.Add", "example.com/shop.T.Add" of a method."""
    path = "" if function.file is None else function.file.unit.path
    return f"{path}.{function.qualified}"


def _memos(file: GoFile, decl: ast.Decl) -> Iterator[tuple[Memo, ast.Node]]:
    """The memos of a declaration, and what each of them is of."""
    if isinstance(decl, ast.FuncDecl):
        yield file.function(decl).body, decl
    else:
        yield from ((file.memo_of(spec), spec) for spec in decl.specs)


def _assignments(file: GoFile, decl: ast.Node) -> dict[Object, list[_Given]]:
    """What a declaration assigns to each variable that is declared elsewhere or before."""
    found: dict[Object, list[_Given]] = {}
    for node in ast.walk(decl):
        for target, value in assignments(node):
            item = file.uses.get(target.span.start) if isinstance(target, ast.Ident) else None
            if item is not None and not _declares(file, item, target):
                found.setdefault(item, []).append(_Given(file, value))
    return found


def _declares(file: GoFile, item: Object, target: ast.Expr) -> bool:
    return item.file is file and item.ident is not None and item.ident.span == target.span
