"""Go's syntax as frozen data, named after go/ast. Every node has the span of its bytes.

Function bodies, the elements of composite literals, fields and parameters are lowered on first use
(`Deferred`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar, Union

import msgspec

from modgo_lsp.golang.syntax.positions import Span


class Node(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Nodes are equal only to themselves."""

    span: Span


_N = TypeVar("_N", bound=Node)


class Deferred(Generic[_N]):
    """Nodes that are lowered on first use, once: most are never needed."""

    __slots__ = ("_lower", "_nodes")

    def __init__(self, lower: Callable[[], tuple[_N, ...]]) -> None:
        self._lower: Callable[[], tuple[_N, ...]] | None = lower
        self._nodes: tuple[_N, ...] = ()

    @property
    def nodes(self) -> tuple[_N, ...]:
        if self._lower is not None:
            self._nodes = self._lower()
            self._lower = None
        return self._nodes


class Body(Deferred["Stmt"]):
    """The braces of a function and what is between them."""

    __slots__ = ("span",)

    def __init__(self, span: Span, lower: Callable[[], tuple[Stmt, ...]]) -> None:
        super().__init__(lower)
        self.span = span

    @property
    def statements(self) -> tuple[Stmt, ...]:
        return self.nodes


# --- expressions and types -------------------------------------------------------------------------


class BadExpr(Node, frozen=True, eq=False, gc=False):
    """Code that doesn't parse, or is nested too deeply (`deep`)."""

    deep: bool = False


class Ident(Node, frozen=True, eq=False, gc=False):
    name: str


class BasicLit(Node, frozen=True, eq=False, gc=False):
    """`kind` is "int", "float", "imaginary", "rune" or "string"; `value` is the source text."""

    kind: str
    value: str


class Ellipsis(Node, frozen=True, eq=False, gc=False):
    """`...T` of a variadic parameter, or the length of `[...]T` (then `element` is None)."""

    element: Expr | None


class FuncLit(Node, frozen=True, eq=False, gc=False):
    type: FuncType
    body: Body


class CompositeLit(Node, frozen=True, eq=False, gc=False):
    """`type` is None where it is left out, as inside another composite literal. `value` is lowered on demand:
    it may be a table of thousands of lines."""

    type: Expr | None
    value: Deferred[Expr]

    @property
    def elements(self) -> tuple[Expr, ...]:
        return self.value.nodes


class ParenExpr(Node, frozen=True, eq=False, gc=False):
    x: Expr


class SelectorExpr(Node, frozen=True, eq=False, gc=False):
    x: Expr
    sel: Ident


class IndexExpr(Node, frozen=True, eq=False, gc=False):
    """An index, or an instantiation, which may have several."""

    x: Expr
    indices: tuple[Expr, ...]


class SliceExpr(Node, frozen=True, eq=False, gc=False):
    x: Expr
    bounds: tuple[Expr | None, Expr | None, Expr | None]


class TypeAssertExpr(Node, frozen=True, eq=False, gc=False):
    """`x.(T)`; `type` is None for `x.(type)`."""

    x: Expr
    type: Expr | None


class CallExpr(Node, frozen=True, eq=False, gc=False):
    """A call or a conversion. `ellipsis` is whether `...` follows the last argument."""

    fun: Expr
    args: tuple[Expr, ...]
    ellipsis: bool


class StarExpr(Node, frozen=True, eq=False, gc=False):
    x: Expr


class UnaryExpr(Node, frozen=True, eq=False, gc=False):
    op: str
    x: Expr


class BinaryExpr(Node, frozen=True, eq=False, gc=False):
    x: Expr
    op: str
    y: Expr


class KeyValueExpr(Node, frozen=True, eq=False, gc=False):
    key: Expr
    value: Expr


class ArrayType(Node, frozen=True, eq=False, gc=False):
    """A slice type where `length` is None."""

    length: Expr | None
    element: Expr


class Field(Node, frozen=True, eq=False, gc=False):
    """Names of one type, in a struct, a parameter list or an interface. An embedded field and an unnamed
    parameter have no `names`. `tag` is a struct tag's literal."""

    names: tuple[Ident, ...]
    type: Expr
    tag: BasicLit | None = None


class FieldList(Node, frozen=True, eq=False, gc=False):
    between: Deferred[Field]

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.between.nodes


class StructType(Node, frozen=True, eq=False, gc=False):
    fields: FieldList


class FuncType(Node, frozen=True, eq=False, gc=False):
    """`span` runs from `func` (or the parameters) to the results."""

    type_params: FieldList | None
    params: FieldList
    results: FieldList | None


class InterfaceType(Node, frozen=True, eq=False, gc=False):
    """A method is a field with one name and a FuncType; a type element is a field without a name."""

    methods: FieldList


class MapType(Node, frozen=True, eq=False, gc=False):
    key: Expr
    value: Expr


class ChanType(Node, frozen=True, eq=False, gc=False):
    """`direction` is "both", "send" or "receive"."""

    direction: str
    value: Expr


Expr = Union[
    BadExpr,
    Ident,
    BasicLit,
    Ellipsis,
    FuncLit,
    CompositeLit,
    ParenExpr,
    SelectorExpr,
    IndexExpr,
    SliceExpr,
    TypeAssertExpr,
    CallExpr,
    StarExpr,
    UnaryExpr,
    BinaryExpr,
    KeyValueExpr,
    ArrayType,
    StructType,
    FuncType,
    InterfaceType,
    MapType,
    ChanType,
]

# --- statements --------------------------------------------------------------------------------------


class BadStmt(Node, frozen=True, eq=False, gc=False):
    """Code that doesn't parse, or is nested too deeply (`deep`)."""

    deep: bool = False


class EmptyStmt(Node, frozen=True, eq=False, gc=False):
    pass


class DeclStmt(Node, frozen=True, eq=False, gc=False):
    decl: GenDecl


class LabeledStmt(Node, frozen=True, eq=False, gc=False):
    label: Ident
    stmt: Stmt


class ExprStmt(Node, frozen=True, eq=False, gc=False):
    x: Expr


class SendStmt(Node, frozen=True, eq=False, gc=False):
    chan: Expr
    value: Expr


class IncDecStmt(Node, frozen=True, eq=False, gc=False):
    x: Expr
    op: str


class AssignStmt(Node, frozen=True, eq=False, gc=False):
    """`op` is "=", ":=" or an assignment operation such as "+="."""

    lhs: tuple[Expr, ...]
    op: str
    rhs: tuple[Expr, ...]


class GoStmt(Node, frozen=True, eq=False, gc=False):
    call: Expr


class DeferStmt(Node, frozen=True, eq=False, gc=False):
    call: Expr


class ReturnStmt(Node, frozen=True, eq=False, gc=False):
    results: tuple[Expr, ...]


class BranchStmt(Node, frozen=True, eq=False, gc=False):
    """`token` is "break", "continue", "goto" or "fallthrough"."""

    token: str
    label: Ident | None


class BlockStmt(Node, frozen=True, eq=False, gc=False):
    statements: tuple[Stmt, ...]


class IfStmt(Node, frozen=True, eq=False, gc=False):
    init: Stmt | None
    cond: Expr
    body: BlockStmt
    else_: Stmt | None


class CaseClause(Node, frozen=True, eq=False, gc=False):
    """Of a switch: `values` are expressions, or types in a type switch."""

    values: tuple[Expr, ...]
    default: bool
    body: tuple[Stmt, ...]


class SwitchStmt(Node, frozen=True, eq=False, gc=False):
    init: Stmt | None
    tag: Expr | None
    clauses: tuple[CaseClause, ...]


class TypeSwitchStmt(Node, frozen=True, eq=False, gc=False):
    """`switch name := x.(type)`; `name` is None without a variable."""

    init: Stmt | None
    name: Ident | None
    x: Expr
    clauses: tuple[CaseClause, ...]


class CommClause(Node, frozen=True, eq=False, gc=False):
    """Of a select; `comm` is None for default."""

    comm: Stmt | None
    body: tuple[Stmt, ...]


class SelectStmt(Node, frozen=True, eq=False, gc=False):
    clauses: tuple[CommClause, ...]


class ForStmt(Node, frozen=True, eq=False, gc=False):
    init: Stmt | None
    cond: Expr | None
    post: Stmt | None
    body: BlockStmt


class RangeStmt(Node, frozen=True, eq=False, gc=False):
    """`op` is "=" or ":=", and "" without variables."""

    lhs: tuple[Expr, ...]
    op: str
    x: Expr
    body: BlockStmt


Stmt = Union[
    BadStmt,
    EmptyStmt,
    DeclStmt,
    LabeledStmt,
    ExprStmt,
    SendStmt,
    IncDecStmt,
    AssignStmt,
    GoStmt,
    DeferStmt,
    ReturnStmt,
    BranchStmt,
    BlockStmt,
    IfStmt,
    SwitchStmt,
    TypeSwitchStmt,
    SelectStmt,
    ForStmt,
    RangeStmt,
]

# --- declarations ------------------------------------------------------------------------------------


class ImportSpec(Node, frozen=True, eq=False, gc=False):
    """`path` is unquoted, "" if the literal is malformed. `name` may be "." or "_"."""

    name: Ident | None
    path: str


class ValueSpec(Node, frozen=True, eq=False, gc=False):
    """Of a var or const declaration. `iota` is the number of the spec in its declaration. A constant
    that repeats the values before it has neither type nor values; those are in the spec before it."""

    names: tuple[Ident, ...]
    type: Expr | None
    values: tuple[Expr, ...]
    iota: int


class TypeSpec(Node, frozen=True, eq=False, gc=False):
    name: Ident
    type_params: FieldList | None
    alias: bool
    type: Expr


Spec = Union[ImportSpec, ValueSpec, TypeSpec]


class GenDecl(Node, frozen=True, eq=False, gc=False):
    """`token` is "import", "const", "type" or "var"."""

    token: str
    specs: tuple[Spec, ...]


class FuncDecl(Node, frozen=True, eq=False, gc=False):
    """`receiver` is None for a function. `doc` is the span of its doc comment."""

    doc: Span | None
    receiver: FieldList | None
    name: Ident
    type: FuncType
    body: Body | None


Decl = Union[GenDecl, FuncDecl]


class File(Node, frozen=True, eq=False, gc=False):
    """`name` is None if the package clause is missing or malformed."""

    name: Ident | None
    imports: tuple[ImportSpec, ...]
    decls: tuple[Decl, ...]


def _fields(kind: type[Node]) -> tuple[str, ...]:
    plain = ("Span", "Span | None", "str", "bool", "int")
    types = kind.__annotations__
    return tuple(name for name in kind.__struct_fields__ if name in types and types[name] not in plain)


# For each type of node, the fields that may hold nodes.
_FIELDS = {kind: _fields(kind) for kind in Node.__subclasses__()}


def children(node: Node) -> list[Node]:
    """The nodes directly below `node`, in the order of the source; a body's statements too."""
    found: list[Node] = []
    for field in _FIELDS[type(node)]:
        value = getattr(node, field)
        if isinstance(value, tuple):
            found += [item for item in value if item is not None]
        elif isinstance(value, Deferred):
            found += value.nodes
        elif value is not None:
            found.append(value)
    return found


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything below it, bodies included, parents first and in the order of the source."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if _FIELDS[type(current)]:  # most nodes are names and literals, without children
            below = children(current)
            below.reverse()
            pending += below


def unparen(expr: Expr) -> Expr:
    """`expr` without the parentheses around it."""
    while isinstance(expr, ParenExpr):
        expr = expr.x
    return expr
