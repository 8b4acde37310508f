"""The calls of the SDK's functions and methods that take the name of a bin."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.sdk import READING, SDK_PATH

WRITING = ("Set", "Unset")
_METHODS = tuple(f"{SDK_PATH}.Record.{name}" for name in (*READING, *WRITING))
_GET = f"{SDK_PATH}.Get"


def bin_names(code: Code) -> Iterator[ast.Expr]:
    """The expressions that name bins."""
    return (expr for _, _, expr in bin_calls(code))


def bin_calls(code: Code) -> Iterator[tuple[str, ast.CallExpr, ast.Expr]]:
    """The calls that take the name of a bin: the method, the call, and the argument that names the bin."""
    for call, name in code.calls(*_METHODS, _GET):
        index = 1 if name == _GET else 0
        if len(call.args) > index:
            yield name.rpartition(".")[2], call, call.args[index]
