"""Finds the types that a package's UDFs convert: those of signatures, of `udf.Get[T]`, of values that are
set, and of the stages of streams. The builder generates code for them."""

from __future__ import annotations

from collections.abc import Iterator

from modgo_lsp.golang.syntax import ast
from modgo_lsp.golang.types.types import Func, Named, Type
from modgo_lsp.model.function_code import Code
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.sdk_types import RECORD_POINTER
from modgo_lsp.model.supported import unsupported

_GETS = tuple(f"{SDK_PATH}.{name}" for name in ("At", "Get", "Lookup"))
_STAGES = tuple(f"{SDK_PATH}.{name}" for name in ("Aggregate", "Filter", "Map", "Reduce", "StreamOf"))


def converted_types(package: Package) -> tuple[Type, ...]:
    """The types, each once. All are supported as far as they are known."""
    found = dict.fromkeys(_of_signatures(package))
    for code in package.reached:
        found.update(dict.fromkeys(_of_body(code)))
    resolver, here = package.resolver, package.import_path
    return tuple(type_ for type_ in found if unsupported(resolver, type_, here) is None)


def _of_signatures(package: Package) -> Iterator[Type]:
    for registration in package.registrations:
        signature = registration.signature
        if signature is not None:
            yield from (parameter.type for parameter in signature.parameters)
            if signature.result is not None:
                yield signature.result.type


def _of_body(code: Code) -> Iterator[Type]:
    for call, _ in code.calls(*_GETS):
        fun = ast.unparen(call.fun)
        if isinstance(fun, ast.IndexExpr) and len(fun.indices) == 1:
            yield code.denoted(fun.indices[0])
    for call in code.methods("Set"):
        fun = ast.unparen(call.fun)
        on_record = isinstance(fun, ast.SelectorExpr) and code.type_of(fun.x) == RECORD_POINTER
        if on_record and len(call.args) == 2:
            yield code.type_of(call.args[1])
    for call, _ in code.calls(*_STAGES):
        for argument in call.args:
            yield from _of_stage(code.type_of(argument))


def _of_stage(argument: Type) -> Iterator[Type]:
    """The types of a stage's elements, by the type of its function or sequence."""
    if isinstance(argument, Func):
        yield from (*argument.parameters, *argument.results)
    elif isinstance(argument, Named) and argument.package == "iter":
        yield from argument.arguments
