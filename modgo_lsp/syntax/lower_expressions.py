"""From trees to the expressions and types of ast.py. Not for: statements (lower_statements.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node as Tree

from modgo_lsp.syntax import ast
from modgo_lsp.syntax.positions import Span

# How deep expressions and statements are looked into. Beyond it a node is Bad: so is code that no
# person wrote, and whoever walks what we give can do so by recursion.
MAX_DEPTH = 120

# How many operators a chain of them may have. Python frees what hangs on one another by recursion, on the
# stack of a thread that may be small: a chain of some ten thousands would end the process.
_MAX_CHAIN = 10_000

# How many children a list is made of in a few milliseconds.
_MANY = 5_000

_LITERALS = {
    "int_literal": "int",
    "float_literal": "float",
    "imaginary_literal": "imaginary",
    "rune_literal": "rune",
    "raw_string_literal": "string",
    "interpreted_string_literal": "string",
}

_IDENTS = frozenset(
    (
        "identifier",
        "blank_identifier",
        "type_identifier",
        "field_identifier",
        "package_identifier",
        "label",
        "dot",
    )
)

LowerBody = Callable[["Lowering", Tree, int], tuple[ast.Stmt, ...]]


class Lowering:
    """The lowering of one text, which stands `shift` bytes further on in its file. `depth` counts how deep in
    the tree a node stands.

    `lower_body` gives a block's statements: expressions hold functions, and functions statements.
    """

    def __init__(self, text: bytes, shift: int, lower_body: LowerBody) -> None:
        self.text = text
        self._shift = shift
        self._lower_body = lower_body

    def span(self, node: Tree) -> Span:
        return Span(node.start_byte + self._shift, node.end_byte + self._shift)

    def between(self, start: int, end: int) -> Span:
        """The span of two offsets in the text that was parsed."""
        return Span(start + self._shift, end + self._shift)

    def source(self, node: Tree) -> str:
        return self.text[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def ident(self, node: Tree) -> ast.Ident:
        return ast.Ident(self.span(node), self.source(node))

    def body(self, node: Tree, depth: int) -> ast.Body:
        return ast.Body(self.span(node), lambda: self._lower_body(self, node, depth + 1))

    def expr(self, node: Tree | None, depth: int) -> ast.Expr:
        """The expression or type at `node`."""
        if node is None:
            return ast.BadExpr(Span(0, 0))
        kind = node.type
        if kind in _IDENTS:
            return ast.BadExpr(self.span(node)) if node.is_missing else self.ident(node)
        literal = _LITERALS.get(kind)
        if literal is not None:
            return ast.BasicLit(self.span(node), literal, self.source(node))
        make = _MAKE.get(kind)
        if make is None or depth >= MAX_DEPTH:
            return ast.BadExpr(self.span(node))
        return make(self, node, depth + 1)

    def optional(self, node: Tree | None, depth: int) -> ast.Expr | None:
        return None if node is None else self.expr(node, depth)

    def expr_list(self, node: Tree | None, depth: int) -> tuple[ast.Expr, ...]:
        """The expressions of an expression list, or the one expression that stands in its place."""
        if node is None:
            return ()
        if node.type != "expression_list":
            return (self.expr(node, depth),)
        return tuple(self.expr(child, depth) for child in proper(node))

    def function_type(self, node: Tree, depth: int) -> ast.FuncType:
        """The type of anything that has parameters: a declaration, literal, type or method element."""
        type_params = node.child_by_field_name("type_parameters")
        params = node.child_by_field_name("parameters")
        result = node.child_by_field_name("result")
        start = params.start_byte if params is not None and _named(node) else node.start_byte
        end = (result or params or node).end_byte
        return ast.FuncType(
            self.between(start, end),
            None if type_params is None else self.type_parameters(type_params, depth),
            ast.FieldList(self.span(node), ()) if params is None else self.parameters(params, depth),
            None if result is None else self._results(result, depth),
        )

    def parameters(self, node: Tree, depth: int) -> ast.FieldList:
        return ast.FieldList(
            self.span(node),
            tuple(
                self._parameter(c, depth) for c in node.named_children if c.type == "parameter_declaration"
            ),
        )

    def _parameter(self, node: Tree, depth: int) -> ast.Field:
        names = tuple(self.ident(name) for name in node.children_by_field_name("name"))
        type_node = node.child_by_field_name("type")
        type_ = self.expr(type_node, depth)
        for child in node.children:
            if child.type == "...":
                type_ = ast.Ellipsis(Span(self.span(child).start, type_.span.end), type_)
        return ast.Field(self.span(node), names, type_)

    def _results(self, node: Tree, depth: int) -> ast.FieldList:
        if node.type == "parameters":
            return self.parameters(node, depth)
        type_ = self.expr(node, depth)
        return ast.FieldList(self.span(node), (ast.Field(self.span(node), (), type_),))

    def type_parameters(self, node: Tree, depth: int) -> ast.FieldList:
        fields = []
        for child in node.named_children:
            if child.type == "type_parameter_declaration":
                names = tuple(self.ident(name) for name in child.children_by_field_name("name"))
                constraint = self.expr(child.child_by_field_name("constraint"), depth)
                fields.append(ast.Field(self.span(child), names, constraint))
        return ast.FieldList(self.span(node), tuple(fields))


def proper(node: Tree) -> list[Tree]:
    """The named children that are code: neither comments nor what the parser skipped."""
    children = node.named_children if node.named_child_count < _MANY else _one_by_one(node)
    return [child for child in children if not child.is_extra and not child.is_error]


def _one_by_one(node: Tree) -> Iterator[Tree]:
    """The named children of a node with very many: making a list of them keeps Python to itself for long."""
    cursor = node.walk()
    more = cursor.goto_first_child()
    while more:
        child = cursor.node
        if child is not None and child.is_named:
            yield child
        more = cursor.goto_next_sibling()


def _named(node: Tree) -> bool:
    return node.type in ("function_declaration", "method_declaration", "method_elem")


def _field(node: Tree, name: str) -> Tree | None:
    return node.child_by_field_name(name)


def _paren(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    inside = proper(node)
    if len(inside) != 1:
        return ast.BadExpr(lowering.span(node))
    return ast.ParenExpr(lowering.span(node), lowering.expr(inside[0], depth))


def _selector(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    sel = _field(node, "field") or _field(node, "name")
    x = _field(node, "operand") or _field(node, "package")
    if sel is None or sel.is_missing:
        return ast.BadExpr(lowering.span(node))
    return ast.SelectorExpr(lowering.span(node), lowering.expr(x, depth), lowering.ident(sel))


def _index(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    indices = tuple(lowering.expr(index, depth) for index in node.children_by_field_name("index"))
    return ast.IndexExpr(lowering.span(node), lowering.expr(_field(node, "operand"), depth), indices)


def _generic(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    arguments = _field(node, "type_arguments")
    indices = () if arguments is None else tuple(lowering.expr(c, depth) for c in proper(arguments))
    return ast.IndexExpr(lowering.span(node), lowering.expr(_field(node, "type"), depth), indices)


def _slice(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    low, high, maximum = (lowering.optional(_field(node, name), depth) for name in ("low", "high", "max"))
    return ast.SliceExpr(
        lowering.span(node), lowering.expr(_field(node, "operand"), depth), (low, high, maximum)
    )


def _assertion(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    x = lowering.expr(_field(node, "operand"), depth)
    return ast.TypeAssertExpr(lowering.span(node), x, lowering.optional(_field(node, "type"), depth))


def _call(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    arguments = _field(node, "arguments")
    args: tuple[ast.Expr, ...] = ()
    ellipsis = False
    if arguments is not None:
        args = tuple(lowering.expr(child, depth) for child in proper(arguments))
        ellipsis = any(child.type == "..." for child in arguments.children)
    return ast.CallExpr(lowering.span(node), lowering.expr(_field(node, "function"), depth), args, ellipsis)


def _unary(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    op = _field(node, "operator")
    x = lowering.expr(_field(node, "operand"), depth)
    if op is None:
        return ast.BadExpr(lowering.span(node))
    if op.type == "*":
        return ast.StarExpr(lowering.span(node), x)
    return ast.UnaryExpr(lowering.span(node), op.type, x)


def _binary(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    """Long chains (`"a" + "b" + …`) lean to the left: they are followed without recursion."""
    chain = []
    left: Tree | None = node
    while left is not None and left.type == "binary_expression":
        chain.append(left)
        left = _field(left, "left")
        if len(chain) > _MAX_CHAIN:
            return ast.BadExpr(lowering.span(node))
    x = lowering.expr(left, depth)
    for link in reversed(chain):
        op = _field(link, "operator")
        y = lowering.expr(_field(link, "right"), depth)
        x = ast.BinaryExpr(lowering.span(link), x, "" if op is None else op.type, y)
    return x


def _composite(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    type_ = lowering.optional(_field(node, "type"), depth)
    value = _field(node, "value")
    return ast.CompositeLit(lowering.span(node), type_, _elements(lowering, value, depth))


def _literal_value(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    return ast.CompositeLit(lowering.span(node), None, _elements(lowering, node, depth))


def _elements(lowering: Lowering, node: Tree | None, depth: int) -> ast.Elements:
    return ast.Elements(
        lambda: () if node is None else tuple(lowering.expr(child, depth) for child in proper(node))
    )


def _keyed(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    key = lowering.expr(_field(node, "key"), depth)
    return ast.KeyValueExpr(lowering.span(node), key, lowering.expr(_field(node, "element"), depth))


def _function_literal(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    body = _field(node, "body")
    if body is None:
        return ast.BadExpr(lowering.span(node))
    return ast.FuncLit(lowering.span(node), lowering.function_type(node, depth), lowering.body(body, depth))


def _array(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    element = lowering.expr(_field(node, "element"), depth)
    if node.type == "implicit_length_array_type":
        return ast.ArrayType(lowering.span(node), ast.Ellipsis(lowering.span(node), None), element)
    length = None if node.type == "slice_type" else lowering.expr(_field(node, "length"), depth)
    return ast.ArrayType(lowering.span(node), length, element)


def _pointer(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    inside = proper(node)
    if len(inside) != 1:
        return ast.BadExpr(lowering.span(node))
    return ast.StarExpr(lowering.span(node), lowering.expr(inside[0], depth))


def _struct(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    fields = []
    for child in node.named_children:
        if child.type != "field_declaration":
            continue
        names = tuple(lowering.ident(name) for name in child.children_by_field_name("name"))
        type_ = lowering.expr(_field(child, "type"), depth)
        tag = lowering.optional(_field(child, "tag"), depth)
        fields.append(
            ast.Field(lowering.span(child), names, type_, tag if isinstance(tag, ast.BasicLit) else None)
        )
    return ast.StructType(lowering.span(node), ast.FieldList(lowering.span(node), tuple(fields)))


def _interface(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    fields = []
    for child in proper(node):
        if child.type == "method_elem":
            name = _field(child, "name")
            if name is not None:
                type_ = lowering.function_type(child, depth)
                fields.append(ast.Field(lowering.span(child), (lowering.ident(name),), type_))
        else:
            fields.append(ast.Field(lowering.span(child), (), lowering.expr(child, depth)))
    return ast.InterfaceType(lowering.span(node), ast.FieldList(lowering.span(node), tuple(fields)))


def _map(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    key = lowering.expr(_field(node, "key"), depth)
    return ast.MapType(lowering.span(node), key, lowering.expr(_field(node, "element"), depth))


def _channel(lowering: Lowering, node: Tree, depth: int) -> ast.Expr:
    tokens = [child.type for child in node.children if not child.is_named]
    direction = "both" if "<-" not in tokens else "receive" if tokens[0] == "<-" else "send"
    return ast.ChanType(lowering.span(node), direction, lowering.expr(_field(node, "element"), depth))


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
    inside = proper(node)
    if len(inside) != 1:
        return ast.BadExpr(lowering.span(node))
    return ast.UnaryExpr(lowering.span(node), "~", lowering.expr(inside[0], depth))


_MAKE: dict[str, Callable[[Lowering, Tree, int], ast.Expr]] = {
    "parenthesized_expression": _paren,
    "parenthesized_type": _paren,
    "selector_expression": _selector,
    "qualified_identifier": _selector,
    "index_expression": _index,
    "generic_type": _generic,
    "slice_expression": _slice,
    "type_assertion_expression": _assertion,
    "call_expression": _call,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "composite_literal": _composite,
    "literal_value": _literal_value,
    "keyed_element": _keyed,
    "function_literal": _function_literal,
    "array_type": _array,
    "implicit_length_array_type": _array,
    "slice_type": _array,
    "pointer_type": _pointer,
    "struct_type": _struct,
    "interface_type": _interface,
    "map_type": _map,
    "channel_type": _channel,
    "function_type": _function_type,
    "type_elem": _type_element,
    "underlying_type": _underlying,
}
