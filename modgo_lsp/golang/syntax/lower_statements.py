"""Lowers trees to the statements of ast.py, and to the declarations among them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node as Tree

from modgo_lsp.golang.syntax import ast, grammar
from modgo_lsp.golang.syntax.grammar import kind, token
from modgo_lsp.golang.syntax.lower_expressions import MAX_DEPTH, Lowering, proper
from modgo_lsp.golang.syntax.positions import Span

_ALIAS = kind("alias_declaration")
_CASE = kind("expression_case_clause")
_COMMUNICATION = kind("communication_clause")
_FOR_CLAUSE = kind("for_clause")
_IF = kind("if_statement")
_RANGE_CLAUSE = kind("range_clause")
_SHORT_VAR = kind("short_var_declaration")
_TYPE_CASE = kind("type_case_clause")
_TYPES = frozenset((kind("type_definition"), _ALIAS))
_VALUES = frozenset((kind("const_spec"), kind("var_spec")))

_ASSIGN = token("=")
_COLON = token(":")
_DECLARE = token(":=")
_DEFAULT = token("default")


def lower_body(lowering: Lowering, block: Tree, depth: int) -> tuple[ast.Stmt, ...]:
    """The statements of a block."""
    return tuple([_statement(lowering, child, depth) for child in proper(block)])


def lower_general(lowering: Lowering, node: Tree, depth: int = 0) -> ast.GenDecl:
    """A const, var or type declaration."""
    specs: list[ast.Spec] = []
    for child in node.named_children:
        kind_id = child.kind_id
        if kind_id in _VALUES:
            names = lowering.names(child)
            type_ = lowering.optional_in(child, grammar.TYPE, depth)
            values = lowering.list_in(child, grammar.VALUE, depth)
            specs.append(ast.ValueSpec(lowering.span(child), names, type_, values, len(specs)))
        elif kind_id in _TYPES:
            name = child.child_by_field_id(grammar.NAME)
            if name is None or name.is_missing:
                continue
            params = child.child_by_field_id(grammar.TYPE_PARAMETERS)
            specs.append(
                ast.TypeSpec(
                    lowering.span(child),
                    lowering.ident(name),
                    None if params is None else lowering.type_parameters(params, depth),
                    kind_id == _ALIAS,
                    lowering.expr_in(child, grammar.TYPE, depth),
                )
            )
    return ast.GenDecl(lowering.span(node), node.type.removesuffix("_declaration"), tuple(specs))


def _statement(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    make = _MAKE.get(node.kind_id)
    if make is None or depth >= MAX_DEPTH:
        return ast.BadStmt(lowering.span(node), make is not None)
    return make(lowering, node, depth + 1)


def _optional_in(lowering: Lowering, node: Tree, field: int, depth: int) -> ast.Stmt | None:
    """The statement in a field of `node`, if there is one."""
    inner = node.child_by_field_id(field)
    return None if inner is None else _statement(lowering, inner, depth)


def _block(lowering: Lowering, node: Tree | None, depth: int) -> ast.BlockStmt:
    if node is None:
        return ast.BlockStmt(Span(0, 0), ())
    return ast.BlockStmt(lowering.span(node), lower_body(lowering, node, depth))


def _block_statement(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return _block(lowering, node, depth)


def _declaration(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.DeclStmt(lowering.span(node), lower_general(lowering, node, depth))


def _labeled(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    label, inner = node.child_by_field_id(grammar.LABEL), node.child_by_field_id(grammar.STATEMENT)
    if label is None:
        return ast.BadStmt(lowering.span(node))
    empty = lowering.between(node.end_byte, node.end_byte)
    statement = ast.EmptyStmt(empty) if inner is None else _statement(lowering, inner, depth)
    return ast.LabeledStmt(lowering.span(node), lowering.ident(label), statement)


def _expression(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.ExprStmt(lowering.span(node), lowering.only(node, depth))


def _send(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    channel = lowering.expr_in(node, grammar.CHANNEL, depth)
    return ast.SendStmt(lowering.span(node), channel, lowering.expr_in(node, grammar.VALUE, depth))


def _increment(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    op = node.child_by_field_id(grammar.OPERATOR)
    return ast.IncDecStmt(
        lowering.span(node),
        lowering.expr_in(node, grammar.OPERAND, depth),
        "++" if op is None else op.type,
    )


def _assignment(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    op = ":=" if node.kind_id == _SHORT_VAR else "="
    operator = node.child_by_field_id(grammar.OPERATOR)
    return ast.AssignStmt(
        lowering.span(node),
        lowering.list_in(node, grammar.LEFT, depth),
        op if operator is None else operator.type,
        lowering.list_in(node, grammar.RIGHT, depth),
    )


def _receive(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    """A select case that receives: a plain statement, as in go/ast."""
    x = lowering.expr_in(node, grammar.RIGHT, depth)
    if node.child_by_field_id(grammar.LEFT) is None:
        return ast.ExprStmt(lowering.span(node), x)
    op = ":=" if _DECLARE in [child.kind_id for child in node.children] else "="
    return ast.AssignStmt(lowering.span(node), lowering.list_in(node, grammar.LEFT, depth), op, (x,))


def _go(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.GoStmt(lowering.span(node), lowering.expr_in(node, grammar.CALL, depth))


def _defer(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.DeferStmt(lowering.span(node), lowering.expr_in(node, grammar.CALL, depth))


def _return(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.ReturnStmt(lowering.span(node), lowering.list_in(node, grammar.RESULT, depth))


def _branch(lowering: Lowering, node: Tree, _depth: int) -> ast.Stmt:
    label = node.child_by_field_id(grammar.LABEL)
    return ast.BranchStmt(
        lowering.span(node),
        node.type.removesuffix("_statement"),
        None if label is None else lowering.ident(label),
    )


def _empty(lowering: Lowering, node: Tree, _depth: int) -> ast.Stmt:
    return ast.EmptyStmt(lowering.span(node))


def _if(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    """A chain of `else if`, from its end, without recursion."""
    chain: list[Tree] = []
    link: Tree | None = node
    while link is not None and link.kind_id == _IF and len(chain) < MAX_DEPTH:
        chain.append(link)
        link = link.child_by_field_id(grammar.ELSE)
    otherwise = None if link is None else _statement(lowering, link, depth)
    for link in reversed(chain):
        otherwise = ast.IfStmt(
            lowering.span(link),
            _optional_in(lowering, link, grammar.INIT_STATEMENT, depth),
            lowering.expr_in(link, grammar.CONDITION, depth),
            _block(lowering, link.child_by_field_id(grammar.BODY), depth),
            otherwise,
        )
    return ast.BadStmt(lowering.span(node)) if otherwise is None else otherwise


def _clause_body(lowering: Lowering, node: Tree, depth: int) -> tuple[ast.Stmt, ...]:
    """The statements after the colon of a case."""
    statements = []
    after = False
    for child in node.children:
        if child.kind_id == _COLON:
            after = True
        elif after and child.is_named and not child.is_extra and not child.is_error:
            statements.append(_statement(lowering, child, depth))
    return tuple(statements)


def _clauses(lowering: Lowering, node: Tree, depth: int) -> tuple[ast.CaseClause, ...]:
    clauses = []
    for child in node.named_children:
        if child.kind_id == _CASE:
            values = lowering.list_in(child, grammar.VALUE, depth)
        elif child.kind_id == _TYPE_CASE:
            values = tuple([lowering.expr(t, depth) for t in child.children_by_field_id(grammar.TYPE)])
        else:
            continue
        default = bool(child.children) and child.children[0].kind_id == _DEFAULT
        clauses.append(
            ast.CaseClause(lowering.span(child), values, default, _clause_body(lowering, child, depth))
        )
    return tuple(clauses)


def _switch(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    return ast.SwitchStmt(
        lowering.span(node),
        _optional_in(lowering, node, grammar.INIT_STATEMENT, depth),
        lowering.optional_in(node, grammar.VALUE, depth),
        _clauses(lowering, node, depth),
    )


def _type_switch(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    name = node.child_by_field_id(grammar.NAME)
    return ast.TypeSwitchStmt(
        lowering.span(node),
        _optional_in(lowering, node, grammar.INIT_STATEMENT, depth),
        None if name is None else lowering.ident(name),
        lowering.expr_in(node, grammar.OPERAND, depth),
        _clauses(lowering, node, depth),
    )


def _select(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    clauses = tuple(
        ast.CommClause(
            lowering.span(child),
            _optional_in(lowering, child, grammar.COMMUNICATION, depth),
            _clause_body(lowering, child, depth),
        )
        for child in node.named_children
        if child.kind_id == _COMMUNICATION
    )
    return ast.SelectStmt(lowering.span(node), clauses)


def _for(lowering: Lowering, node: Tree, depth: int) -> ast.Stmt:
    body = _block(lowering, node.child_by_field_id(grammar.BODY), depth)
    clause: Tree | None = None
    for child in node.named_children:
        if child.kind_id == _RANGE_CLAUSE:
            return _range(lowering, node, child, body, depth)
        if child.kind_id == _FOR_CLAUSE:
            clause = child
    if clause is None:
        condition = lowering.optional_in(node, grammar.CONDITION, depth)
        return ast.ForStmt(lowering.span(node), None, condition, None, body)
    return ast.ForStmt(
        lowering.span(node),
        _optional_in(lowering, clause, grammar.INIT_STATEMENT, depth),
        lowering.optional_in(clause, grammar.CONDITION, depth),
        _optional_in(lowering, clause, grammar.POST_STATEMENT, depth),
        body,
    )


def _range(lowering: Lowering, node: Tree, clause: Tree, body: ast.BlockStmt, depth: int) -> ast.Stmt:
    tokens = [child.kind_id for child in clause.children]
    op = ":=" if _DECLARE in tokens else "=" if _ASSIGN in tokens else ""
    lhs = lowering.list_in(clause, grammar.LEFT, depth)
    return ast.RangeStmt(lowering.span(node), lhs, op, lowering.expr_in(clause, grammar.RIGHT, depth), body)


_MAKE: dict[int, Callable[[Lowering, Tree, int], ast.Stmt]] = {
    kind("block"): _block_statement,
    kind("const_declaration"): _declaration,
    kind("var_declaration"): _declaration,
    kind("type_declaration"): _declaration,
    kind("labeled_statement"): _labeled,
    kind("expression_statement"): _expression,
    kind("send_statement"): _send,
    kind("inc_dec_statement"): _increment,
    kind("assignment"): _assignment,
    kind("short_var_declaration"): _assignment,
    kind("receive_statement"): _receive,
    kind("go_statement"): _go,
    kind("defer_statement"): _defer,
    kind("return_statement"): _return,
    kind("break_statement"): _branch,
    kind("continue_statement"): _branch,
    kind("goto_statement"): _branch,
    kind("fallthrough_statement"): _branch,
    kind("empty_statement"): _empty,
    kind("if_statement"): _if,
    kind("expression_switch_statement"): _switch,
    kind("type_switch_statement"): _type_switch,
    kind("select_statement"): _select,
    kind("for_statement"): _for,
}
