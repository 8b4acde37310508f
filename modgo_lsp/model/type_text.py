"""Formats types: as Go source, and by Aerospike's names."""

from __future__ import annotations

from collections.abc import Callable

from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.type_expressions import Resolver
from modgo_lsp.golang.types.types import (
    Array,
    Basic,
    Chan,
    Field,
    Func,
    Interface,
    Map,
    Named,
    Pointer,
    Slice,
    Struct,
    Type,
)
from modgo_lsp.golang.types.universe import FLOATS, INTEGERS
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.sdk_types import GEOJSON, HLL, LIST_VIEW, MAP_VIEW


class _UnnameableError(Exception):
    """A type cannot be named in the requested file."""


def go_source(type_: Type, package_path: str, import_name: Callable[[str], str]) -> str | None:
    """`type_` as Go source for a file of the package `package_path`.

    `import_name` returns the name under which that file imports a path ("" for a dot import). None if the
    type cannot be named there: it is unknown, declared in a function, unexported elsewhere, or a struct or
    interface literal with unexported names of another package.
    """
    try:
        return _source(type_, package_path, import_name)
    except _UnnameableError:
        return None


def _source(type_: Type, here: str, imported: Callable[[str], str]) -> str:
    def again(inner: Type) -> str:
        return _source(inner, here, imported)

    match type_:
        case Basic(name="unsafe.Pointer"):
            return f"{imported('unsafe')}.Pointer"
        case Basic(name=name) if not name.startswith("untyped"):
            return name
        case Named():
            return _named(type_, here, imported)
        case Pointer(element=element):
            return f"*{again(element)}"
        case Slice(element=element):
            return f"[]{again(element)}"
        case Array(length=length, element=element) if length >= 0:
            return f"[{length}]{again(element)}"
        case Map(key=key, value=value):
            return f"map[{again(key)}]{again(value)}"
        case Chan(direction=direction, element=element):
            if direction == "both" and isinstance(element, Chan) and element.direction == "receive":
                return f"chan ({again(element)})"
            return {"both": "chan", "send": "chan<-", "receive": "<-chan"}[direction] + f" {again(element)}"
        case Func():
            return "func" + _signature(type_, again)
        case Struct(fields=fields):
            return "struct{" + "; ".join(_field(field, again) for field in fields) + "}"
        case Interface():
            return _interface(type_, again)
    raise _UnnameableError


def _named(type_: Named, here: str, imported: Callable[[str], str]) -> str:
    if type_.local:
        raise _UnnameableError
    arguments = ", ".join(_source(argument, here, imported) for argument in type_.arguments)
    suffix = f"[{arguments}]" if arguments else ""
    if type_.package in ("", here):
        return type_.name + suffix
    if not is_exported(type_.name):
        raise _UnnameableError
    package = imported(type_.package)
    return (f"{package}." if package else "") + type_.name + suffix


def _signature(type_: Func, source: Callable[[Type], str]) -> str:
    parameters = [source(parameter) for parameter in type_.parameters]
    if type_.variadic and isinstance(type_.parameters[-1], Slice):
        parameters[-1] = "..." + source(type_.parameters[-1].element)
    results = [source(result) for result in type_.results]
    text = f"({', '.join(parameters)})"
    if len(results) == 1:
        return f"{text} {results[0]}"
    return f"{text} ({', '.join(results)})" if results else text


def _field(field: Field, source: Callable[[Type], str]) -> str:
    if not is_exported(field.name):
        # The type does not record which package an unexported field belongs to.
        raise _UnnameableError
    text = source(field.type) if field.embedded else f"{field.name} {source(field.type)}"
    if not field.tag:
        return text
    quoted = field.tag.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{text} "{quoted}"'


def _interface(type_: Interface, source: Callable[[Type], str]) -> str:
    if type_.empty:
        return "any"
    if type_.constraint or not all(map(is_exported, type_.methods)):
        raise _UnnameableError
    parts = []
    for name, method in zip(type_.methods, type_.method_types, strict=True):
        if not isinstance(method, Func):
            raise _UnnameableError
        parts.append(name + _signature(method, source))
    parts += [source(embedded) for embedded in type_.embedded]
    return "interface{ " + "; ".join(parts) + " }"


def type_text(type_: Type, package_path: str) -> str:
    """`type_` as shown to a reader in the package `package_path`: packages are named by the last element of
    their path."""
    try:
        return _source(type_, package_path, lambda path: path.rpartition("/")[2])
    except _UnnameableError:
        pass
    match type_:
        case Named():
            return type_.name
        case Pointer(element=element):
            return "*" + type_text(element, package_path)
        case Slice(element=element):
            return "[]" + type_text(element, package_path)
        case Struct():
            return "struct{…}"
        case Interface():
            return "interface{…}"
        case Func():
            return "func(…)"
    return getattr(type_, "text", "") or getattr(type_, "name", "") or "an unknown type"


def aerospike_name(resolver: Resolver, type_: Type, depth: int = 0) -> str:
    """The Aerospike type of a value of `type_`: "integer", "list of string", "map of string to any value".

    "unsupported" if no value can become it, "unknown" if the type is unknown.
    """
    if type_ in _OWN_NAMES:
        return _OWN_NAMES[type_]
    if depth > 8:
        return "any value"
    under = resolver.underlying(type_)
    match under:
        case Basic(name=name):
            if name in INTEGERS and name != "uintptr":
                return "integer"
            if name in FLOATS:
                return "double"
            return {"bool": "boolean", "string": "string"}.get(name, "unsupported")
        case Slice(element=element):
            if resolver.underlying(element) == Basic("uint8"):
                return "bytes"
            return _of("list", aerospike_name(resolver, element, depth + 1))
        case Array(element=element) if resolver.underlying(element) == Basic("uint8"):
            return "bytes"
        case Map(key=key, value=value):
            keys = "bytes" if key == _BYTES_KEY else aerospike_name(resolver, key, depth + 1)
            values = aerospike_name(resolver, value, depth + 1)
            return "map" if keys == values == "any value" else f"map of {keys} to {values}"
        case Pointer(element=element):
            return f"{aerospike_name(resolver, element, depth + 1)} or nil"
        case Struct():
            return "map"
        case Interface() if resolver.is_empty_interface(type_):
            return "any value"
        case Chan() | Func() | Array() | Interface():
            return "unsupported"
    return "unknown"


# The SDK's types that are not what they are made of.
_OWN_NAMES: dict[Type, str] = {GEOJSON: "GeoJSON", HLL: "HLL", LIST_VIEW: "list", MAP_VIEW: "map"}
_BYTES_KEY = Named(SDK_PATH, "BytesKey")


def _of(kind: str, element: str) -> str:
    return kind if element == "any value" else f"{kind} of {element}"
