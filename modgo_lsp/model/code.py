"""The code of one function that a UDF reaches, and the questions that rules ask of it.

Not for: which functions a UDF reaches (call_graph.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, Union

from modgo_lsp.model.finding import Location
from modgo_lsp.model.objects import Builtin, FunctionName, Object, PackageName, VariableName
from modgo_lsp.model.operands import Operands
from modgo_lsp.model.types import Named, Pointer, Type
from modgo_lsp.model.units import FileUnit
from modgo_lsp.syntax import ast
from modgo_lsp.syntax.positions import Span

Declaration = Union[ast.FuncDecl, ast.FuncLit]


class Step(NamedTuple):
    """A call on the way from a UDF: where it stands, and what it says ("Add calls refill")."""

    location: Location
    message: str


class Callee(NamedTuple):
    """What a call calls. `name` is its full name: "os.Exit", "net/http.Client.Do" (whether the receiver is a
    pointer or not), "println" of a builtin. `file` and `declaration` say where it is declared, where that was
    read."""

    name: str
    file: FileUnit | None = None
    declaration: Declaration | None = None


class Code:
    """A declared function or a function literal, with the closures inside it.

    `udf` is the registered name of the UDF that reaches it, None where it is no constant. `steps` are the
    calls on the way; without any it is the UDF itself. `name` is what people call it."""

    def __init__(
        self,
        operands: Operands,
        file: FileUnit,
        declaration: Declaration,
        name: str,
        udf: str | None,
        steps: tuple[Step, ...],
    ) -> None:
        self._operands = operands
        self.file = file
        self.declaration = declaration
        self.name = name
        self.udf = udf
        self.steps = steps

    @property
    def is_udf(self) -> bool:
        return not self.steps

    @property
    def type(self) -> ast.FuncType:
        return self.declaration.type

    @property
    def statements(self) -> tuple[ast.Stmt, ...]:
        body = self.declaration.body
        return () if body is None else body.statements

    @cached_property
    def nodes(self) -> tuple[ast.Node, ...]:
        """Everything in the body, parents first and in the order of the source."""
        return tuple(node for statement in self.statements for node in ast.walk(statement))

    def calls(self, *names: str) -> Iterator[tuple[ast.CallExpr, str]]:
        """The calls of functions that are named so, as Callee names them; "os/signal.*" stands for all that
        begin so."""
        wanted = _Wanted(names)
        for node in self.nodes:
            if isinstance(node, ast.CallExpr) and wanted.may_be(_last_name(node.fun)):
                callee = self.callee(node.fun)
                if callee is not None and wanted.is_one(callee.name):
                    yield node, callee.name

    def methods(self, *names: str) -> Iterator[ast.CallExpr]:
        """The calls of methods that are named so, whatever their receivers are."""
        for node in self.nodes:
            if isinstance(node, ast.CallExpr):
                fun = ast.unparen(node.fun)
                if isinstance(fun, ast.SelectorExpr) and fun.sel.name in names and self.selected(fun) is None:
                    yield node

    def callee(self, fun: ast.Expr) -> Callee | None:
        """What is called by `fun(…)`; None where that cannot be known."""
        fun = ast.unparen(fun)
        if isinstance(fun, ast.IndexExpr):
            fun = ast.unparen(fun.x)  # an instantiation
        if isinstance(fun, ast.Ident):
            return self._of_object(self.object_of(fun), fun)
        if not isinstance(fun, ast.SelectorExpr):
            return None
        selected = self.selected(fun)
        if selected is not None:
            path, name = selected
            # Other Go modules need not be read to know that name.
            unit = self._operands.resolver.find_unit(self.file, path) if self._is_ours(path) else None
            item = None if unit is None else unit.lookup(name)
            return Callee(f"{path}.{name}") if item is None else self._of_object(item, fun.sel)
        return self._method(fun)

    def _is_ours(self, path: str) -> bool:
        """Whether an import path lies in the file's own Go module."""
        module = self.file.unit.module
        return module is not None and (path == module.path or path.startswith(module.path + "/"))

    def _of_object(self, item: Object | None, ident: ast.Ident) -> Callee | None:
        if isinstance(item, FunctionName):
            return Callee(full_name(item), item.file, item.decl)
        if isinstance(item, Builtin):
            return Callee(item.name)
        if isinstance(item, VariableName):
            return self._of_variable(item)
        if item is None and len(self.file.dots) == 1 and ident.span.start in self.file.uses:
            return Callee(f"{self.file.dots[0]}.{ident.name}")
        return None

    def _of_variable(self, item: VariableName) -> Callee | None:
        """The function that a variable holds, where it is declared with one and never assigned another."""
        if item.file is None or item.value is None or item.origin != "value" or item.count != 1:
            return None
        value = ast.unparen(item.value)
        if not isinstance(value, ast.FuncLit | ast.Ident | ast.SelectorExpr) or self._is_assigned(item):
            return None
        if isinstance(value, ast.FuncLit):
            return Callee(f"{item.file.unit.path}.{item.name}", item.file, value)
        self._operands.resolver.ensure(item)
        source = self._operands.operand(item.file, value).source
        if not isinstance(source, FunctionName):
            return None
        return Callee(full_name(source), source.file, source.decl)

    def _is_assigned(self, item: VariableName) -> bool:
        """Whether a variable may be changed after its declaration: a package's anywhere, another here."""
        if item.owner is None or item.file is None:
            return _assigns(self.file, self.nodes, item)
        for file in item.file.unit.files:
            offsets = self._operands.resolver.bind_mentions(file, item.name)
            if any(_assigns(file, ast.walk(decl), item) for decl in _holding(file, offsets)):
                return True
        return False

    def _method(self, fun: ast.SelectorExpr) -> Callee | None:
        source = self._operands.operand(self.file, fun).source
        if isinstance(source, FunctionName):
            return Callee(full_name(source), source.file, source.decl)
        type_ = self.type_of(fun.x)
        type_ = type_.element if isinstance(type_, Pointer) else type_
        if isinstance(type_, Named) and type_.package:
            return Callee(f"{type_.package}.{type_.name}.{fun.sel.name}")
        return None

    def selected(self, expr: ast.Node) -> tuple[str, str] | None:
        """The import path and the name of `package.Name`; None of any other expression."""
        if isinstance(expr, ast.SelectorExpr) and isinstance(expr.x, ast.Ident):
            return self.file.selected.get(expr.x.span.start)
        return None

    def uses_of_import(self, path: str) -> list[int]:
        """Where the file names the package `path`: the offsets of those names."""
        for name, item in self.file.scope.names.items():
            if isinstance(item, PackageName) and item.path == path:
                self._operands.resolver.bind_mentions(self.file, name)
        return [offset for offset, (named, _) in self.file.selected.items() if named == path]

    def object_of(self, expr: ast.Node) -> Object | None:
        """What an identifier refers to; None of anything else, and where it is not known."""
        return self.file.uses.get(expr.span.start) if isinstance(expr, ast.Ident) else None

    def variables_in(self, node: ast.Node) -> Iterator[tuple[ast.Ident, VariableName]]:
        """The variables that are named anywhere in `node`."""
        for inner in ast.walk(node):
            item = self.object_of(inner)
            if isinstance(inner, ast.Ident) and isinstance(item, VariableName):
                yield inner, item

    def type_of(self, expr: ast.Expr) -> Type:
        """The type of a value; Unknown where that cannot be known."""
        return self._operands.operand(self.file, expr).type

    def underlying(self, type_: Type) -> Type:
        return self._operands.resolver.underlying(type_)

    def functions_in(self, arguments: Iterable[ast.Expr]) -> Iterator[Callee]:
        """The declared functions that are handed over as arguments."""
        for argument in arguments:
            inner = ast.unparen(argument)
            if isinstance(inner, ast.Ident | ast.SelectorExpr | ast.IndexExpr):
                callee = self.callee(inner)
                if callee is not None and callee.declaration is not None:
                    yield callee

    def constant(self, expr: ast.Expr) -> str | None:
        """The value of a constant string; None of any other expression."""
        operand = self._operands.operand(self.file, expr)
        if operand.mode == "constant" and isinstance(operand.value, bytes):
            return operand.value.decode("utf-8", "surrogateescape")
        return None

    def is_package_variable(self, item: Object | None) -> bool:
        return isinstance(item, VariableName) and item.owner is not None

    def place(self, node: ast.Node | Span) -> Location:
        return Location(self.file.path, node if isinstance(node, Span) else node.span)

    def text(self, node: ast.Node) -> str:
        """What is written there."""
        return self.file.document.slice(node.span)

    def way(self) -> tuple[tuple[Location, str], ...]:
        """The calls that lead here, for a finding's related places."""
        return tuple((step.location, step.message) for step in self.steps)

    def parameters(self) -> Iterator[tuple[ast.Ident, Type]]:
        """The named parameters with their types."""
        for field in self.type.params.fields:
            for name in field.names:
                item = self.object_of(name)
                if isinstance(item, VariableName):
                    yield name, self._operands.variables.type_of(item)
                elif name.name == "_":
                    yield name, self._operands.resolver.type_of(self.file, field.type)


def full_name(function: FunctionName) -> str:
    """ "example.com/shop.Add", "example.com/shop.T.Add" of a method."""
    path = "" if function.file is None else function.file.unit.path
    return f"{path}.{function.qualified}"


class _Wanted:
    """Names of functions, of which some end in a star."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = {name for name in names if not name.endswith("*")}
        self._begun = tuple(name[:-1] for name in names if name.endswith("*"))
        self._last = {name.rpartition(".")[2] for name in self._exact}
        self._last_begun = tuple(name.rpartition(".")[2] for name in self._begun)

    def may_be(self, last: str | None) -> bool:
        """Whether a call of something whose name ends so is worth a look: resolving it costs more."""
        return last is not None and (last in self._last or last.startswith(self._last_begun))

    def is_one(self, name: str) -> bool:
        return name in self._exact or (bool(self._begun) and name.startswith(self._begun))


def _last_name(fun: ast.Expr) -> str | None:
    fun = ast.unparen(fun)
    if isinstance(fun, ast.IndexExpr):
        fun = ast.unparen(fun.x)
    if isinstance(fun, ast.SelectorExpr):
        return fun.sel.name
    return fun.name if isinstance(fun, ast.Ident) else None


def _holding(file: FileUnit, offsets: Sequence[int]) -> Iterator[ast.Decl]:
    """The declarations in which one of the offsets lies."""
    for decl in file.syntax.decls:
        if any(decl.span.start <= offset < decl.span.end for offset in offsets):
            yield decl


def _assigns(file: FileUnit, nodes: Iterable[ast.Node], item: VariableName) -> bool:
    """Whether code assigns to a variable or takes its address."""
    for node in nodes:
        targets: tuple[ast.Expr, ...] = ()
        if isinstance(node, ast.AssignStmt) or (isinstance(node, ast.RangeStmt) and node.op == "="):
            targets = node.lhs
        elif isinstance(node, ast.UnaryExpr) and node.op == "&":
            targets = (node.x,)
        for target in targets:
            target = ast.unparen(target)
            if not isinstance(target, ast.Ident) or file.uses.get(target.span.start) is not item:
                continue
            if target is not item.ident and target.span != getattr(item.ident, "span", None):
                return True
    return False
