"""Finds the registrations of a package: the calls of udf.Register, whether they are static, and what they
register."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types.constants import is_untyped
from modgo_lsp.golang.types.expressions import Operands
from modgo_lsp.golang.types.objects import FunctionName, VariableName
from modgo_lsp.golang.types.operand import Operand
from modgo_lsp.golang.types.packages import GoFile, GoPackage
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import Func, Interface, Named, Pointer, Type, TypeParameter, Unknown
from modgo_lsp.model.bins import bins_read
from modgo_lsp.model.finding import Location
from modgo_lsp.model.initialization import (
    Owner,
    Reached,
    bind_owner,
    memo_of,
    owners_in,
    source_of,
    static_calls,
)
from modgo_lsp.model.package import BinsRead, Dynamic, Function, Registration, Signature
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.signature import check_signature
from modgo_lsp.model.signature_subject import Slot, Subject, declared_subject, distant_subject
from modgo_lsp.model.type_text import type_text


class Site(msgspec.Struct, frozen=True):
    """A use of udf.Register. `call` is None for a use as a value; `node` is that use."""

    file: GoFile
    owner: Owner
    node: ast.Node
    call: ast.CallExpr | None


def sites_of(resolver: Resolver, file: GoFile) -> list[Site]:
    """All uses of udf.Register in a file, in source order."""
    mentioning = (file.declaration_at(offset) for offset in file.mentions("Register"))
    return [
        site
        for decl in dict.fromkeys(decl for decl in mentioning if decl is not None)
        for owner in owners_in(file, decl)
        for site in memo_of(file, owner).ask("sites", partial(_sites_in, resolver, file, owner))
    ]


def _sites_in(resolver: Resolver, file: GoFile, owner: Owner) -> list[Site]:
    code = source_of(owner)
    if file.document.text.find(b"Register", code.span.start, code.span.end) < 0:
        return []
    bind_owner(resolver, file, owner)
    found: list[Site] = []
    called: set[ast.Node] = set()
    for node in ast.walk(code):
        if isinstance(node, ast.CallExpr):
            fun = ast.unparen(node.fun)
            if is_register(file, fun):
                called.add(fun)
                found.append(Site(file, owner, node, node))
        elif node not in called and is_register(file, node):
            found.append(Site(file, owner, node, None))
    return found


def is_register(file: GoFile, node: ast.Node) -> bool:
    if isinstance(node, ast.SelectorExpr) and isinstance(node.x, ast.Ident):
        return file.selected.get(node.x.span.start) == (SDK_PATH, "Register")
    if isinstance(node, ast.Ident) and node.name == "Register" and SDK_PATH in file.dots:
        item = file.uses.get(node.span.start)
        if isinstance(item, FunctionName):
            return item.file.unit.path == SDK_PATH
        return node.span.start in file.uses and item is None
    return False


class Registrations:
    """Makes the registrations of one package. `function` returns the Function of a declared function of this
    package or another."""

    def __init__(
        self, operands: Operands, unit: GoPackage, function: Callable[[FunctionName], Function]
    ) -> None:
        self._operands = operands
        self._resolver: Resolver = operands.resolver
        self._unit = unit
        self._function = function

    def make(self, site: Site, reached: Reached) -> Registration:
        """The registration at a site."""
        memo_of(site.file, site.owner).read()
        place = Location(site.file.path, site.node.span)
        if site.call is None:
            return Registration(
                call=place,
                name_argument=place,
                function_argument=place,
                name=None,
                unresolved_name=None,
                unresolved_function=None,
                not_a_function=None,
                generic=False,
                reachable=reached.perhaps,
                dynamic="value",
                signature=None,
                function_type=None,
                target=None,
            )
        file, args = site.file, site.call.args
        name_expr = args[0] if args else site.call
        function_expr = args[1] if len(args) > 1 else args[0] if args else site.call
        name, unresolved_name = self._name(file, args)
        function = self._function_operand(file, args)
        dynamic = self._dynamic(site, name, function, reached)
        unresolved = None
        if function.mode == "unresolved":
            unresolved = (function.name, Location(file.path, _unresolved_span(file, function_expr)))
        inner = self._unwrapped(file, function_expr, function)
        signature, target = self._signature(file, *inner)
        return Registration(
            call=place,
            name_argument=Location(file.path, name_expr.span),
            function_argument=Location(file.path, function_expr.span),
            name=name,
            unresolved_name=unresolved_name,
            unresolved_function=unresolved,
            not_a_function=self._not_a_function(function),
            generic=bool(function.generic) and function.mode == "value",
            reachable=reached.perhaps,
            dynamic=dynamic,
            signature=signature,
            function_type=function.type if self._is_function(function) else None,
            target=target,
            reading=partial(self._bins, file, *inner) if signature is not None else None,
        )

    # --- the name

    def _name(
        self, file: GoFile, args: tuple[ast.Expr, ...]
    ) -> tuple[str | None, tuple[str, Location] | None]:
        if len(args) < 2:
            return None, None
        operand = self._operands.operand(file, args[0])
        if operand.mode == "unresolved":
            return None, (operand.name, Location(file.path, _unresolved_span(file, args[0])))
        if operand.mode == "constant" and isinstance(operand.value, bytes):
            return operand.value.decode("utf-8", "surrogateescape"), None
        return None, None

    # --- the function

    def _function_operand(self, file: GoFile, args: tuple[ast.Expr, ...]) -> Operand:
        if len(args) == 2:
            return self._operands.operand(file, args[1])
        if len(args) == 1:
            # `udf.Register(pair())`: one call may give both arguments.
            results = self._operands.operand(file, args[0]).results
            if results is not None and len(results) == 2:
                return Operand("value", results[1])
        return Operand("unknown")

    def _is_function(self, operand: Operand) -> bool:
        return operand.mode == "value" and isinstance(self._resolver.underlying(operand.type), Func)

    def _not_a_function(self, operand: Operand) -> str | None:
        if operand.mode == "nil":
            return "nil"
        if operand.mode == "no value":
            return "no value"
        if operand.mode in ("type", "package", "builtin"):
            return f"a {operand.mode}"
        if operand.mode not in ("value", "constant"):
            return None
        under = self._resolver.underlying(operand.type)
        if isinstance(under, Func | Unknown | TypeParameter) or self._resolver.is_empty_interface(
            operand.type
        ):
            return None
        embedded = under.embedded if isinstance(under, Interface) else ()
        if any(isinstance(self._resolver.underlying(inner), Unknown) for inner in embedded):
            return None
        text = type_text(operand.type, self._unit.path)
        if not is_untyped(operand.type):
            return f"of type {text}"
        kind = text.removeprefix("untyped ")
        return f"{'an' if kind == 'int' else 'a'} {kind} constant"

    def _dynamic(self, site: Site, name: str | None, function: Operand, reached: Reached) -> Dynamic | None:
        if function.mode == "value" and self._resolver.is_empty_interface(function.type):
            return "interface"
        if name is None:
            return "unknown" if self._may_be_constant(site) else "name"
        if _has_type_parameter(function.type) and not function.generic:
            return "function"
        # Cached as a set: generated code may register thousands in one function.
        in_place = site.call in memo_of(site.file, site.owner).ask(
            "static calls", lambda: {*static_calls(site.owner)}
        )
        # MG106 reports unreachable code. Whether it would be static is decided by its place alone.
        if not in_place or (reached.perhaps and not reached.certainly):
            return "place"
        return None

    def _may_be_constant(self, site: Site) -> bool:
        """Whether an unknown name may still be a constant, whose source is not available."""
        if site.call is None or len(site.call.args) != 2:
            return False
        return self._operands.operand(site.file, site.call.args[0]).mode in ("unknown", "constant")

    def _unwrapped(self, file: GoFile, expr: ast.Expr, operand: Operand) -> tuple[ast.Expr, Operand]:
        """The operand to check: Add for `any(Add)`, although the registered type is `any`."""
        while self._resolver.is_empty_interface(operand.type):
            call = ast.unparen(expr)
            if not isinstance(call, ast.CallExpr) or len(call.args) != 1:
                break
            if self._operands.operand(file, call.fun).mode != "type":
                break
            expr = call.args[0]
            operand = self._operands.operand(file, expr)
        return expr, operand

    def _signature(
        self, file: GoFile, expr: ast.Expr, operand: Operand
    ) -> tuple[Signature | None, Function | None]:
        source = operand.source
        target = self._function(source) if isinstance(source, FunctionName) else None
        func = self._resolver.underlying(operand.type)
        if operand.mode != "value" or operand.generic or not isinstance(func, Func):
            return None, target
        if _has_type_parameter(func):
            return None, target
        literal = ast.unparen(expr)
        place = Location(file.path, expr.span)
        if isinstance(literal, ast.FuncLit):
            span = Span(literal.span.start, literal.type.span.end)
            subject = declared_subject(file, func, literal.type, span)
            return self._checked(subject, file), None
        if isinstance(source, FunctionName):
            return self._checked(
                self._of_declared(source, source.file, func, operand, place), source.file
            ), target
        related: tuple[tuple[Location, str], ...] = ()
        if isinstance(source, VariableName):
            related = ((Location(source.file.path, source.ident.span), f"{source.name} is declared here"),)
        subject = distant_subject(func, self._unit.path, place, related)
        return self._checked(subject, file), None

    def _bins(self, file: GoFile, expr: ast.Expr, operand: Operand) -> BinsRead | None:
        """The bins that the function reads, if its body is known."""
        literal, source = ast.unparen(expr), operand.source
        if isinstance(literal, ast.FuncLit):
            return bins_read(self._operands, file, literal)
        if isinstance(source, FunctionName) and source.file is not None:
            return bins_read(self._operands, source.file, source.decl)
        return None

    def _of_declared(
        self, source: FunctionName, home: GoFile, func: Func, operand: Operand, place: Location
    ) -> Subject:
        """The subject of a declared function, with locations in its declaration if that is in this
        package."""
        method_expression = operand.name == "method expression"
        if home.unit is self._unit:
            receiver = source.decl.receiver if method_expression else None
            subject = declared_subject(
                home, func, source.decl.type, source.decl.name.span, receiver, instantiated=source.generic
            )
            return self._promoted(subject, source, place) if method_expression else subject
        name = Location(home.path, source.decl.name.span)
        related = ((name, f"{source.qualified} is declared here"),)
        names = tuple(ident.name for field in source.decl.type.params.fields for ident in field.names)
        return distant_subject(func, self._unit.path, place, related, () if method_expression else names)

    def _promoted(self, subject: Subject, method: FunctionName, place: Location) -> Subject:
        """The subject of a method expression. For a promoted method the type of the first parameter is not
        that of the method's receiver: it is in the registration."""
        type_ = subject.type.parameters[0]
        named = type_.element if isinstance(type_, Pointer) else type_
        home = method.file.unit
        own = (
            home.methods_of(named.name)
            if isinstance(named, Named) and named.package == home.path
            else iter(())
        )
        if any(each is method for each in own):
            return subject
        slot = Slot("", type_, type_text(type_, self._unit.path), place, place, (), False, None)
        return msgspec.structs.replace(subject, parameters=(slot, *subject.parameters[1:]))

    def _checked(self, subject: Subject, file: GoFile) -> Signature:
        return check_signature(self._resolver, subject, file.document)


def _has_type_parameter(type_: Type) -> bool:
    """Whether `type_` contains a type parameter."""
    if isinstance(type_, TypeParameter):
        return True
    parts: list[Type] = []
    for field in type_.__struct_fields__:
        value = getattr(type_, field)
        items = value if isinstance(value, tuple) else (value,)
        for item in items:
            item = getattr(item, "type", item)
            if isinstance(item, msgspec.Struct):
                parts.append(item)  # type: ignore[arg-type]  # what types are made of are types
    return any(map(_has_type_parameter, parts))


def _unresolved_span(file: GoFile, expr: ast.Expr) -> Span:
    """The location of the undeclared identifier in `expr`."""
    expr = ast.unparen(expr)
    while True:
        if isinstance(expr, ast.SelectorExpr):
            x = ast.unparen(expr.x)
            if isinstance(x, ast.Ident):
                item = file.uses.get(x.span.start)
                missing = x.span.start in file.uses and item is None
                return x.span if missing else expr.sel.span
            if isinstance(x, ast.SelectorExpr | ast.CallExpr | ast.IndexExpr) and _holds_unresolved(file, x):
                expr = x
                continue
            return expr.sel.span
        if isinstance(expr, ast.CallExpr):
            expr = ast.unparen(expr.fun)
        elif isinstance(expr, ast.IndexExpr | ast.SliceExpr | ast.StarExpr | ast.UnaryExpr):
            expr = ast.unparen(expr.x)
        else:
            return expr.span


def _holds_unresolved(file: GoFile, expr: ast.Expr) -> bool:
    return any(
        isinstance(node, ast.Ident) and node.span.start in file.uses and file.uses[node.span.start] is None
        for node in ast.walk(expr)
    )
