"""Finds what one function does with the record or the stream of its call: which bins it reads, and which
functions it passes them to.

Design note
-----------
Everything is decided by static types. A call has one record, and a stream UDF gets records only from its
stream. So inside the functions that are followed, each variable of type *udf.Record may be the record of the
call, whatever its name: aliases and captured variables need no analysis of their own.

This is sound if the record is never stored where its type is lost or other code may find it. So each use of
such a variable must be one of these, and anything else is uncertain:

- a method of udf.Record is called, or udf.Get;
- it is compared, or assigned to a local variable of the same type;
- it is an argument of a function that is followed, for a parameter of the same type. That function may be
  anywhere in the Go module;
- it is an argument of a *consumer*: a value of a function type with a record among its parameters.

So each consumer must be known too: a literal, a declared function, a call of a followed function that
returns one, or a local variable or parameter that only such values are assigned to. The bodies of literals
belong to the function around them, and the other functions are followed.

A stream may also be passed to the SDK's operations, ranged over by Records, and returned as what it is.
"""

from __future__ import annotations

from typing import NamedTuple

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.assignments import ASSIGNING, reassignments
from modgo_lsp.golang.types.call_targets import Callee, Declaration, Targets
from modgo_lsp.golang.types.objects import Nil, VariableName
from modgo_lsp.golang.types.packages import GoFile
from modgo_lsp.golang.types.types import Func, Interface, Type, TypeParameter, Unknown
from modgo_lsp.model.bin_names import BinNames, bin_names
from modgo_lsp.model.function_body import FunctionBody
from modgo_lsp.model.sdk import NOT_READING, READING, SDK_PATH
from modgo_lsp.model.sdk_types import RECORD_POINTER, STREAM_POINTER

# The SDK's functions whose first argument is a stream and whose last is a function for its elements: the
# position of the element among the parameters of that.
_STREAM_OPERATIONS = {
    f"{SDK_PATH}.{name}": position
    for name, position in (("Filter", 0), ("Map", 0), ("Aggregate", 1), ("Reduce", 0))
}


class Followed(NamedTuple):
    """A function that is followed. `names` are those that the call gives each parameter, None where they are
    uncertain."""

    file: GoFile
    declaration: Declaration
    names: tuple[BinNames | None, ...]


class RecordUses(NamedTuple):
    """The names of the bins that a function reads in its own body, and the functions that it passes the
    record to."""

    names: tuple[BinNames, ...]
    followed: tuple[Followed, ...]


def record_uses(targets: Targets, file: GoFile, declaration: Declaration) -> RecordUses | None:
    """What a function does with the record or stream of its call; None if that is uncertain."""
    uses = _Uses(FunctionBody(targets, file, declaration))
    try:
        uses.find()
    except _UncertainError:
        return None
    return RecordUses(tuple(uses.names), tuple(uses.followed))


class _UncertainError(Exception):
    """A use that may read any bin."""


def _require(certain: bool) -> None:
    if not certain:
        raise _UncertainError


class _Uses:
    def __init__(self, body: FunctionBody) -> None:
        self._body = body
        self._file = body.file
        self._resolver = body.operands.resolver
        self.names: list[BinNames] = []
        self.followed: list[Followed] = []

    def find(self) -> None:
        for node in self._body.nodes:
            match node:
                case ast.BadExpr() | ast.BadStmt():
                    raise _UncertainError
                case ast.Ident():
                    self._check_ident(node)
                case ast.ReturnStmt():
                    self._check_returned(node)
                case ast.CallExpr():
                    self._check_streams_of(node)
            if isinstance(node, ASSIGNING):
                self._check_assigned(node)

    def _check_ident(self, ident: ast.Ident) -> None:
        item = self._body.object_of(ident)
        if not isinstance(item, VariableName) or item.owner is not None:
            return  # a package variable: assigning the record to it is uncertain
        type_ = self._body.operands.variables.type_of(item)
        if type_ == RECORD_POINTER or self._is_of_stream(item):
            self._check_record(ident)
        elif type_ == STREAM_POINTER:
            self._check_stream(ident)

    def _is_of_stream(self, item: VariableName) -> bool:
        """Whether a variable iterates over the records of a stream. Its type is unknown without Go's source
        of package iter."""
        match None if item.origin != "range" or item.value is None else ast.unparen(item.value):
            case ast.CallExpr(fun=ast.SelectorExpr(x=x, sel=ast.Ident(name="Records"))):
                return self._body.type_of(x) == STREAM_POINTER
        return False

    def _check_record(self, ident: ast.Ident) -> None:
        node, parent = self._body.use(ident)
        match parent:
            case ast.SelectorExpr(sel=sel):
                if sel.name not in NOT_READING:
                    call = self._called(parent)
                    if call is None or sel.name not in READING or len(call.args) != 1:
                        raise _UncertainError
                    self._read(call.args[0])
            case ast.CallExpr(fun=fun, args=args):
                position = self._position(node, parent)
                if len(args) == 2 and position == 0 and _is_get(self._file, fun):
                    self._read(args[1])
                else:
                    self._pass(parent, position, RECORD_POINTER)
            case _:
                self._check_moved(node, parent, RECORD_POINTER)

    def _check_stream(self, expr: ast.Expr) -> None:
        node, parent = self._body.use(expr)
        match parent:
            case ast.SelectorExpr(sel=ast.Ident(name="Records")):
                call = self._called(parent)
                records, loop = (None, None) if call is None else self._body.use(call)
                if not isinstance(loop, ast.RangeStmt) or loop.x is not records:
                    raise _UncertainError
                if loop.op == "=":
                    self._require_variable(loop.lhs[0], RECORD_POINTER)
            case ast.CallExpr(fun=fun):
                position = self._position(node, parent)
                callee = self._body.targets.callee(self._file, fun)
                if position > 0 or callee is None or callee.name not in _STREAM_OPERATIONS:
                    self._pass(parent, position, STREAM_POINTER)
                    return
                self._check_element_function(parent, _STREAM_OPERATIONS[callee.name])
            case ast.ReturnStmt(results=results):
                declared = self._results(self._body.around(parent))
                types = [type_ for result, type_ in zip(results, declared, strict=False) if result is node]
                _require(types == [STREAM_POINTER])
            case ast.ExprStmt():
                pass
            case _:
                self._check_moved(node, parent, STREAM_POINTER)

    def _check_element_function(self, call: ast.CallExpr, element: int) -> None:
        """Checks the function that a stream's operation calls for each element, which may be a record."""
        func = self._body.underlying(call.args[-1])
        if not isinstance(func, Func) or element >= len(func.parameters):
            raise _UncertainError
        type_ = self._resolver.underlying(func.parameters[element])
        _require(not isinstance(type_, Interface | TypeParameter | Unknown))
        if self._is_consumer(func):
            self._require_known(call.args[-1])

    def _check_moved(self, node: ast.Node, parent: ast.Node | None, type_: Type) -> None:
        """A use that is neither a call nor a selector."""
        match parent:
            case ast.Field():  # its declaration
                pass
            case ast.BinaryExpr(op="==" | "!="):
                pass
            case ast.RangeStmt(x=x):
                _require(x is not node)
            case ast.AssignStmt(lhs=targets, rhs=values) | ast.ValueSpec(names=targets, values=values):
                if node in values:
                    _require(len(targets) == len(values))
                for target, value in zip(targets, values, strict=False):
                    if value is node:
                        self._require_variable(target, type_)
            case _:
                raise _UncertainError

    def _require_variable(self, target: ast.Expr, type_: Type) -> None:
        """A target of an assignment must be blank, or a local variable of the type."""
        item = self._body.own_variable(ast.unparen(target))
        is_blank = isinstance(target, ast.Ident) and target.name == "_"
        _require(is_blank or (item is not None and self._body.operands.variables.type_of(item) == type_))

    def _check_streams_of(self, call: ast.CallExpr) -> None:
        """Checks the use of the streams that a call returns."""
        operand = self._body.operands.operand(self._file, call)
        if operand.type == STREAM_POINTER:
            self._check_stream(call)
            return
        if STREAM_POINTER not in (operand.results or ()):
            return
        _, parent = self._body.use(call)
        results = operand.results or ()
        match parent:
            case ast.ReturnStmt():
                _require(self._results(self._body.around(parent)) == results)
            case ast.AssignStmt(lhs=targets) | ast.ValueSpec(names=targets):
                for target, type_ in zip(targets, results, strict=False):
                    if type_ == STREAM_POINTER:
                        self._require_variable(target, type_)
            case _:
                _require(isinstance(parent, ast.ExprStmt))

    # --- calls

    def _read(self, name: ast.Expr) -> None:
        names = bin_names(self._body, name)
        if names is None:
            raise _UncertainError
        self.names.append(names)

    def _called(self, fun: ast.Expr) -> ast.CallExpr | None:
        """The call of a function expression."""
        node, call = self._body.use(fun)
        return call if isinstance(call, ast.CallExpr) and call.fun is node else None

    def _position(self, node: ast.Node, call: ast.CallExpr) -> int:
        """The position of an argument, which must stand for one parameter."""
        positions = [index for index, argument in enumerate(call.args) if argument is node]
        _require(len(positions) == 1 and not call.ellipsis)
        return positions[0]

    def _pass(self, call: ast.CallExpr, position: int, type_: Type) -> None:
        """The record or stream is passed to a function, whose parameter must have the same type."""
        fun = ast.unparen(call.fun)
        if isinstance(fun, ast.FuncLit):
            callee: Callee | None = Callee("", self._file, fun)
        else:
            callee = self._body.targets.callee(self._file, fun)
        if callee is None:
            func = self._body.underlying(fun)
            _require(isinstance(func, Func) and func.parameters[position : position + 1] == (type_,))
            self._require_known(fun)
            return
        _require(self._body.operands.operand(self._file, fun).name != "method expression")
        types = self._follow(callee, call)
        _require(position < len(types) and types[position] == type_)

    def _follow(self, callee: Callee, call: ast.CallExpr | None) -> tuple[Type, ...]:
        """Follows a function of the Go module. Returns the types of its parameters."""
        file, declaration = callee.file, callee.declaration
        if file is None or declaration is None or declaration.body is None:
            raise _UncertainError
        unit = file.unit
        _require(unit.path != SDK_PATH and unit.module is not None and unit.module == self._file.unit.module)
        fields = declaration.type.params.fields
        self._resolver.bindings.bind_at(file, declaration.span.start)
        types = tuple(
            self._resolver.type_of(file, field.type) for field in fields for _ in field.names or (None,)
        )
        args = () if call is None or call.ellipsis or len(call.args) != len(types) else call.args
        for index, type_ in enumerate(types):
            if self._is_consumer(type_):
                _require(index < len(args))
                self._require_known(args[index])
        if isinstance(declaration, ast.FuncLit) and self._body.holds(declaration):
            return types
        names = tuple(bin_names(self._body, argument) for argument in args)
        self.followed.append(Followed(file, declaration, names))
        return types

    # --- consumers

    def _is_consumer(self, type_: Type) -> bool:
        """Whether `type_` is that of functions which may take a record or a stream."""
        func = self._resolver.underlying(type_)
        return isinstance(func, Func) and any(
            each in (RECORD_POINTER, STREAM_POINTER) for each in func.parameters
        )

    def _check_assigned(self, node: ast.Node) -> None:
        """What is assigned to a variable for consumers must be known. The value of its declaration is
        checked where the variable is used."""
        for target, value in reassignments(self._file, node):
            item = self._body.own(target)
            if item is not None and self._is_consumer(self._body.operands.variables.type_of(item)):
                if value is None:
                    raise _UncertainError
                self._require_known(value)

    def _check_returned(self, node: ast.ReturnStmt) -> None:
        """Consumers that a function returns must be known."""
        declared = self._results(self._body.around(node)) if node.results else ()
        for index, type_ in enumerate(declared):
            if self._is_consumer(type_):
                _require(len(declared) == len(node.results))
                self._require_known(node.results[index])

    def _require_known(self, expr: ast.Expr, depth: int = 0) -> None:
        """A consumer must be known, and is followed."""
        _require(depth < 20)
        expr = ast.unparen(expr)
        if isinstance(expr, ast.FuncLit) or isinstance(self._body.object_of(expr), Nil):
            return
        if isinstance(expr, ast.CallExpr):
            inner = self._body.targets.converted(self._file, expr)
            if inner is not None:
                self._require_known(inner, depth + 1)
            else:
                self._follow_maker(expr)
            return
        item = self._body.object_of(expr)
        if not isinstance(item, VariableName) or item.owner is not None:
            func = self._body.underlying(expr)
            types = self._follow(self._callee(expr), None)
            # Not through a type parameter, and behind the receiver of a method expression.
            _require(isinstance(func, Func) and func.parameters[-len(types) :] == types)
        elif not any(slot.item is item for slot in self._body.parameters):
            _require(self._body.own_variable(expr) is item and item.origin == "value" and item.count == 1)
            if item.value is not None:
                self._require_known(item.value, depth + 1)

    def _follow_maker(self, call: ast.CallExpr) -> None:
        """Follows a function that returns a consumer. Its declared result must be one."""
        callee = self._callee(call.fun)
        self._follow(callee, call)
        if callee.file is None or callee.declaration is None:
            raise _UncertainError
        results = self._resolver.func_type(callee.file, callee.declaration.type).results
        _require(len(results) == 1 and self._is_consumer(results[0]))
        _require(self._resolver.underlying(results[0]) == self._body.underlying(call))

    def _callee(self, fun: ast.Expr) -> Callee:
        callee = self._body.targets.callee(self._file, fun)
        if callee is None:
            raise _UncertainError
        return callee

    def _results(self, declaration: Declaration) -> tuple[Type, ...]:
        """The types of a function's results."""
        return self._resolver.func_type(self._file, declaration.type).results


def _is_get(file: GoFile, fun: ast.Expr) -> bool:
    """Whether `fun` is udf.Get, in any form of import."""
    expr = ast.unparen(fun)
    if isinstance(expr, ast.IndexExpr):
        expr = ast.unparen(expr.x)
    if isinstance(expr, ast.SelectorExpr) and isinstance(expr.x, ast.Ident):
        return file.selected.get(expr.x.span.start) == (SDK_PATH, "Get")
    if isinstance(expr, ast.Ident) and expr.name == "Get" and SDK_PATH in file.dots:
        item = file.uses.get(expr.span.start)
        return item is not None and item.file is not None and item.file.unit.path == SDK_PATH
    return False
