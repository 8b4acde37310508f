"""From trees to the statements of ast.py, and to the declarations that stand among them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node as Tree

from modgo_lsp.syntax import ast
from modgo_lsp.syntax.lower_expressions import MAX_DEPTH, Lowering, proper
from modgo_lsp.syntax.positions import Span


def lower_body(lowering: Lowering, block: Tree, depth: int) -> tuple[ast.Stmt, ...]:
    """The statements of a block."""
    return tuple(_statement(lowering, child, depth) for child in proper(block))


def lower_general(lowering: Lowering, node: Tree, depth: int = 0) -> ast.GenDecl:
    """A const, var or type declaration."""
    specs: list[ast.Spec] = []
    for child in node.named_children:
        kind = child.type
        if kind in ("const_spec", "var_spec"):
            names = tuple(lowering.ident(name) for name in child.children_by_field_name("name"))
            type_ = lowering.optional(_field(child, "type"), depth)
            values = lowering.expr_list(_field(child, "value"), depth)
            specs.append(ast.ValueSpec(lowering.span(child), names, type_, values, len(specs)))
        elif kind in ("type_definition", "alias_declaration"):
            name = _field(child, "name")
            if name is None or name.is_missing:
                continue
            params = _field(child, "type_parameters")
            specs.append(
                ast.TypeSpec(
                    lowering.span(child),
                    lowering.ident(name),
                    None if params is None else lowering.type_parameters(params, depth),
                    kind == "alias_declaration",
                    lowering.expr(_field(child, "type"), depth),
                )
            )
    return ast.GenDecl(lowering.span(node), node.type.removesuffix("_declaration"), tuple(specs))


def _statement(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    make = _MAKE.get(node.type)
    if make is None or depth >= MAX_DEPTH:
        return ast.BadStmt(lowering.span(node))
    return make(lowering, node, depth + 1)


def _optional(lowering: Lowering, node: Tree | None, depth: int) -> ast.Stmt | None:
    return None if node is None else _statement(lowering, node, depth)


def _field(node: Tree, name: str) -> Tree | None:
    return node.child_by_field_name(name)


def _block(lowering: Lowering, node: Tree | None, depth: int) -> ast.BlockStmt:
    if node is None:
        return ast.BlockStmt(Span(0, 0), ())
    return ast.BlockStmt(lowering.span(node), lower_body(lowering, node, depth))


def _block_statement(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return _block(lowering, node, depth)


def _declaration(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.DeclStmt(lowering.span(node), lower_general(lowering, node, depth))


def _labeled(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    label, inner = _field(node, "label"), _field(node, "statement")
    if label is None:
        return ast.BadStmt(lowering.span(node))
    empty = lowering.between(node.end_byte, node.end_byte)
    statement = ast.EmptyStmt(empty) if inner is None else _statement(lowering, inner, depth)
    return ast.LabeledStmt(lowering.span(node), lowering.ident(label), statement)


def _expression(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    inside = proper(node)
    if len(inside) != 1:
        return ast.BadStmt(lowering.span(node))
    return ast.ExprStmt(lowering.span(node), lowering.expr(inside[0], depth))


def _send(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    channel = lowering.expr(_field(node, "channel"), depth)
    return ast.SendStmt(lowering.span(node), channel, lowering.expr(_field(node, "value"), depth))


def _increment(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    op = _field(node, "operator")
    return ast.IncDecStmt(
        lowering.span(node), lowering.expr(_field(node, "operand"), depth), "++" if op is None else op.type
    )


def _assignment(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    op = ":=" if node.type == "short_var_declaration" else "="
    operator = _field(node, "operator")
    return ast.AssignStmt(
        lowering.span(node),
        lowering.expr_list(_field(node, "left"), depth),
        op if operator is None else operator.type,
        lowering.expr_list(_field(node, "right"), depth),
    )


def _receive(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    """A select case that receives: a plain statement, as in go/ast."""
    x = lowering.expr(_field(node, "right"), depth)
    left = _field(node, "left")
    if left is None:
        return ast.ExprStmt(lowering.span(node), x)
    op = ":=" if any(child.type == ":=" for child in node.children) else "="
    return ast.AssignStmt(lowering.span(node), lowering.expr_list(left, depth), op, (x,))


def _go(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.GoStmt(lowering.span(node), lowering.expr(_field(node, "call"), depth))


def _defer(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.DeferStmt(lowering.span(node), lowering.expr(_field(node, "call"), depth))


def _return(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.ReturnStmt(lowering.span(node), lowering.expr_list(_field(node, "result"), depth))


def _branch(lowering: Lowering, node: Tree, _depth: int) -> ast.Stmt:
    label = _field(node, "label")
    return ast.BranchStmt(
        lowering.span(node),
        node.type.removesuffix("_statement"),
        None if label is None else lowering.ident(label),
    )


def _empty(lowering: Lowering, node: Tree, _depth: int) -> ast.Stmt:
    return ast.EmptyStmt(lowering.span(node))


def _if(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    """`else if` chains are followed without recursion, from their end."""
    chain: list[Tree] = []
    link: Tree | None = node
    while link is not None and link.type == "if_statement" and len(chain) < MAX_DEPTH:
        chain.append(link)
        link = _field(link, "else")
    otherwise = _optional(lowering, link, depth)
    for link in reversed(chain):
        otherwise = ast.IfStmt(
            lowering.span(link),
            _optional(lowering, _field(link, "init_statement"), depth),
            lowering.expr(_field(link, "condition"), depth),
            _block(lowering, _field(link, "body"), depth),
            otherwise,
        )
    return ast.BadStmt(lowering.span(node)) if otherwise is None else otherwise


def _clause_body(lowering: Lowering, node: Tree, depth: int) -> tuple[ast.Stmt, ...]:
    """The statements after the colon of a case."""
    statements = []
    after = False
    for child in node.children:
        if child.type == ":" and not child.is_named:
            after = True
        elif after and child.is_named and not child.is_extra and not child.is_error:
            statements.append(_statement(lowering, child, depth))
    return tuple(statements)


def _clauses(lowering: Lowering, node: Tree, depth: int) -> tuple[ast.CaseClause, ...]:
    clauses = []
    for child in node.named_children:
        if child.type == "expression_case_clause":
            values = lowering.expr_list(_field(child, "value"), depth)
        elif child.type == "type_case_clause":
            values = tuple(lowering.expr(t, depth) for t in child.children_by_field_name("type"))
        else:
            continue
        default = bool(child.children) and child.children[0].type == "default"
        clauses.append(
            ast.CaseClause(lowering.span(child), values, default, _clause_body(lowering, child, depth))
        )
    return tuple(clauses)


def _switch(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.SwitchStmt(
        lowering.span(node),
        _optional(lowering, _field(node, "init_statement"), depth),
        lowering.optional(_field(node, "value"), depth),
        _clauses(lowering, node, depth),
    )


def _type_switch(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    name = _field(node, "name")
    return ast.TypeSwitchStmt(
        lowering.span(node),
        _optional(lowering, _field(node, "init_statement"), depth),
        None if name is None else lowering.ident(name),
        lowering.expr(_field(node, "operand"), depth),
        _clauses(lowering, node, depth),
    )


def _select(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    clauses = tuple(
        ast.CommClause(
            lowering.span(child),
            _optional(lowering, _field(child, "communication"), depth),
            _clause_body(lowering, child, depth),
        )
        for child in node.named_children
        if child.type == "communication_clause"
    )
    return ast.SelectStmt(lowering.span(node), clauses)


def _for(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    body = _block(lowering, _field(node, "body"), depth)
    clause: Tree | None = None
    for child in node.named_children:
        if child.type == "range_clause":
            return _range(lowering, node, child, body, depth)
        if child.type == "for_clause":
            clause = child
    if clause is None:
        condition = lowering.optional(_field(node, "condition"), depth)
        return ast.ForStmt(lowering.span(node), None, condition, None, body)
    return ast.ForStmt(
        lowering.span(node),
        _optional(lowering, _field(clause, "init_statement"), depth),
        lowering.optional(_field(clause, "condition"), depth),
        _optional(lowering, _field(clause, "post_statement"), depth),
        body,
    )


def _range(lowering: Lowering, node: Tree, clause: Tree, body: ast.BlockStmt, depth: int) -> ast.Stmt:
    tokens = [child.type for child in clause.children if not child.is_named]
    op = ":=" if ":=" in tokens else "=" if "=" in tokens else ""
    lhs = lowering.expr_list(_field(clause, "left"), depth)
    return ast.RangeStmt(lowering.span(node), lhs, op, lowering.expr(_field(clause, "right"), depth), body)


_MAKE: dict[str, Callable[[Lowering, Tree, int], ast.Stmt]] = {
    "block": _block_statement,
    "const_declaration": _declaration,
    "var_declaration": _declaration,
    "type_declaration": _declaration,
    "labeled_statement": _labeled,
    "expression_statement": _expression,
    "send_statement": _send,
    "inc_dec_statement": _increment,
    "assignment": _assignment,
    "short_var_declaration": _assignment,
    "receive_statement": _receive,
    "go_statement": _go,
    "defer_statement": _defer,
    "return_statement": _return,
    "break_statement": _branch,
    "continue_statement": _branch,
    "goto_statement": _branch,
    "fallthrough_statement": _branch,
    "empty_statement": _empty,
    "if_statement": _if,
    "expression_switch_statement": _switch,
    "type_switch_statement": _type_switch,
    "select_statement": _select,
    "for_statement": _for,
}
