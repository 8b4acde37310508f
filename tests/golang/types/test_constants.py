"""Which literals are evaluated."""

from __future__ import annotations

import pytest

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.types import constants


@pytest.mark.parametrize(
    ("text", "too_large"),
    [
        ("1.5", False),
        ("1e1000", False),
        ("1e1001", True),
        ("1e-1_001", True),
        ("0x1p1000", False),
        ("0x1p-1001", True),
        ("1." + "0" * 998, False),
        ("1." + "0" * 999, True),
        ("12", False),
        ('"text"', False),
    ],
)
def test_literals_that_are_too_large(text: str, too_large: bool) -> None:
    file = lower(parse("/p.go", f"package p\n\nconst c = {text}\n".encode()))
    (literal,) = (node for node in ast.walk(file) if isinstance(node, ast.BasicLit))
    assert constants.is_too_large(literal) == too_large
    assert (constants.literal(literal)[1] is None) == too_large
