"""Lowers trees to the expressions and types of ast.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tree_sitter import Node as Tree

from modgo_lsp.golang.syntax import ast, grammar
from modgo_lsp.golang.syntax.grammar import kind, token
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.syntax.tree_cache import CLAUSE, Code

if TYPE_CHECKING:
    from modgo_lsp.golang.syntax.document import Part

# How deep expressions and statements may be nested. A node further down is Bad: nobody writes such code, and
# others can walk the syntax by recursion.
MAX_DEPTH = 100

# How many operators a chain may have. Python frees a chain of objects by recursion, on the stack of a thread
# that may be small: one of some ten thousands would crash the process.
_MAX_CHAIN = 10_000

# How many children are listed in a few milliseconds.
_MANY = 5_000

_LITERALS = {
    kind("int_literal"): "int",
    kind("float_literal"): "float",
    kind("imaginary_literal"): "imaginary",
    kind("rune_literal"): "rune",
    kind("raw_string_literal"): "string",
    kind("interpreted_string_literal"): "string",
}

_IDENTS = frozenset(
    (
        kind("identifier"),
        kind("blank_identifier"),
        kind("type_identifier"),
        kind("field_identifier"),
        kind("package_identifier"),
        kind("label"),
        kind("dot"),
    )
)

_BINARY = kind("binary_expression")
_EXPRESSION_LIST = kind("expression_list")
_FIELD_DECLARATION = kind("field_declaration")
_IMPLICIT_LENGTH = kind("implicit_length_array_type")
_METHOD_ELEM = kind("method_elem")
_PARAMETER = kind("parameter_declaration")
_PARAMETERS = kind("parameters")
_SLICE_TYPE = kind("slice_type")
_TYPE_PARAMETER = kind("type_parameter_declaration")

# Functions that have their name between `func` and the parameters.
_NAMED = frozenset((kind("function_declaration"), kind("method_declaration"), _METHOD_ELEM))

_ARROW = token("<-")
_DOTS = token("...")
_STAR = token("*")

_NO_FIELDS = ast.Deferred[ast.Field](tuple)

_N = TypeVar("_N", bound=ast.Node)
Lower = Callable[["Lowering", Tree, int], tuple[_N, ...]]
LowerBody = Lower[ast.Stmt]


class Lowering:
    """Lowers nodes of one part, whose code begins at `shift` in its file. `depth` is the nesting of a node.

    `lower_body` lowers a block's statements: expressions contain functions, and those contain statements.
    """

    def __init__(self, part: Part, shift: int, lower_body: LowerBody, piece: Span | None = None) -> None:
        self.text = part.code
        self._code = part.parsed
        self._has_error = part.tree.root_node.has_error
        self._shift = shift
        self._lower_body = lower_body
        # The span of the declaration, which is parsed by itself once the tree was released.
        self._piece = piece
        self._piece_code: Code | None = None

    def later(self, lower: Lower[_N], node: Tree, depth: int) -> Callable[[], tuple[_N, ...]]:
        """A function that lowers a node. It holds no node, which would keep the whole tree alive
        (tree_cache.py)."""
        if self._has_error:
            return partial(lower, self, node, depth)
        return partial(self._lower_at, lower, node.start_byte, node.end_byte, node.kind_id, depth)

    def _lower_at(self, lower: Lower[_N], start: int, end: int, kind_id: int, depth: int) -> tuple[_N, ...]:
        if self._piece is None or self._code.has_tree:
            node = self._code.node(start, end, kind_id)
            assert node is not None  # the same code is parsed to the same tree
            return lower(self, node, depth)
        if self._piece_code is None:
            self._piece_code = Code(CLAUSE + self.text[self._piece.start : self._piece.end])
        moved = self._piece.start - len(CLAUSE)
        node = self._piece_code.node(start - moved, end - moved, kind_id)
        assert node is not None
        return lower(self._moved(moved), node, depth)

    def _moved(self, moved: int) -> Lowering:
        """The lowering of the piece, whose nodes have other offsets."""
        found = copy(self)
        assert self._piece_code is not None
        found.text, found._code = self._piece_code.code, self._piece_code
        found._shift, found._piece = self._shift + moved, None
        return found

    def span(self, node: Tree) -> Span:
        return Span(node.start_byte + self._shift, node.end_byte + self._shift)

    def between(self, start: int, end: int) -> Span:
        """The span of two offsets in the text that was parsed."""
        return Span(start + self._shift, end + self._shift)

    def source(self, node: Tree) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def ident(self, node: Tree) -> ast.Ident:
        # span() and source() inline: identifiers are the most frequent nodes.
        start, end, shift = node.start_byte, node.end_byte, self._shift
        return ast.Ident(Span(start + shift, end + shift), self.text[start:end].decode("utf-8", "replace"))

    def body(self, node: Tree, depth: int) -> ast.Body:
        return ast.Body(self.span(node), self.later(self._lower_body, node, depth + 1))

    def expr(self, node: Tree | None, depth: int) -> ast.Expr:
        """The expression or type at `node`."""
        if node is None:
            return ast.BadExpr(Span(0, 0))
        kind_id = node.kind_id
        if kind_id in _IDENTS:
            return ast.BadExpr(self.span(node)) if node.is_missing else self.ident(node)
        literal = _LITERALS.get(kind_id)
        if literal is not None:
            return ast.BasicLit(self.span(node), literal, self.source(node))
        make = _MAKE.get(kind_id)
        if make is None or depth >= MAX_DEPTH:
            return ast.BadExpr(self.span(node), make is not None)
        return make(self, node, depth + 1)

    def expr_in(self, node: Tree, field: int, depth: int) -> ast.Expr:
        """The expression or type in a field of `node`."""
        return self.expr(node.child_by_field_id(field), depth)

    def optional_in(self, node: Tree, field: int, depth: int) -> ast.Expr | None:
        """The expression or type in a field of `node`, if there is one."""
        inner = node.child_by_field_id(field)
        return None if inner is None else self.expr(inner, depth)

    def list_in(self, node: Tree, field: int, depth: int) -> tuple[ast.Expr, ...]:
        """The expressions of the list, or the one expression, in a field of `node`."""
        inner = node.child_by_field_id(field)
        if inner is None:
            return ()
        return self.exprs(inner, depth) if inner.kind_id == _EXPRESSION_LIST else (self.expr(inner, depth),)

    def exprs(self, node: Tree, depth: int) -> tuple[ast.Expr, ...]:
        """The expressions directly below a node that has no other children."""
        return tuple([self.expr(child, depth) for child in proper(node)])

    def only(self, node: Tree, depth: int) -> ast.Expr:
        """The expression or type directly below a node that has no other children."""
        inside = proper(node)
        return self.expr(inside[0], depth) if len(inside) == 1 else ast.BadExpr(self.span(node))

    def names(self, node: Tree) -> tuple[ast.Ident, ...]:
        return tuple([self.ident(name) for name in node.children_by_field_id(grammar.NAME)])

    def function_type(self, node: Tree, depth: int) -> ast.FuncType:
        """The type of a node with parameters: a declaration, literal, type or method element."""
        type_params = node.child_by_field_id(grammar.TYPE_PARAMETERS)
        params = node.child_by_field_id(grammar.PARAMETERS)
        result = node.child_by_field_id(grammar.RESULT)
        start = params.start_byte if params is not None and node.kind_id in _NAMED else node.start_byte
        end = (result or params or node).end_byte
        return ast.FuncType(
            self.between(start, end),
            None if type_params is None else self.type_parameters(type_params, depth),
            ast.FieldList(self.span(node), _NO_FIELDS) if params is None else self.parameters(params, depth),
            None if result is None else self._results(result, depth),
        )

    def parameters(self, node: Tree, depth: int) -> ast.FieldList:
        made = self.later(Lowering._parameters, node, depth) if node.named_child_count else None
        fields = _NO_FIELDS if made is None else ast.Deferred(made)
        return ast.FieldList(self.span(node), fields)

    def _parameters(self, node: Tree, depth: int) -> tuple[ast.Field, ...]:
        return tuple(
            [self._parameter(child, depth) for child in node.children if child.kind_id == _PARAMETER]
        )

    def _parameter(self, node: Tree, depth: int) -> ast.Field:
        type_ = self.expr_in(node, grammar.TYPE, depth)
        for child in node.children:
            if child.kind_id == _DOTS:
                type_ = ast.Ellipsis(Span(child.start_byte + self._shift, type_.span.end), type_)
        return ast.Field(self.span(node), self.names(node), type_)

    def _results(self, node: Tree, depth: int) -> ast.FieldList:
        if node.kind_id == _PARAMETERS:
            return self.parameters(node, depth)
        return ast.FieldList(self.span(node), ast.Deferred(self.later(Lowering._result, node, depth)))

    def _result(self, node: Tree, depth: int) -> tuple[ast.Field, ...]:
        """A single result without parentheses."""
        return (ast.Field(self.span(node), (), self.expr(node, depth)),)

    def type_parameters(self, node: Tree, depth: int) -> ast.FieldList:
        return ast.FieldList(
            self.span(node), ast.Deferred(self.later(Lowering._type_parameters, node, depth))
        )

    def _type_parameters(self, node: Tree, depth: int) -> tuple[ast.Field, ...]:
        return tuple(
            [
                ast.Field(
                    self.span(child),
                    self.names(child),
                    self.expr_in(child, grammar.CONSTRAINT, depth),
                )
                for child in node.children
                if child.kind_id == _TYPE_PARAMETER
            ]
        )


def proper(node: Tree) -> list[Tree]:
    """The named children that are code: neither comments nor what the parser skipped."""
    children = node.named_children if node.named_child_count < _MANY else _one_by_one(node)
    return [child for child in children if not child.is_extra and not child.is_error]


def _one_by_one(node: Tree) -> Iterator[Tree]:
    """The named children of a node with very many. Other threads run between two, unlike while a list is
    made."""
    cursor = node.walk()
    more = cursor.goto_first_child()
    while more:
        child = cursor.node
        if child is not None and child.is_named:
            yield child
        more = cursor.goto_next_sibling()


def _paren(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    return ast.ParenExpr(lowering.span(node), lowering.only(node, depth))


def _selector(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    sel = node.child_by_field_id(grammar.FIELD) or node.child_by_field_id(grammar.NAME)
    x = node.child_by_field_id(grammar.OPERAND) or node.child_by_field_id(grammar.PACKAGE)
    if sel is None or sel.is_missing:
        return ast.BadExpr(lowering.span(node))
    return ast.SelectorExpr(lowering.span(node), lowering.expr(x, depth), lowering.ident(sel))


def _index(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    indices = [lowering.expr(index, depth) for index in node.children_by_field_id(grammar.INDEX)]
    x = lowering.expr_in(node, grammar.OPERAND, depth)
    return ast.IndexExpr(lowering.span(node), x, tuple(indices))


def _generic(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    arguments = node.child_by_field_id(grammar.TYPE_ARGUMENTS)
    x = lowering.expr_in(node, grammar.TYPE, depth)
    return ast.IndexExpr(
        lowering.span(node), x, () if arguments is None else lowering.exprs(arguments, depth)
    )


def _slice(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    x = lowering.expr_in(node, grammar.OPERAND, depth)
    low = lowering.optional_in(node, grammar.LOW, depth)
    high = lowering.optional_in(node, grammar.HIGH, depth)
    maximum = lowering.optional_in(node, grammar.MAX, depth)
    return ast.SliceExpr(lowering.span(node), x, (low, high, maximum))


def _assertion(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    x = lowering.expr_in(node, grammar.OPERAND, depth)
    return ast.TypeAssertExpr(lowering.span(node), x, lowering.optional_in(node, grammar.TYPE, depth))


def _call(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    arguments = node.child_by_field_id(grammar.ARGUMENTS)
    args: tuple[ast.Expr, ...] = ()
    ellipsis = False
    if arguments is not None:
        args = lowering.exprs(arguments, depth)
        ellipsis = _DOTS in [child.kind_id for child in arguments.children]
    return ast.CallExpr(lowering.span(node), lowering.expr_in(node, grammar.FUNCTION, depth), args, ellipsis)


def _unary(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    op = node.child_by_field_id(grammar.OPERATOR)
    x = lowering.expr_in(node, grammar.OPERAND, depth)
    if op is None:
        return ast.BadExpr(lowering.span(node))
    if op.kind_id == _STAR:
        return ast.StarExpr(lowering.span(node), x)
    return ast.UnaryExpr(lowering.span(node), op.type, x)


def _binary(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    """A chain of operators (`"a" + "b" + …`), which is nested to the left, without recursion."""
    chain = []
    left: Tree | None = node
    while left is not None and left.kind_id == _BINARY:
        chain.append(left)
        left = left.child_by_field_id(grammar.LEFT)
        if len(chain) > _MAX_CHAIN:
            return ast.BadExpr(lowering.span(node), deep=True)
    x = lowering.expr(left, depth)
    for link in reversed(chain):
        op = link.child_by_field_id(grammar.OPERATOR)
        y = lowering.expr_in(link, grammar.RIGHT, depth)
        x = ast.BinaryExpr(lowering.span(link), x, "" if op is None else op.type, y)
    return x


def _composite(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    type_ = lowering.optional_in(node, grammar.TYPE, depth)
    value = node.child_by_field_id(grammar.VALUE)
    return ast.CompositeLit(lowering.span(node), type_, _elements(lowering, value, depth))


def _literal_value(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    return ast.CompositeLit(lowering.span(node), None, _elements(lowering, node, depth))


def _elements(lowering: Lowering, node: Tree | None, depth: int) -> ast.Deferred[ast.Expr]:
    return ast.Deferred(tuple if node is None else lowering.later(Lowering.exprs, node, depth))


def _keyed(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    key = lowering.expr_in(node, grammar.KEY, depth)
    return ast.KeyValueExpr(lowering.span(node), key, lowering.expr_in(node, grammar.ELEMENT, depth))


def _function_literal(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    body = node.child_by_field_id(grammar.BODY)
    if body is None:
        return ast.BadExpr(lowering.span(node))
    return ast.FuncLit(lowering.span(node), lowering.function_type(node, depth), lowering.body(body, depth))


def _array(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    element = lowering.expr_in(node, grammar.ELEMENT, depth)
    if node.kind_id == _IMPLICIT_LENGTH:
        return ast.ArrayType(lowering.span(node), ast.Ellipsis(lowering.span(node), None), element)
    length = None if node.kind_id == _SLICE_TYPE else lowering.expr_in(node, grammar.LENGTH, depth)
    return ast.ArrayType(lowering.span(node), length, element)


def _pointer(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    return ast.StarExpr(lowering.span(node), lowering.only(node, depth))


def _struct(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    span = lowering.span(node)
    return ast.StructType(span, ast.FieldList(span, ast.Deferred(lowering.later(_fields, node, depth))))


def _fields(lowering: Lowering, node: Tree, depth: int) -> tuple[ast.Field, ...]:
    fields = []
    for child in node.children:
        if child.kind_id == _FIELD_DECLARATION:
            type_ = lowering.expr_in(child, grammar.TYPE, depth)
            tag = lowering.optional_in(child, grammar.TAG, depth)
            if not isinstance(tag, ast.BasicLit):
                tag = None
            fields.append(ast.Field(lowering.span(child), lowering.names(child), type_, tag))
    return tuple(fields)


def _interface(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    span = lowering.span(node)
    return ast.InterfaceType(span, ast.FieldList(span, ast.Deferred(lowering.later(_methods, node, depth))))


def _methods(lowering: Lowering, node: Tree, depth: int) -> tuple[ast.Field, ...]:
    fields = []
    for child in proper(node):
        if child.kind_id != _METHOD_ELEM:
            fields.append(ast.Field(lowering.span(child), (), lowering.expr(child, depth)))
            continue
        name = child.child_by_field_id(grammar.NAME)
        if name is not None:
            type_ = lowering.function_type(child, depth)
            fields.append(ast.Field(lowering.span(child), (lowering.ident(name),), type_))
    return tuple(fields)


def _map(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    key = lowering.expr_in(node, grammar.KEY, depth)
    return ast.MapType(lowering.span(node), key, lowering.expr_in(node, grammar.ELEMENT, depth))


def _channel(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    tokens = [child.kind_id for child in node.children if not child.is_named]
    direction = "both" if _ARROW not in tokens else "receive" if tokens[0] == _ARROW else "send"
    return ast.ChanType(lowering.span(node), direction, lowering.expr_in(node, grammar.ELEMENT, depth))


def _function_type(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    return lowering.function_type(node, depth)


def _type_element(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    """A union of a constraint, as go/ast has it: `|` is a binary expression."""
    terms = proper(node)
    if not terms:
        return ast.BadExpr(lowering.span(node))
    x = lowering.expr(terms[0], depth)
    for term in terms[1:]:
        x = ast.BinaryExpr(
            lowering.between(node.start_byte, term.end_byte), x, "|", lowering.expr(term, depth)
        )
    return x


def _underlying(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    return ast.UnaryExpr(lowering.span(node), "~", lowering.only(node, depth))


_MAKE: dict[int, Callable[[Lowering, Tree, int], ast.Expr]] = {
    kind("parenthesized_expression"): _paren,
    kind("parenthesized_type"): _paren,
    kind("selector_expression"): _selector,
    kind("qualified_identifier"): _selector,
    kind("index_expression"): _index,
    kind("generic_type"): _generic,
    kind("slice_expression"): _slice,
    kind("type_assertion_expression"): _assertion,
    kind("call_expression"): _call,
    kind("unary_expression"): _unary,
    kind("binary_expression"): _binary,
    kind("composite_literal"): _composite,
    kind("literal_value"): _literal_value,
    kind("keyed_element"): _keyed,
    kind("function_literal"): _function_literal,
    kind("array_type"): _array,
    kind("implicit_length_array_type"): _array,
    kind("slice_type"): _array,
    kind("pointer_type"): _pointer,
    kind("struct_type"): _struct,
    kind("interface_type"): _interface,
    kind("map_type"): _map,
    kind("channel_type"): _channel,
    kind("function_type"): _function_type,
    kind("type_elem"): _type_element,
    kind("underlying_type"): _underlying,
}
