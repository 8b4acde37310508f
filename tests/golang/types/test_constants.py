"""Constants: which are evaluated, and to what."""

from __future__ import annotations

from fractions import Fraction

import pytest

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.document import parse
from modgo_lsp.golang.syntax.lower import lower
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.golang.types import constants
from modgo_lsp.golang.types.types import Basic


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


_INT, _FLOAT = constants.UNTYPED_INT, constants.UNTYPED_FLOAT


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "0o17", 15),
        ("int", "017", 15),
        ("int", "0b1_0", 2),
        ("int", "08", None),
        ("int", "0xg", None),
        ("int", "1" * constants._LONGEST["int"], int("1" * constants._LONGEST["int"])),
        ("int", "1" * (constants._LONGEST["int"] + 1), None),
        ("float", "1.5e2", 150),
        ("float", "0x1.8p1", 3),
        ("float", "1.5.2", None),
        ("float", "0x1.8", None),
        ("imaginary", "1i", None),
    ],
)
def test_the_value_of_a_literal(kind: str, text: str, value: int | None) -> None:
    """The parser takes digits that Go refuses, too."""
    assert constants.literal(ast.BasicLit(Span(0, len(text)), kind, text))[1] == value


@pytest.mark.parametrize(
    ("op", "value", "basic", "expected"),
    [
        ("-", 5, None, -5),
        ("+", 5, None, 5),
        ("^", 5, None, -6),
        ("^", 5, Basic("uint8"), 250),
        ("^", 5, Basic("int8"), -6),
        ("^", Fraction(5), None, None),
        ("!", 5, None, None),
        ("!", True, None, False),
        ("-", True, None, None),
        ("-", b"a", None, None),
        ("-", None, None, None),
    ],
)
def test_unary_operations(
    op: str, value: constants.Value | None, basic: Basic | None, expected: constants.Value | None
) -> None:
    assert constants.unary(op, value, basic) == expected


_BITS = constants.MAX_BITS


@pytest.mark.parametrize(
    ("x", "op", "y", "expected"),
    [
        (True, "&&", False, False),
        (True, "||", 1, None),
        (1, "==", True, None),
        (True, "+", True, None),
        (b"a", "+", 1, None),
        (b"a", "-", b"b", None),
        (b"a", "<", b"b", True),
        (1, "<<", 3, 8),
        (-5, ">>", 1, -3),
        (1, "<<", -1, None),
        (1, "<<", Fraction(1, 2), None),
        (Fraction(1, 2), "<<", 1, None),
        (Fraction(2), "<<", Fraction(1), 4),
        (5, ">>", _BITS + 1, 0),
        (-5, ">>", _BITS + 1, -1),
        (0, "<<", _BITS + 1, 0),
        (1, "<<", _BITS - 1, 1 << (_BITS - 1)),
        (-7, "/", 2, -3),
        (-7, "%", 2, -1),
        (7, "/", 0, None),
        (7, "&^", 5, 2),
        (Fraction(1, 2), "&", 1, None),
    ],
)
def test_binary_operations(
    x: constants.Value, op: str, y: constants.Value, expected: constants.Value | None
) -> None:
    assert constants.binary(x, op, y, _INT) == expected


@pytest.mark.parametrize(
    ("x", "op", "y"),
    [
        (1, "<<", _BITS),
        (1, "<<", _BITS + 1),
        ((1 << _BITS) - 1, "+", 1),
        (Fraction(1, (1 << _BITS) - 1), "*", Fraction(1, 2)),
        (b"a" * constants.MAX_BYTES, "+", b"b"),
    ],
)
def test_operations_beyond_the_bounds(x: constants.Value, op: str, y: constants.Value) -> None:
    with pytest.raises(constants.TooLargeError):
        constants.binary(x, op, y, _FLOAT if isinstance(x, Fraction) else _INT)


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (65, "string", b"A"),
        (0xD800, "string", "\ufffd".encode()),
        (0x110000, "string", "\ufffd".encode()),
        (b"a", "string", b"a"),
        (True, "string", None),
        (Fraction(3, 2), "string", None),
        (True, "bool", True),
        (True, "int", None),
        (b"a", "int", None),
        (b"a", "bool", None),
        (Fraction(4, 2), "int8", 2),
        (Fraction(3, 2), "int8", None),
        (Fraction(1, 10), "float64", Fraction(0.1)),
        (Fraction(1, 10), "float32", Fraction(13421773, 134217728)),
        (10**39, "float32", None),
        (10**38, "float32", Fraction(99999996802856924650656260769173209088)),
        (10**309, "float64", None),
        (1, "complex64", None),
        (None, "int", None),
    ],
)
def test_conversions(value: constants.Value | None, target: str, expected: constants.Value | None) -> None:
    assert constants.convert(value, Basic(target)) == expected


def test_the_extreme_of_constants() -> None:
    assert constants.extreme("min", [2, Fraction(1, 2), 3]) == Fraction(1, 2)
    assert constants.extreme("max", [b"a", b"c", b"b"]) == b"c"
    assert constants.extreme("max", [2, None]) is None
