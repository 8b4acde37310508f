"""A node that lacks what the grammar promises is lowered all the same: other versions of the parser may make
one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modgo_lsp.golang.syntax import ast, grammar, lower_expressions, lower_statements
from modgo_lsp.golang.syntax.document import Part

# Nodes of these kinds are nothing without their parts.
_BAD = {
    *("selector_expression", "qualified_identifier", "unary_expression", "binary_expression"),
    *("function_literal", "labeled_statement", "if_statement"),
}


@pytest.mark.parametrize(
    ("text", "bad"), [(b"", {*_BAD, "type_elem"}), (b"var a int\nvar b int", _BAD)], ids=["empty", "two"]
)
def test_a_node_without_its_fields(text: bytes, bad: set[str]) -> None:
    part = Part(text, first=True)
    root = part.tree.root_node
    lowering = lower_expressions.Lowering(part, 0, lower_statements.lower_body)
    made: dict[str, ast.Node] = {}
    for table in (lower_expressions._MAKE, lower_statements._MAKE):
        for kind_id, make in table.items():
            made[str(grammar.LANGUAGE.node_kind_for_id(kind_id))] = make(lowering, root, 0)
    assert {kind for kind, node in made.items() if isinstance(node, ast.BadExpr | ast.BadStmt)} == bad
    for node in made.values():
        assert (node.span.start, node.span.end) == (0, len(text))
        assert all(0 <= each.span.start <= each.span.end <= len(text) for each in ast.walk(node))
    for kind in ("parenthesized_expression", "pointer_type", "underlying_type", "expression_statement"):
        (inner,) = ast.children(made[kind])
        assert isinstance(inner, ast.BadExpr)
        assert inner.span == made[kind].span


@pytest.mark.parametrize("find", [grammar.kind, grammar.token, grammar.field])
def test_a_name_that_the_grammar_lacks_is_an_error(find: Callable[[str], int]) -> None:
    with pytest.raises(LookupError, match=r"^the grammar has no nonesuch$"):
        find("nonesuch")
