"""Resolves identifiers to objects, by Go's scopes and shadowing.

Each declaration is bound once, on first use. Binding needs types in one place only: to find out whether a key
of a composite literal is a field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from modgo_lsp.golang.queries import Memo
from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.objects import (
    Object,
    PackageName,
    Scope,
    TypeName,
    TypeParameterName,
    VariableName,
    receiver_parts,
)
from modgo_lsp.golang.types.packages import GoFile, GoPackage, declared, variables
from modgo_lsp.golang.types.types import Array, Map, Pointer, Slice, Struct, Type, Unknown

# Callbacks for what lies outside the file.
FindUnit = Callable[[GoFile, str], "GoPackage | None"]
TypeOf = Callable[[GoFile, ast.Expr], Type]
Underlying = Callable[[Type], Type]


class Binder:
    """Binds one declaration of a file. Results about its objects are cached in `memo`. `find_unit` returns
    the package of an import path, `type_of` the type of a bound type expression, `underlying` a type's
    underlying type."""

    def __init__(
        self, file: GoFile, memo: Memo, find_unit: FindUnit, type_of: TypeOf, underlying: Underlying
    ) -> None:
        self.file = file
        self._memo = memo
        self._find_unit = find_unit
        self._type_of = type_of
        self._underlying = underlying

    # --- declarations

    def bind_signature(self, decl: ast.FuncDecl) -> Scope:
        """Binds receiver, type parameters, parameters and results, and returns their scope."""
        scope = Scope(self.file.scope)
        receiver = () if decl.receiver is None else decl.receiver.fields
        for field in receiver:
            self._bind_receiver(field, scope)
        self._function_type(decl.type, scope, receiver)
        return scope

    def bind_body(self, body: ast.Body, signature: Scope) -> None:
        """Binds a function's body. It shares its block with the parameters."""
        scope = Scope(signature.parent)
        scope.names.update(signature.names)
        self._statements(body.statements, scope)

    def bind_general(self, spec: ast.Spec) -> None:
        """Binds a package-level const, var or type spec."""
        self._spec(spec, self.file.scope)

    def _bind_receiver(self, field: ast.Field, scope: Scope) -> None:
        """Binds a receiver's type, and declares its type parameters."""
        base, parameters = receiver_parts(field.type)
        if base is None:
            self.expr(field.type, scope)
        else:
            self._ident(base, scope)
        for parameter in parameters:
            if isinstance(parameter, ast.Ident):
                self._declare(TypeParameterName(self.file, parameter, None), scope)

    def _spec(self, spec: ast.Spec, scope: Scope) -> None:
        if isinstance(spec, ast.ValueSpec):
            if spec.type is not None:
                self.expr(spec.type, scope)
            for value in spec.values:
                self.expr(value, scope)
        elif isinstance(spec, ast.TypeSpec):
            inner = scope
            if spec.type_params is not None:
                inner = Scope(scope)
                self._type_parameters(spec.type_params, inner)
            self.expr(spec.type, inner)

    def _function_type(self, type_: ast.FuncType, scope: Scope, receiver: tuple[ast.Field, ...] = ()) -> None:
        """Binds a function's type and declares its receiver and parameters in `scope`. Parameter names shadow
        others in the body only, not in the signature."""
        if type_.type_params is not None:
            self._type_parameters(type_.type_params, scope)
        results = () if type_.results is None else type_.results.fields
        for field in (*type_.params.fields, *results):
            self.expr(field.type, scope)
        self._parameters((*receiver, *type_.params.fields), scope, results)

    def _parameters(self, params: Iterable[ast.Field], scope: Scope, results: Iterable[ast.Field]) -> None:
        for field in (*params, *results):
            for name in field.names:
                self._declare(VariableName(self.file, name, field.type, origin="declared"), scope)

    def _type_parameters(self, fields: ast.FieldList, scope: Scope) -> None:
        for field in fields.fields:
            for name in field.names:
                self._declare(TypeParameterName(self.file, name, field.type), scope)
        for field in fields.fields:
            self.expr(field.type, scope)

    def _declare(self, item: Object, scope: Scope) -> None:
        item.own_memo = self._memo
        scope.declare(item)
        if item.ident is not None:
            self.file.uses[item.ident.span.start] = item

    # --- statements

    def _statements(self, statements: Iterable[ast.Stmt], scope: Scope) -> None:
        for statement in statements:
            self._statement(statement, scope)

    def _statement(self, stmt: ast.Stmt | None, scope: Scope) -> None:
        match stmt:
            case ast.ExprStmt(x=x) | ast.IncDecStmt(x=x) | ast.GoStmt(call=x) | ast.DeferStmt(call=x):
                self.expr(x, scope)
            case ast.AssignStmt():
                self._assign(stmt, scope)
            case ast.SendStmt():
                self.expr(stmt.chan, scope)
                self.expr(stmt.value, scope)
            case ast.ReturnStmt():
                for result in stmt.results:
                    self.expr(result, scope)
            case ast.DeclStmt():
                self._local_declaration(stmt.decl, scope)
            case ast.BlockStmt():
                self._statements(stmt.statements, Scope(scope))
            case ast.LabeledStmt():
                self._statement(stmt.stmt, scope)
            case ast.IfStmt():
                self._if(stmt, scope)
            case ast.ForStmt():
                scope = Scope(scope)
                self._statement(stmt.init, scope)
                if stmt.cond is not None:
                    self.expr(stmt.cond, scope)
                self._statement(stmt.post, scope)
                self._statement(stmt.body, scope)
            case ast.RangeStmt():
                self._range(stmt, Scope(scope))
            case ast.SwitchStmt():
                scope = Scope(scope)
                self._statement(stmt.init, scope)
                if stmt.tag is not None:
                    self.expr(stmt.tag, scope)
                for clause in stmt.clauses:
                    for value in clause.values:
                        self.expr(value, scope)
                    self._statements(clause.body, Scope(scope))
            case ast.TypeSwitchStmt():
                self._type_switch(stmt, Scope(scope))
            case ast.SelectStmt():
                for comm in stmt.clauses:
                    inner = Scope(scope)
                    self._statement(comm.comm, inner)
                    self._statements(comm.body, inner)

    def _assign(self, stmt: ast.AssignStmt, scope: Scope) -> None:
        for value in stmt.rhs:
            self.expr(value, scope)
        if stmt.op != ":=":
            for target in stmt.lhs:
                self.expr(target, scope)
            return
        names = [ast.unparen(target) for target in stmt.lhs]
        idents = tuple(name for name in names if isinstance(name, ast.Ident))
        if len(idents) != len(names):
            for target in stmt.lhs:
                self.expr(target, scope)
            return
        # `:=` assigns to names that this scope already declares, and declares the others.
        for item in variables(self.file, idents, None, stmt.rhs):
            if item.name in scope.names:
                self.file.uses[item.ident.span.start] = scope.names[item.name]
            else:
                self._declare(item, scope)

    def _local_declaration(self, decl: ast.GenDecl, scope: Scope) -> None:
        items = list(declared(self.file, decl, package_level=False))
        for spec in decl.specs:
            own = [item for item in items if item.ident in _names(spec)]
            # A type's scope includes its own declaration; that of a variable or constant begins after it.
            if isinstance(spec, ast.TypeSpec):
                self._declare_all(own, scope)
                self._spec(spec, scope)
            else:
                self._spec(spec, scope)
                self._declare_all(own, scope)

    def _declare_all(self, items: Iterable[Object], scope: Scope) -> None:
        for item in items:
            if isinstance(item, TypeName):
                self.file.unit.local_types[item.local] = item
            self._declare(item, scope)

    def _if(self, stmt: ast.IfStmt, scope: Scope) -> None:
        link: ast.Stmt | None = stmt
        while isinstance(link, ast.IfStmt):
            if link.init is not None:
                scope = Scope(scope)
                self._statement(link.init, scope)
            self.expr(link.cond, scope)
            self._statement(link.body, scope)
            link = link.else_
        self._statement(link, scope)

    def _range(self, stmt: ast.RangeStmt, scope: Scope) -> None:
        self.expr(stmt.x, scope)
        for index, target in enumerate(stmt.lhs):
            if stmt.op == ":=" and isinstance(target, ast.Ident):
                item = VariableName(self.file, target, None, stmt.x, index, 2, origin="range")
                self._declare(item, scope)
            else:
                self.expr(target, scope)
        self._statement(stmt.body, scope)

    def _type_switch(self, stmt: ast.TypeSwitchStmt, scope: Scope) -> None:
        self._statement(stmt.init, scope)
        self.expr(stmt.x, scope)
        for clause in stmt.clauses:
            inner = Scope(scope)
            for value in clause.values:
                self.expr(value, scope)
            if stmt.name is not None:
                single = clause.values[0] if len(clause.values) == 1 else None
                item = VariableName(self.file, stmt.name, single, stmt.x, origin="switch")
                item.own_memo = self._memo
                inner.declare(item)
            self._statements(clause.body, inner)

    # --- expressions

    def expr(self, expr: ast.Expr, scope: Scope) -> None:
        """Binds an expression or type. Iterates over chains of binary operators, so that long ones need no
        stack."""
        while isinstance(expr, ast.BinaryExpr):
            self.expr(expr.y, scope)
            expr = expr.x
        match expr:
            case ast.Ident():
                self._ident(expr, scope)
            case ast.SelectorExpr():
                self._selector(expr, scope)
            case ast.CallExpr():
                self.expr(expr.fun, scope)
                for argument in expr.args:
                    self.expr(argument, scope)
            case ast.FuncLit():
                inner = Scope(scope)
                self._function_type(expr.type, inner)
                self._statements(expr.body.statements, inner)
            case ast.FuncType():
                self._function_type(expr, Scope(scope))
            case ast.CompositeLit():
                self._composite(expr, scope, None)
            case ast.StructType():
                for field in expr.fields.fields:
                    self.expr(field.type, scope)
            case ast.InterfaceType():
                for field in expr.methods.fields:
                    self.expr(field.type, scope)
            case ast.BasicLit() | ast.BadExpr():
                pass
            case _:
                for child in ast.children(expr):
                    self.expr(child, scope)  # type: ignore[arg-type]  # the children of an expression are expressions

    def _ident(self, ident: ast.Ident, scope: Scope) -> None:
        if ident.name == "_":
            return
        found = scope.lookup(ident.name)
        # Names from dot imports shadow the universe.
        if self.file.dots and (found is None or found.file is None):
            found = self._from_dots(ident.name) or found
        self.file.uses[ident.span.start] = found

    def _from_dots(self, name: str) -> Object | None:
        for path in self.file.dots:
            unit = self._find_unit(self.file, path)
            found = None if unit is None or not is_exported(name) else unit.lookup(name)
            if found is not None:
                return found
        return None

    def _selector(self, expr: ast.SelectorExpr, scope: Scope) -> None:
        self.expr(expr.x, scope)
        if isinstance(expr.x, ast.Ident):
            package = self.file.uses.get(expr.x.span.start)
            if isinstance(package, PackageName):
                self.file.selected[expr.x.span.start] = (package.path, expr.sel.name)

    def _composite(self, expr: ast.CompositeLit, scope: Scope, elided: Type | None) -> None:
        """Binds a composite literal. `elided` is its type where the source omits it.

        Keys of a struct literal are fields, other keys are expressions. If the type is unknown, an identifier
        used as a key is bound only if it is in scope.
        """
        if expr.type is not None:
            self.expr(expr.type, scope)
        if not any(isinstance(item, ast.KeyValueExpr | ast.CompositeLit) for item in expr.elements):
            for item in expr.elements:
                self.expr(item, scope)
            return
        under = self._literal_type(expr, elided)
        for item in expr.elements:
            if isinstance(item, ast.KeyValueExpr):
                self._key(item.key, scope, under)
                item = item.value
            if isinstance(item, ast.CompositeLit):
                self._composite(item, scope, _element(under))
            else:
                self.expr(item, scope)

    def _key(self, key: ast.Expr, scope: Scope, under: Type) -> None:
        if isinstance(key, ast.CompositeLit):
            self._composite(key, scope, under.key if isinstance(under, Map) else Unknown())
        elif isinstance(key, ast.Ident) and isinstance(under, Struct):
            return
        elif not isinstance(key, ast.Ident) or not isinstance(under, Unknown) or scope.lookup(key.name):
            self.expr(key, scope)

    def _literal_type(self, expr: ast.CompositeLit, elided: Type | None) -> Type:
        """The underlying type of a literal. The omitted type may be `&T`."""
        if expr.type is None:
            under = self._underlying(elided or Unknown())
            return self._underlying(under.element) if isinstance(under, Pointer) else under
        if isinstance(expr.type, ast.ArrayType) and isinstance(expr.type.length, ast.Ellipsis):
            return Slice(self._type_of(self.file, expr.type.element))
        return self._underlying(self._type_of(self.file, expr.type))


def _element(under: Type) -> Type:
    """The element type of a literal with the underlying type `under`."""
    match under:
        case Slice(element=element) | Array(element=element) | Map(value=element):
            return element
    return Unknown()


def _names(spec: ast.Spec) -> tuple[ast.Ident | None, ...]:
    if isinstance(spec, ast.ValueSpec):
        return spec.names
    return (spec.name,)


def is_exported(name: str) -> bool:
    return name[:1].isupper()
