"""Exact arithmetic on constants, after go/constant."""

from __future__ import annotations

import operator
import re
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Union

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.syntax.literals import rune_value, unquote
from modgo_lsp.golang.types.types import Basic
from modgo_lsp.golang.types.universe import FLOATS, INTEGERS

# bool; integers and runes; floats; strings as bytes. Complex values are not evaluated.
Value = Union[bool, int, Fraction, bytes]

# The largest values that are computed, so that `1 << 1<<40` or a string that keeps doubling costs nothing. Go
# itself rejects integers of more than 512 bits, and gives floats as many.
MAX_BITS = 4096
MAX_BYTES = 64 * 1024
_MAX_DIGITS = 1000

_FLOAT = re.compile(r"([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?")
_EXPONENT = re.compile(r"^(?:0[xX].*[pP]|[0-9.]*[eE])([+-]?[0-9]+)$")
_HEX_FLOAT = re.compile(r"0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)")


class TooLargeError(Exception):
    """A constant exceeds MAX_BITS or MAX_BYTES."""


UNTYPED_BOOL = Basic("untyped bool")
UNTYPED_INT = Basic("untyped int")
UNTYPED_RUNE = Basic("untyped rune")
UNTYPED_FLOAT = Basic("untyped float")
UNTYPED_COMPLEX = Basic("untyped complex")
UNTYPED_STRING = Basic("untyped string")
UNTYPED_NIL = Basic("untyped nil")

# Kinds of untyped operands: an operation on two of them has the later kind.
_RANK = [UNTYPED_INT, UNTYPED_RUNE, UNTYPED_FLOAT, UNTYPED_COMPLEX]

_DEFAULTS = {
    UNTYPED_BOOL: Basic("bool"),
    UNTYPED_INT: Basic("int"),
    UNTYPED_RUNE: Basic("int32"),
    UNTYPED_FLOAT: Basic("float64"),
    UNTYPED_COMPLEX: Basic("complex128"),
    UNTYPED_STRING: Basic("string"),
}


def default_type(basic: Basic) -> Basic:
    """The type of a variable that is initialized with an untyped constant."""
    return _DEFAULTS.get(basic, basic)


def is_untyped(type_: object) -> bool:
    return isinstance(type_, Basic) and type_.name.startswith("untyped ")


def literal(expr: ast.BasicLit) -> tuple[Basic, Value | None]:
    """The type and value of a literal. The value is None for a malformed, complex or too large literal (see
    `is_too_large`)."""
    text = expr.value
    if expr.kind == "string":
        too_long = is_too_large(expr)
        return UNTYPED_STRING, None if too_long else unquote(text.encode("utf-8", "surrogateescape"))
    if expr.kind == "rune":
        return UNTYPED_RUNE, rune_value(text.encode("utf-8", "surrogateescape"))
    if expr.kind == "int":
        return UNTYPED_INT, _integer(text.replace("_", ""))
    if expr.kind == "float":
        return UNTYPED_FLOAT, _float(text.replace("_", ""))
    return UNTYPED_COMPLEX, None


_LONGEST = {"string": MAX_BYTES, "int": MAX_BITS // 4, "float": _MAX_DIGITS}


def is_too_large(expr: ast.BasicLit) -> bool:
    """Whether a literal is too large to be evaluated."""
    if len(expr.value) > _LONGEST.get(expr.kind, MAX_BYTES):
        return True
    return expr.kind == "float" and _has_large_exponent(expr.value.replace("_", ""))


def _has_large_exponent(text: str) -> bool:
    match = _EXPONENT.search(text)
    return match is not None and abs(int(match[1])) > _MAX_DIGITS


def _integer(text: str) -> int | None:
    if len(text) > _LONGEST["int"]:
        return None
    try:
        if len(text) > 1 and text[0] == "0" and text[1].isdigit():
            return int(text, 8)
        return int(text, 0)
    except ValueError:
        return None


def _float(text: str) -> Fraction | None:
    if len(text) > _MAX_DIGITS or _has_large_exponent(text):
        return None
    if (match := _HEX_FLOAT.fullmatch(text)) is not None:
        base, places = 2, 4
        digits = int((match[1] + match[2]) or "0", 16)
    elif (match := _FLOAT.fullmatch(text)) is not None:
        base, places = 10, 1
        digits = int((match[1] + match[2]) or "0")
    else:
        return None
    exponent = int(match[3] or "0") - places * len(match[2])
    return Fraction(digits) * Fraction(base) ** exponent


def unary(op: str, value: Value | None, basic: Basic | None) -> Value | None:
    """`op value`. `basic` is the operand's type, which `^` needs for unsigned integers."""
    if isinstance(value, bool):
        return (not value) if op == "!" else None
    if isinstance(value, bytes) or value is None:
        return None
    if op == "+":
        return value
    if op == "-":
        return -value
    if op == "^" and isinstance(value, int):
        if basic is not None and basic.name.startswith("uint"):
            return value ^ ((1 << INTEGERS[basic.name]) - 1)
        return ~value
    return None


_COMPARE: dict[str, Callable[[Any, Any], object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_INTEGER_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "&^": lambda x, y: x & ~y,
}


def is_comparison(op: str) -> bool:
    return op in _COMPARE


def binary(x: Value | None, op: str, y: Value | None, basic: Basic | None) -> Value | None:
    """`x op y`, or None if that is not constant. `basic` is the type of the operands, if it is a basic one.

    Raises TooLargeError.
    """
    if basic is not None and basic.name in FLOATS:
        x, y = convert(x, basic), convert(y, basic)
        value = _binary(x, op, y, integer=False)
        return value if is_comparison(op) else convert(value, basic)
    return _binary(x, op, y, basic is not None and "float" not in basic.name and "complex" not in basic.name)


def _binary(x: Value | None, op: str, y: Value | None, integer: bool) -> Value | None:
    """`integer` selects integer `/` and `%`."""
    if x is None or y is None:
        return None
    if isinstance(x, bytes) or isinstance(y, bytes):
        return _strings(x, op, y)
    if isinstance(x, bool) or isinstance(y, bool):
        return _booleans(x, op, y)
    if op in _COMPARE:
        return bool(_COMPARE[op](x, y))
    if op in ("<<", ">>"):
        return _shift(x, op, y)
    return _bounded(_arithmetic(x, op, y, integer))


def extreme(name: str, values: Sequence[Value | None]) -> Value | None:
    """The smallest ("min") or largest constant; None if one is unknown."""
    known = [value for value in values if value is not None]
    if len(known) != len(values):
        return None
    chosen: Any = known[0]
    for value in known[1:]:
        if _COMPARE["<" if name == "min" else ">"](value, chosen):
            chosen = value
    return chosen  # type: ignore[no-any-return]


def _strings(x: Value, op: str, y: Value) -> Value | None:
    if not (isinstance(x, bytes) and isinstance(y, bytes)):
        return None
    if op == "+":
        if len(x) + len(y) > MAX_BYTES:
            raise TooLargeError
        return x + y
    return bool(_COMPARE[op](x, y)) if op in _COMPARE else None


def _booleans(x: Value, op: str, y: Value) -> Value | None:
    if not (isinstance(x, bool) and isinstance(y, bool)):
        return None
    return {"&&": x and y, "||": x or y, "==": x == y, "!=": x != y}.get(op)


def _shift(x: int | Fraction, op: str, y: int | Fraction) -> Value | None:
    if x != int(x) or y != int(y) or y < 0:
        return None
    if op == "<<" and y > MAX_BITS and x != 0:
        raise TooLargeError
    if y > MAX_BITS:
        return -1 if op == ">>" and x < 0 else 0
    return _bounded(int(x) << int(y) if op == "<<" else int(x) >> int(y))


def _arithmetic(x: int | Fraction, op: str, y: int | Fraction, integer: bool) -> int | Fraction | None:
    if op == "+":
        return x + y
    if op == "-":
        return x - y
    if op == "*":
        return x * y
    if op in ("/", "%"):
        if y == 0 or (op == "%" and not integer):
            return None
        if not integer:
            return Fraction(x) / Fraction(y)
        quotient = abs(int(x)) // abs(int(y))
        quotient = quotient if (x < 0) == (y < 0) else -quotient
        return quotient if op == "/" else int(x) - quotient * int(y)
    operation = _INTEGER_OPERATIONS.get(op)
    return None if operation is None or x != int(x) or y != int(y) else operation(int(x), int(y))


def _bounded(value: int | Fraction | None) -> int | Fraction | None:
    if value is None:
        return None
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise TooLargeError
    return value


def wider(x: Basic, y: Basic) -> Basic:
    """The type of an operation on two untyped operands."""
    if x in _RANK and y in _RANK:
        return _RANK[max(_RANK.index(x), _RANK.index(y))]
    return x


def convert(value: Value | None, target: Basic) -> Value | None:
    """Converts a constant to a basic type; None if the result is not constant."""
    if value is None:
        return None
    if target.name in ("string", "untyped string"):
        if isinstance(value, bytes):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            valid = 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000
            return (chr(value) if valid else "\ufffd").encode()
        return None
    if isinstance(value, bytes | bool):
        return (
            value
            if isinstance(value, bool) == (target.name == "bool") and not isinstance(value, bytes)
            else None
        )
    if target.name in FLOATS:
        return _rounded(value, target.name)
    if target.name in INTEGERS:
        return int(value) if value == int(value) else None
    return None


def _rounded(value: int | Fraction, name: str) -> Fraction | None:
    try:
        nearest = float(value)
        return Fraction(struct.unpack("f", struct.pack("f", nearest))[0] if name == "float32" else nearest)
    except OverflowError:
        return None
