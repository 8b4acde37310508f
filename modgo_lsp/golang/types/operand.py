"""Operands: what an expression denotes, after go/types' operands."""

from __future__ import annotations

from typing import Literal

import msgspec

from modgo_lsp.golang.types.constants import Value
from modgo_lsp.golang.types.objects import Object
from modgo_lsp.golang.types.types import Type, Unknown

Mode = Literal["value", "constant", "type", "builtin", "package", "nil", "no value", "unresolved", "unknown"]


class Operand(msgspec.Struct, frozen=True):
    """What an expression is.

    `type` is a value's type, or the type that a "type" denotes. `results` are those of a call with several.
    `value` is a constant's, None where it couldn't be worked out. `source` is the object that gives it its
    type: a function, method or variable. `generic` are the type parameters that still lack an argument.
    `name` is that of a builtin or of what isn't declared, or "method expression", or "interface method".
    """

    mode: Mode
    type: Type = Unknown()
    value: Value | None = None
    results: tuple[Type, ...] | None = None
    source: Object | None = None
    generic: tuple[str, ...] = ()
    name: str = ""


UNKNOWN_OPERAND = Operand("unknown")
