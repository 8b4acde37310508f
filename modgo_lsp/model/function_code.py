"""The code of one function that a UDF reaches, with the queries that rules use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar, cast

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.assignments import ASSIGNING, reassignments
from modgo_lsp.golang.types.call_targets import Callee, Declaration, Targets
from modgo_lsp.golang.types.objects import Builtin, Object, PackageName, VariableName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Type
from modgo_lsp.model.analysis_bounds import ExceededBound, exceeded_local_bounds
from modgo_lsp.model.finding import Location

_T = TypeVar("_T")
_N = TypeVar("_N", bound=ast.Node)
_Kind = type[_N]


class Step(NamedTuple):
    """A call on the path from a UDF: its location, and a message ("Add calls refill")."""

    location: Location
    message: str


class Code:
    """A declared function or a function literal, including its closures.

    `udf` is the registered name of the UDF that reaches it, None if that is not a constant. `caller` reaches
    it by the call `step`; both are None for the UDF itself. `name` is its name in messages.
    """

    def __init__(
        self,
        targets: Targets,
        file: GoFile,
        declaration: Declaration,
        name: str,
        udf: str | None,
        caller: Code | None,
        step: Step | None,
    ) -> None:
        self._targets = targets
        self._operands = targets.operands
        self.file = file
        self.declaration = declaration
        self.name = name
        self.udf = udf
        self.caller = caller
        self.step = step
        if isinstance(declaration, ast.FuncDecl):
            self._memo = file.function(declaration).body
        else:
            memo = file.memo_at(declaration.span.start)
            assert memo is not None  # a literal is inside a declaration
            self._memo = memo
        self.cached("bound", lambda: targets.operands.resolver.bindings.bind_at(file, declaration.span.start))

    @property
    def is_udf(self) -> bool:
        return self.caller is None

    def steps_back(self) -> Iterator[Step]:
        """The calls on the path from the UDF, last one first."""
        code = self
        while code.caller is not None and code.step is not None:
            yield code.step
            code = code.caller

    @property
    def type(self) -> ast.FuncType:
        return self.declaration.type

    @property
    def statements(self) -> tuple[ast.Stmt, ...]:
        body = self.declaration.body
        return () if body is None else body.statements

    @property
    def nodes(self) -> tuple[ast.Node, ...]:
        """All nodes of the body in source order, parents first."""
        return self.cached(
            "nodes", lambda: tuple(node for statement in self.statements for node in ast.walk(statement))
        )

    def of_kind(self, *kinds: _Kind[_N]) -> list[_N]:
        """The nodes of some types, in source order, parents first. Most rules need only a few types."""
        nodes, places = self.nodes, self._places
        if len(kinds) == 1:
            found = places.get(kinds[0], [])
        else:
            found = sorted(index for kind in kinds for index in places.get(kind, ()))
        return [cast(_N, nodes[index]) for index in found]

    @property
    def _places(self) -> dict[_Kind[ast.Node], list[int]]:
        """The indices in `nodes` of each type of node."""
        return self.cached("places", self._find_places)

    def _find_places(self) -> dict[_Kind[ast.Node], list[int]]:
        found: dict[_Kind[ast.Node], list[int]] = {}
        for index, node in enumerate(self.nodes):
            found.setdefault(type(node), []).append(index)
        return found

    def calls(self, *names: str) -> Iterator[tuple[ast.CallExpr, str]]:
        """The calls to functions with these names, in Callee's form; "os/signal.*" matches every name with
        that prefix."""
        patterns = _patterns(names)
        for call, last, held in self._calls:
            if held or patterns.may_match(last):
                callee = self.callee(call.fun)
                if callee is not None and patterns.matches(callee.name):
                    yield call, callee.name

    @property
    def _calls(self) -> tuple[tuple[ast.CallExpr, str | None, bool], ...]:
        """All calls, each with the last name in the called expression, and whether that is a variable.
        Cached, because most rules use it."""
        return self.cached(
            "calls",
            lambda: tuple(
                (node, _last_name(node.fun), self._is_variable(node.fun))
                for node in self.of_kind(ast.CallExpr)
            ),
        )

    def _is_variable(self, fun: ast.Expr) -> bool:
        """Whether the called expression is a variable."""
        return isinstance(self.object_of(ast.unparen(fun)), VariableName)

    def methods(self, *names: str) -> Iterator[ast.CallExpr]:
        """The calls to methods with these names, on any receiver."""
        for call, last, _ in self._calls:
            if last in names:
                fun = ast.unparen(call.fun)
                if isinstance(fun, ast.SelectorExpr) and self.selected(fun) is None:
                    yield call

    def callee(self, fun: ast.Expr) -> Callee | None:
        """The target of `fun(…)`. None where it is unknown, and for a function literal."""
        return self._memo.ask(("callee", fun), lambda: self._targets.callee(self.file, fun))

    def selected(self, expr: ast.Node) -> tuple[str, str] | None:
        """The import path and name of `package.Name`; None for any other expression."""
        if isinstance(expr, ast.SelectorExpr) and isinstance(expr.x, ast.Ident):
            return self.file.selected.get(expr.x.span.start)
        return None

    def uses_of_import(self, path: str) -> list[int]:
        """The offsets at which the file uses the name of the imported package `path`."""
        for name, item in self.file.scope.names.items():
            if isinstance(item, PackageName) and item.path == path:
                self._operands.resolver.bindings.bind_mentions(self.file, name)
        return [offset for offset, (named, _) in self.file.selected.items() if named == path]

    def object_of(self, expr: ast.Node) -> Object | None:
        """The object of an identifier; None for any other node, or if it is unknown."""
        item = self.file.uses.get(expr.span.start) if isinstance(expr, ast.Ident) else None
        if item is not None:
            item.read()
        return item

    def variables_in(self, node: ast.Node) -> Iterator[tuple[ast.Ident, VariableName]]:
        """The variables that occur in `node`."""
        for inner in ast.walk(node):
            item = self.object_of(inner)
            if isinstance(inner, ast.Ident) and isinstance(item, VariableName):
                yield inner, item

    def type_of(self, expr: ast.Expr) -> Type:
        """The type of a value; Unknown if it cannot be determined."""
        return self._operands.operand(self.file, expr).type

    def denoted(self, expr: ast.Expr) -> Type:
        """The type that a type expression denotes; Unknown if it denotes none."""
        return self._operands.resolver.type_of(self.file, expr)

    def underlying(self, type_: Type) -> Type:
        return self._operands.resolver.underlying(type_)

    def only_value(self, expr: ast.Node) -> ast.Expr | None:
        """The initial value of a local variable that is never set again; None for any other expression."""
        item = self.object_of(expr)
        if not isinstance(item, VariableName) or item.owner is not None or self.is_set_again(item):
            return None
        return item.value if item.origin == "value" and item.count == 1 else None

    def is_set_again(self, item: Object) -> bool:
        """Whether the function, or one of its closures, sets a variable after its declaration or takes its
        address."""
        return item in self.cached("set again", lambda: frozenset(self._set_by(self.of_kind(*ASSIGNING))))

    def set_in(self, node: ast.Node) -> Iterator[Object]:
        """The variables that `node` sets after their declaration, or whose address it takes."""
        return self._set_by(ast.walk(node))

    def _set_by(self, nodes: Iterable[ast.Node]) -> Iterator[Object]:
        for node in nodes:
            for item, _ in reassignments(self.file, node):
                item.read()
                yield item

    def converted(self, expr: ast.CallExpr) -> ast.Expr | None:
        """The operand of a conversion; None if the expression is a call."""
        return self._targets.converted(self.file, expr)

    def functions_in(self, arguments: Iterable[ast.Expr]) -> Iterator[Callee]:
        """The declared functions among the arguments."""
        for argument in arguments:
            inner = ast.unparen(argument)
            if isinstance(inner, ast.Ident | ast.SelectorExpr | ast.IndexExpr):
                callee = self.callee(inner)
                if callee is not None and callee.function is not None:
                    yield callee

    def constant(self, expr: ast.Expr) -> str | None:
        """The value of a constant string; None for any other expression."""
        operand = self._operands.operand(self.file, expr)
        if operand.mode == "constant" and isinstance(operand.value, bytes):
            return operand.value.decode("utf-8", "surrogateescape")
        return None

    def is_package_variable(self, item: Object | None) -> bool:
        return isinstance(item, VariableName) and item.owner is not None

    def package_variable(self, expr: ast.Node) -> VariableName | None:
        """The package variable that an expression refers to, of this package or another."""
        item = self.object_of(expr)
        selected = self.selected(expr)
        if selected is not None:
            unit = self._operands.resolver.find_unit(self.file, selected[0])
            item = None if unit is None else unit.lookup(selected[1])
        if not isinstance(item, VariableName) or item.owner is None:
            return None
        item.read()
        return item

    def is_builtin(self, node: ast.Node, *names: str) -> bool:
        """Whether a node calls one of these builtins."""
        fun = ast.unparen(node.fun) if isinstance(node, ast.CallExpr) else None
        item = None if fun is None else self.object_of(fun)
        return isinstance(item, Builtin) and item.name in names

    def number(self, expr: ast.Expr) -> int | None:
        """The value of a constant integer; None for any other expression."""
        value = self._operands.operand(self.file, expr).value
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def is_true(self, expr: ast.Expr) -> bool:
        """Whether an expression is the constant true."""
        return self._operands.operand(self.file, expr).value is True

    def cached(self, name: str, function: Callable[[], _T]) -> _T:
        """The cached result of `function` under a name, until an edit changes what it has read."""
        return self._memo.ask((self.declaration, name), function)

    def exceeded_bounds(self) -> list[ExceededBound]:
        """The exceeded bounds of the analysis in its body."""
        nodes = self.of_kind(ast.BadExpr, ast.BadStmt, ast.GenDecl)
        return self.cached(
            "exceeded bounds", lambda: list(exceeded_local_bounds(self._operands, self.file, nodes))
        )

    def place(self, node: ast.Node | Span) -> Location:
        return Location(self.file.path, node if isinstance(node, Span) else node.span)

    def text(self, node: ast.Node) -> str:
        """The source text of a node."""
        return self.file.document.slice(node.span)

    def call_path(self) -> tuple[tuple[Location, str], ...]:
        """The calls on the path from the UDF, as related locations of a finding."""
        return tuple((step.location, step.message) for step in self.steps_back())[::-1]

    def parameters(self) -> Iterator[tuple[ast.Ident, Type]]:
        """The named parameters and their types."""
        for field in self.type.params.fields:
            for name in field.names:
                item = self.object_of(name)
                if isinstance(item, VariableName):
                    yield name, self._operands.variables.type_of(item)
                elif name.name == "_":
                    yield name, self._operands.resolver.type_of(self.file, field.type)


# Rules look for the same names in every function: without the cache, linting examples/ takes 1.1 x the
# processor time.
@lru_cache(256)
def _patterns(names: tuple[str, ...]) -> _NamePatterns:
    return _NamePatterns(names)


class _NamePatterns:
    """Names of functions. A name that ends in a star is a prefix."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact = {name for name in names if not name.endswith("*")}
        self._begun = tuple(name[:-1] for name in names if name.endswith("*"))
        self._last = {name.rpartition(".")[2] for name in self._exact}
        self._last_begun = tuple(name.rpartition(".")[2] for name in self._begun)

    def may_match(self, last: str | None) -> bool:
        """Whether a call to something with this last name may match. Resolving the call costs more."""
        return last is not None and (last in self._last or last.startswith(self._last_begun))

    def matches(self, name: str) -> bool:
        return name in self._exact or (bool(self._begun) and name.startswith(self._begun))


def _last_name(fun: ast.Expr) -> str | None:
    fun = ast.unparen(fun)
    if isinstance(fun, ast.IndexExpr):
        fun = ast.unparen(fun.x)
    if isinstance(fun, ast.SelectorExpr):
        return fun.sel.name
    return fun.name if isinstance(fun, ast.Ident) else None
