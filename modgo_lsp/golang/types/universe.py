"""Go's predeclared identifiers."""

from __future__ import annotations

from modgo_lsp.golang.types.objects import Builtin, Iota, Nil, Object, Predeclared, Scope
from modgo_lsp.golang.types.types import Basic, Chan, Func, Interface, Named, Struct

INTEGERS = {
    "int": 64,
    "int8": 8,
    "int16": 16,
    "int32": 32,
    "int64": 64,
    "uint": 64,
    "uint8": 8,
    "uint16": 16,
    "uint32": 32,
    "uint64": 64,
    "uintptr": 64,
}
FLOATS = ("float32", "float64")
COMPLEX = ("complex64", "complex128")

STRING = Basic("string")
BOOL = Basic("bool")
INT = Basic("int")
UNSAFE_POINTER = Basic("unsafe.Pointer")

ERROR = Named("", "error")
ANY = Interface(empty=True)
CONTEXT = Named("context", "Context")

ERROR_METHODS = Interface(empty=False, methods=("Error",), method_types=(Func((), (STRING,)),))

# Context is the one interface of Go's library that any signature may have, so its source is not read.
CONTEXT_METHODS = Interface(
    empty=False,
    methods=("Deadline", "Done", "Err", "Value"),
    method_types=(
        Func((), (Named("time", "Time"), BOOL)),
        Func((), (Chan("receive", Struct(())),)),
        Func((), (ERROR,)),
        Func((ANY,), (ANY,)),
    ),
)

_BUILTINS = (
    "append",
    "cap",
    "clear",
    "close",
    "complex",
    "copy",
    "delete",
    "imag",
    "len",
    "make",
    "max",
    "min",
    "new",
    "panic",
    "print",
    "println",
    "real",
    "recover",
)


class TrueOrFalse(Object):
    """The predeclared true and false."""


def _universe() -> Scope:
    scope = Scope()
    for name in ("bool", "string", *INTEGERS, *FLOATS, *COMPLEX):
        scope.declare(Predeclared(name, Basic(name)))
    scope.declare(Predeclared("byte", Basic("uint8")))
    scope.declare(Predeclared("rune", Basic("int32")))
    scope.declare(Predeclared("error", ERROR))
    scope.declare(Predeclared("any", ANY))
    scope.declare(Predeclared("comparable", Interface(empty=False, constraint=True)))
    for name in _BUILTINS:
        scope.declare(Builtin(name))
    scope.declare(Nil("nil"))
    scope.declare(Iota("iota"))
    scope.declare(TrueOrFalse("true"))
    scope.declare(TrueOrFalse("false"))
    return scope


UNIVERSE = _universe()
