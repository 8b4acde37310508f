"""The objects that Go identifiers refer to, and the scopes that declare them, after go/types.

A package-level object remains the same for as long as its file declares the name (golang/queries.py,
*Entities*).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from modgo_lsp.golang.queries import Inputs, Memo
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.types import Type

if TYPE_CHECKING:
    from modgo_lsp.golang.types.packages import GoFile


class Object:
    """A declared entity. `file` and `ident` are its declaration; both are None in the universe. `own_memo`
    caches what is computed about it: a package-level object has its own memo, another that of the enclosing
    declaration."""

    __slots__ = ("file", "ident", "name", "own_memo")

    def __init__(self, name: str, file: GoFile | None = None, ident: ast.Ident | None = None) -> None:
        self.name = name
        self.file = file
        self.ident = ident
        self.own_memo: Memo | None = None

    @property
    def memo(self) -> Memo | None:
        """Its memo; None in the universe and for an imported package."""
        if self.own_memo is None and self.file is not None:
            self.own_memo = self.file.unit.new_memo(self)
        return self.own_memo

    def __str__(self) -> str:
        """A description for the log."""
        return self.name if self.file is None else f"{self.file.unit.path}.{self.name}"

    def read(self) -> None:
        """Records a dependency of the current query on the declaration."""
        if (memo := self.memo) is not None:
            memo.read()

    def redeclare(self, other: Object) -> None:
        """Takes over every field except the memo from a new declaration of the same name."""
        for kind in type(self).__mro__[:-1]:
            for field in getattr(kind, "__slots__", ()):
                if field not in ("own_memo", "body_memo", "resolving"):
                    setattr(self, field, getattr(other, field))


class Declared(Object):
    """An entity that a file declares: it has a file, a name there, and a memo."""

    __slots__ = ()

    file: GoFile
    ident: ast.Ident
    memo: Memo

    def __init__(self, name: str, file: GoFile, ident: ast.Ident) -> None:
        super().__init__(name, file, ident)


class PackageName(Object):
    """The name of an imported package."""

    __slots__ = ("path",)

    def __init__(self, name: str, file: GoFile, ident: ast.Ident | None, path: str) -> None:
        super().__init__(name, file, ident)
        self.path = path


class Predeclared(Object):
    """A predeclared type."""

    __slots__ = ("type",)

    def __init__(self, name: str, type_: Type) -> None:
        super().__init__(name)
        self.type = type_


class TypeName(Declared):
    """A declared type or alias. `local` is not 0 for a type declared in a function."""

    __slots__ = ("local", "resolving", "spec")

    def __init__(self, file: GoFile, spec: ast.TypeSpec, local: int) -> None:
        super().__init__(spec.name.name, file, spec.name)
        self.spec = spec
        self.local = local
        self.resolving = False

    @property
    def parameters(self) -> tuple[str, ...]:
        self.read()
        return type_parameter_names(self.spec.type_params)

    @property
    def is_alias(self) -> bool:
        self.read()
        return self.spec.alias


class TypeParameterName(Declared):
    """A type parameter. `constraint` is its constraint's expression."""

    __slots__ = ("constraint",)

    def __init__(self, file: GoFile, ident: ast.Ident, constraint: ast.Expr | None) -> None:
        super().__init__(ident.name, file, ident)
        self.constraint = constraint


class ConstantName(Declared):
    """A declared constant. `owner` is the spec of a package-level one, which may not be bound yet."""

    __slots__ = ("iota", "owner", "resolving", "type_expr", "value_expr")

    def __init__(
        self,
        file: GoFile,
        ident: ast.Ident,
        type_expr: ast.Expr | None,
        value_expr: ast.Expr | None,
        iota: int,
        owner: ast.ValueSpec | None,
    ) -> None:
        super().__init__(ident.name, file, ident)
        self.owner = owner
        self.type_expr = type_expr
        self.value_expr = value_expr
        self.iota = iota
        self.resolving = False


# Where a variable's type comes from: its value, the elements of a range, the operand of a type switch, or its
# declared type.
Origin = Literal["declared", "value", "range", "switch"]


class VariableName(Declared):
    """A variable, parameter or result. Without a `type_expr` its type follows from `value`, of which it is
    result number `index` of `count`. `owner` is the spec of a package variable."""

    __slots__ = ("count", "index", "origin", "owner", "resolving", "type_expr", "value")

    def __init__(
        self,
        file: GoFile,
        ident: ast.Ident,
        type_expr: ast.Expr | None,
        value: ast.Expr | None = None,
        index: int = 0,
        count: int = 1,
        origin: Origin = "value",
        owner: ast.ValueSpec | None = None,
    ) -> None:
        super().__init__(ident.name, file, ident)
        self.type_expr = type_expr
        self.value = value
        self.index = index
        self.count = count
        self.origin: Origin = origin
        self.owner = owner
        self.resolving = False


class FunctionName(Declared):
    """A declared function or method. Its memo covers the signature, so an edit of the body does not
    invalidate it."""

    __slots__ = ("body_memo", "decl")

    def __init__(self, file: GoFile, decl: ast.FuncDecl) -> None:
        super().__init__(decl.name.name, file, decl.name)
        self.decl = decl
        self.body_memo: Memo | None = None

    @property
    def body(self) -> Memo:
        """The memo of the whole function, body included."""
        if self.body_memo is None:
            assert self.file is not None
            self.body_memo = self.file.unit.new_memo("the body of", self)
        return self.body_memo

    @property
    def receiver(self) -> str | None:
        """The name of the receiver's base type; None for a function."""
        return receiver_base(self.decl)

    @property
    def qualified(self) -> str:
        """ "Add", or "T.Add" for a method."""
        return self.name if self.receiver is None else f"{self.receiver}.{self.name}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its own type parameters, without the receiver's."""
        return type_parameter_names(self.decl.type.type_params)

    @property
    def generic(self) -> bool:
        """Whether it or its receiver has type parameters."""
        receivers = () if self.decl.receiver is None else self.decl.receiver.fields
        return bool(self.parameters) or any(receiver_parts(field.type)[1] for field in receivers)


class Builtin(Object):
    """A predeclared function."""


class Nil(Object):
    """The predeclared nil."""


class Iota(Object):
    """The predeclared iota."""


class Scope:
    """A scope: names, and the enclosing scope."""

    __slots__ = ("names", "parent")

    def __init__(self, parent: Scope | None = None) -> None:
        self.parent = parent
        self.names: dict[str, Object] = {}

    def declare(self, item: Object) -> None:
        if item.name != "_":
            self.names[item.name] = item

    def own(self, name: str) -> Object | None:
        """The object that this scope itself declares under `name`."""
        return self.names.get(name)

    def lookup(self, name: str) -> Object | None:
        """The object that `name` refers to: declared in this scope or in an enclosing one."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.own(name)
            if found is not None:
                return found
            scope = scope.parent
        return None


class PackageScope(Scope):
    """A package's scope. The meaning of each name is an input."""

    __slots__ = ("_inputs",)

    def __init__(self, parent: Scope, inputs: Inputs[str]) -> None:
        super().__init__(parent)
        self._inputs = inputs

    def own(self, name: str) -> Object | None:
        self._inputs.read(name)
        return self.names.get(name)


def type_parameter_names(fields: ast.FieldList | None) -> tuple[str, ...]:
    return () if fields is None else tuple(name.name for field in fields.fields for name in field.names)


def receiver_base(decl: ast.FuncDecl) -> str | None:
    """The name of the base type of a method's receiver."""
    if decl.receiver is None or not decl.receiver.fields:
        return None if decl.receiver is None else "?"
    base, _ = receiver_parts(decl.receiver.fields[0].type)
    return base.name if base is not None else "?"


def receiver_parts(expr: ast.Expr) -> tuple[ast.Ident | None, tuple[ast.Expr, ...]]:
    """The base type's identifier in a receiver's type, and the names it gives to type parameters."""
    expr = ast.unparen(expr)
    while isinstance(expr, ast.StarExpr):
        expr = ast.unparen(expr.x)
    parameters: tuple[ast.Expr, ...] = ()
    if isinstance(expr, ast.IndexExpr):
        parameters = expr.indices
        expr = ast.unparen(expr.x)
    return (expr if isinstance(expr, ast.Ident) else None), parameters
