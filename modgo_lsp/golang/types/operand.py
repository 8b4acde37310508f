"""Operands: the values, types and functions that expressions denote, after go/types."""

from __future__ import annotations

from typing import Literal

import msgspec

from modgo_lsp.golang.types.constants import Value
from modgo_lsp.golang.types.objects import Object
from modgo_lsp.golang.types.types import Type, Unknown

Mode = Literal["value", "constant", "type", "builtin", "package", "nil", "no value", "unresolved", "unknown"]


class Operand(msgspec.Struct, frozen=True):
    """The operand of an expression.

    `type` is the type of a value, or the type that a "type" denotes. `results` are those of a call with
    several. `value` is the value of a constant, None if it could not be computed. `source` is the function,
    method or variable that determines the type. `generic` are the type parameters without an argument yet.
    `name` is that of a builtin or of an undeclared name, or "method expression", or "interface method".
    """

    mode: Mode
    type: Type = Unknown()
    value: Value | None = None
    results: tuple[Type, ...] | None = None
    source: Object | None = None
    generic: tuple[str, ...] = ()
    name: str = ""


UNKNOWN_OPERAND = Operand("unknown")
