"""Which code runs when packages are initialized: certainly and once, or possibly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, Union

from modgo_lsp.golang.queries import Memo
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import FunctionName
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Named, Pointer, Struct, Type

# What contains code: a function, or the values of a package variable.
Owner = Union[FunctionName, ast.ValueSpec]


def static_calls(owner: Owner) -> Iterator[ast.CallExpr]:
    """The calls that run exactly when `owner` runs: statements, right-hand sides and results directly in a
    body or in a plain block of it, and everything in a variable's values except function literals."""
    if isinstance(owner, ast.ValueSpec):
        for value in owner.values:
            yield from _calls_in(value)
    elif owner.decl.body is not None:
        yield from _static_in(owner.decl.body.statements)


def _calls_in(expr: ast.Node) -> Iterator[ast.CallExpr]:
    pending = [expr]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.CallExpr):
            yield node
        if not isinstance(node, ast.FuncLit):
            pending.extend(ast.children(node))


def _static_in(statements: Iterable[ast.Stmt]) -> Iterator[ast.CallExpr]:
    for statement in statements:
        while isinstance(statement, ast.LabeledStmt):
            statement = statement.stmt
        values: tuple[ast.Expr, ...] = ()
        match statement:
            case ast.ExprStmt(x=x):
                values = (x,)
            case ast.AssignStmt(rhs=values) | ast.ReturnStmt(results=values):
                pass
            case ast.DeclStmt(decl=decl) if decl.token == "var":
                values = tuple(
                    v for spec in decl.specs if isinstance(spec, ast.ValueSpec) for v in spec.values
                )
            case ast.BlockStmt():
                yield from _static_in(statement.statements)
        for value in values:
            inner = ast.unparen(value)
            if isinstance(inner, ast.CallExpr):
                yield inner


def owners_in(file: GoFile, decl: ast.Decl) -> Iterator[Owner]:
    """The owners of code in a declaration of a file."""
    if isinstance(decl, ast.FuncDecl):
        yield from (each for each in file.declared[decl] if isinstance(each, FunctionName))
    elif decl.token == "var":
        yield from (spec for spec in decl.specs if isinstance(spec, ast.ValueSpec) and spec.values)


def source_of(owner: Owner) -> ast.FuncDecl | ast.ValueSpec:
    return owner if isinstance(owner, ast.ValueSpec) else owner.decl


def memo_of(file: GoFile, owner: Owner) -> Memo:
    """The memo for results about an owner's code."""
    return file.memo_of(owner) if isinstance(owner, ast.ValueSpec) else owner.body


def bind_owner(resolver: Resolver, file: GoFile, owner: Owner) -> None:
    """Binds every identifier in an owner."""
    if isinstance(owner, ast.ValueSpec):
        resolver.bindings.bind_spec(file, owner)
    else:
        resolver.bindings.bind_function(owner)


def roots_of(file: GoFile) -> list[Owner]:
    """The owners in a file that Go runs itself when it initializes the package."""
    file.declarations.read()
    return [owner for decl in file.syntax.decls if _has_root(decl) for owner in owners_in(file, decl)]


def _has_root(decl: ast.Decl) -> bool:
    if isinstance(decl, ast.FuncDecl):
        return decl.name.name == "init" and decl.receiver is None
    return decl.token == "var"


class Reached(NamedTuple):
    """Whether code runs when packages are initialized: certainly and once, or possibly."""

    certainly: bool
    perhaps: bool


class Initialization:
    """What the initialization of `units`, packages of one Go module, runs: certainly and once (`static`), or
    possibly (`possible`, a superset). `roots` returns the roots of a file."""

    def __init__(
        self,
        operands: Operands,
        units: Iterable[GoPackage],
        roots: Callable[[GoFile], Iterable[Owner]],
    ) -> None:
        self._operands = operands
        self._units = tuple(units)
        self._paths = {unit.path for unit in self._units}
        self._key = tuple(unit.path for unit in self._units)
        self.static: set[Owner] = set()
        self._roots = [(file, owner) for unit in self._units for file in unit.files for owner in roots(file)]
        self._spread_static()

    def _spread_static(self) -> None:
        pending = list(self._roots)
        while pending:
            file, owner = pending.pop()
            if owner in self.static:
                continue
            self.static.add(owner)
            pending.extend(self._functions_in(file, owner, "called", self._called_by))

    def _functions_in(
        self,
        file: GoFile,
        owner: Owner,
        what: str,
        find: Callable[[GoFile, Owner], Iterable[FunctionName]],
    ) -> tuple[tuple[GoFile, FunctionName], ...]:
        """The functions of these units that `find` finds in an owner's source, with their files."""

        def found() -> tuple[tuple[GoFile, FunctionName], ...]:
            items = find(file, owner)
            return tuple((item.file, item) for item in items if item.file.unit in self._units)

        return memo_of(file, owner).ask((what, self._key), found)

    def _called_by(self, file: GoFile, owner: Owner) -> Iterator[FunctionName]:
        """The functions that certainly run when `owner` does."""
        if (
            isinstance(owner, ast.ValueSpec)
            and file.document.text.find(b"(", owner.span.start, owner.span.end) < 0
        ):
            return  # most likely a table, which need not be bound
        bind_owner(self._operands.resolver, file, owner)
        for call in static_calls(owner):
            if not self._is_outside(file, call.fun):
                source = self._operands.operand(file, call.fun).source
                if isinstance(source, FunctionName):
                    yield source

    def _is_outside(self, file: GoFile, fun: ast.Expr) -> bool:
        """Whether `fun` belongs to a package outside these units, without reading that package."""
        selected = file.selected.get(fun.x.span.start) if isinstance(fun, ast.SelectorExpr) else None
        return selected is not None and selected[0] not in self._paths

    def of(self, owner: Owner) -> Reached:
        certainly = owner in self.static
        return Reached(certainly, certainly or owner in self.possible)

    @cached_property
    def possible(self) -> set[Owner]:
        """Follows every mention of a function. Exported methods of a type may be called through an interface,
        so they count as soon as a value of the type is used other than for a selection."""
        found: set[Owner] = set()
        pending = list(self._roots)
        while pending:
            file, owner = pending.pop()
            if owner not in found:
                found.add(owner)
                pending.extend(self._functions_in(file, owner, "named", self._named_in))
        return found

    def _named_in(self, file: GoFile, owner: Owner) -> Iterator[FunctionName]:
        bind_owner(self._operands.resolver, file, owner)
        selected_from: set[ast.Node] = set()
        # ast.walk yields parents first.
        for node in ast.walk(source_of(owner)):
            if isinstance(node, ast.SelectorExpr):
                selected_from.add(ast.unparen(node.x))
                yield from self._selected(file, node)
            elif isinstance(node, ast.Ident):
                item = file.uses.get(node.span.start)
                if isinstance(item, FunctionName):
                    yield item
            if isinstance(node, _VALUES) and node not in selected_from and not _declares(file, node):
                operand = self._operands.operand(file, node)
                if operand.mode == "value":
                    yield from self._exported_methods(operand.type)

    def _selected(self, file: GoFile, node: ast.SelectorExpr) -> Iterator[FunctionName]:
        selected = file.selected.get(node.x.span.start) if isinstance(node.x, ast.Ident) else None
        if selected is not None and selected[0] not in self._paths:
            return
        operand = self._operands.operand(file, node)
        if isinstance(operand.source, FunctionName):
            yield operand.source
        elif operand.mode != "value" or operand.name in ("interface method", "method expression"):
            for unit in self._units:
                yield from unit.methods_named(node.sel.name)

    def _exported_methods(self, type_: Type) -> Iterator[FunctionName]:
        """The exported methods of a type of these units, embedded ones included."""
        resolver = self._operands.resolver
        pending, seen = [type_], set()
        while pending:
            type_ = pending.pop()
            type_ = type_.element if isinstance(type_, Pointer) else type_
            if type_ in seen:
                continue
            seen.add(type_)
            unit = resolver.unit(type_.package) if isinstance(type_, Named) else None
            if isinstance(type_, Named) and unit in self._units:
                for method in unit.methods_of(type_.name) if not type_.local else ():
                    if is_exported(method.name):
                        yield method
            under = resolver.underlying(type_)
            if isinstance(under, Struct):
                pending += [field.type for field in under.fields if field.embedded]


_VALUES = (
    ast.Ident,
    ast.SelectorExpr,
    ast.CallExpr,
    ast.CompositeLit,
    ast.IndexExpr,
    ast.SliceExpr,
    ast.TypeAssertExpr,
    ast.StarExpr,
    ast.UnaryExpr,
)


def _declares(file: GoFile, node: ast.Node) -> bool:
    """Whether an identifier is at its own declaration."""
    item = file.uses.get(node.span.start) if isinstance(node, ast.Ident) else None
    return item is not None and item.ident is not None and item.ident.span == node.span and item.file is file
