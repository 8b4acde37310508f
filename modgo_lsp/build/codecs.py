"""Generates the Go file with the codecs of a package: functions that encode and decode the lists, maps and
structs that its UDFs convert, so that the SDK need not use reflection.

The functions call each other and those of udf/bind. A type that this file cannot name, or that is not fully
known, is left to reflection: alone if it is an element of another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from modgo_lsp.build.wrappers import HEAD, FileNames, Generated, quoted, unused_path
from modgo_lsp.golang.types.bind import is_exported
from modgo_lsp.golang.types.types import Basic, Field, Interface, Map, Named, Pointer, Slice, Struct, Type
from modgo_lsp.golang.types.universe import ANY, FLOATS, INTEGERS
from modgo_lsp.model.converted_types import converted_types
from modgo_lsp.model.package import Package
from modgo_lsp.model.sdk import SDK_PATH
from modgo_lsp.model.sdk_types import GEOJSON, HLL, LIST_VIEW, MAP_VIEW
from modgo_lsp.model.struct_fields import CountedField, struct_fields
from modgo_lsp.model.type_text import go_source

CODEC_FILE = "zz_modgo_codecs.go"

# More than real packages have; the rest is left to reflection.
_MOST_FUNCTIONS = 300

# Types of the SDK that are not converted as what they are made of.
_VIEWS = frozenset((LIST_VIEW, MAP_VIEW))
_OWN = _VIEWS | {Named(SDK_PATH, "BytesKey"), GEOJSON, HLL}
# These integers and all floats and booleans have an Aerospike value in any case.
_UNFAILING = frozenset(INTEGERS) - {"uint", "uint64", "uintptr"}


class _Part(NamedTuple):
    """How a type is converted: by `bind.Decode{name}` and `bind.Encode{name}`, with more arguments for those
    of its elements. A struct has no name."""

    name: str
    decode: tuple[str, ...] = ()
    encode: tuple[str, ...] = ()
    fails: bool = True


_REFLECTED = _Part("Reflected")


_TEXT, _INT64 = Basic("string"), Basic("int64")
_PLAIN: tuple[Type, ...] = (*map(Basic, ("bool", "float64", "int", "int64", "string")), ANY)
# The SDK's own fast paths (fast_decode.go) convert these as fast, unless they are parts of other types.
_FAST: frozenset[Type] = frozenset(
    [
        *(Slice(element) for element in (*_PLAIN, Slice(Basic("uint8")), Map(_TEXT, ANY))),
        *(Map(_TEXT, value) for value in _PLAIN),
        *(Map(_INT64, value) for value in (_INT64, _TEXT, ANY)),
    ]
)


class _UnwritableError(Exception):
    """A type cannot be written in this file, or has too many parts."""


def codec_file(package: Package, others: set[Type]) -> Generated | None:
    """The file with the package's codecs, or None if it has none. `others` are the types that other packages
    of the module have codecs of; those of this one are added."""
    if not package.registrations:
        return None
    writer = _Writer(package)
    for type_ in converted_types(package):
        writer.root(type_, others)
    return writer.finish()


class _Writer:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._resolver = package.resolver
        self._names = FileNames(package)
        self._bind = self._names.imported(f"{SDK_PATH}/bind")
        self._functions: dict[Type, str | None] = {}  # None if reflection converts the type
        self._keys: dict[Type, str] = {}
        self._declared: list[str] = []
        self._added: dict[Type, None] = {}

    def root(self, type_: Type, others: set[Type]) -> None:
        """Adds the codec of a type and of the structs in it, unless `others` has them."""
        while isinstance(type_, Pointer):
            type_ = type_.element
        if isinstance(self._under(type_), Slice | Map | Struct) and type_ not in _FAST | _OWN:
            self._function(type_)
        structs = [each for each in self._functions if isinstance(self._under(each), Struct)]
        for each in (type_, *structs):
            if self._functions.get(each) is not None and each not in others:
                others.add(each)
                self._added[each] = None

    def finish(self) -> Generated | None:
        if not self._added:
            return None
        name = self._names.name
        dst, v, depth, x = name("dst"), name("v"), name("depth"), name("x")
        lines = []
        for type_ in self._added:
            function, source = self._functions[type_] or "", self._source(type_)
            lines += [
                f"\t{self._bind}.Codec({quoted(self._keys.get(type_, ''))}, {name('Decode' + function)}, "
                f"{name('Encode' + function)},",
                f"\t\tfunc({dst} []byte, {v} any, {depth} int) ([]byte, error) {{",
                f"\t\t\t{x} := {v}.({source})",
                f"\t\t\treturn {name('Encode' + function)}({dst}, &{x}, {depth})",
                "\t\t})",
            ]
        body = "".join(f"{line}\n" for line in ["func init() {", *lines, "}", *self._declared])
        text = f"{HEAD}package {self._package.name}\n\n{self._names.import_block(body)}\n{body}"
        path = unused_path(Path(self._package.directory) / CODEC_FILE)
        return Generated(path, text.encode(), optional=True)

    # --- which functions

    def _function(self, type_: Type) -> str | None:
        """Declares the functions of a list, map, pointer or struct, once. Returns the end of their names, or
        None if they cannot be written."""
        if type_ in self._functions or len(self._functions) >= _MOST_FUNCTIONS:
            return self._functions.get(type_)
        number = str(len(self._functions) + 1)
        self._functions[type_] = None
        try:
            source = self._source(type_)
            if isinstance(self._under(type_), Struct):
                bodies, self._keys[type_] = self._struct(type_, source)
            else:
                part = self._part(type_)
                if part.name in ("Bytes", "Reflected"):
                    return None
                bodies = (self._through(part, "Decode"), self._through(part, "Encode"))
        except _UnwritableError:
            return None
        self._functions[type_] = number
        name, bind = self._names.name, self._bind
        arguments = f"{name('r')} *{bind}.Reader, {name('it')} {bind}.Item"
        end = f"{name('p')} *{source}, {name('depth')} int)"
        self._declared += [
            "",
            f"func {name('Decode' + number)}({arguments}, {end} error {{",
            *(f"\t{line}" for line in bodies[0]),
            "}",
            "",
            f"func {name('Encode' + number)}({name('dst')} []byte, {end} ([]byte, error) {{",
            *(f"\t{line}" for line in bodies[1]),
            "}",
        ]
        return number

    def _through(self, part: _Part, way: str) -> list[str]:
        name = self._names.name
        first = f"{name('r')}, {name('it')}" if way == "Decode" else name("dst")
        return [f"return {self._call(part, way, first, name('p'), name('depth'))}"]

    def _part(self, type_: Type) -> _Part:
        """How a type is converted. Raises _UnwritableError if nothing but reflection can."""
        under = self._under(type_)
        if type_ in _OWN:
            return _REFLECTED
        match under:
            case Basic(name="bool"):
                return _Part("Boolean", fails=False)
            case Basic(name="string"):
                return _Part("String")
            case Basic(name=name) if name in INTEGERS and name != "uintptr":
                return _Part("Integer", fails=name not in _UNFAILING)
            case Basic(name=name) if name in FLOATS:
                return _Part("Float", fails=False)
            case Slice(element=Basic(name="uint8")):
                return _Part("Bytes")
            case Slice(element=element) if self._under(element) != Basic("uint8"):
                return self._of("List", (), element)
            case Map(key=key, value=value) if (kind := self._key_kind(key)) is not None:
                return self._of("Map", (kind,), value)
            case Struct() if (function := self._function(type_)) is not None:
                names = [self._names.name(f"{way}{function}") for way in ("Decode", "Encode")]
                return _Part("", (names[0],), (names[1],))
            case Interface() if type_ == under and self._resolver.is_empty_interface(type_):
                return _Part("Value")
        if isinstance(type_, Pointer):
            return self._of("Pointer", (), type_.element)
        return _REFLECTED

    def _of(self, name: str, keys: tuple[str, ...], element: Type) -> _Part:
        """A part whose elements have a converter of their own."""
        part = self._part(element)
        if name == "List" and part.name == "Integer":
            return _Part("Integers")
        bind = self._bind
        decode = tuple(f"{bind}.Key{key}" for key in keys)
        encode = tuple(f"{bind}.Raw{key}" for key in keys)
        if part.decode and part.name:  # its functions take those of elements
            function = self._function(element)
            part = _REFLECTED if function is None else _Part("", *self._pair(function))
        if not part.name:
            return _Part(name, (*decode, *part.decode), (*encode, *part.encode))
        return _Part(name, (*decode, f"{bind}.Decode{part.name}"), (*encode, f"{bind}.Encode{part.name}"))

    def _pair(self, function: str) -> tuple[tuple[str], tuple[str]]:
        return (self._names.name("Decode" + function),), (self._names.name("Encode" + function),)

    def _key_kind(self, key: Type) -> str | None:
        under = self._under(key)
        if key in _OWN or not isinstance(under, Basic):
            return None
        if under.name == "string":
            return "String"
        return "Integer" if under.name in INTEGERS and under.name != "uintptr" else None

    def _call(self, part: _Part, way: str, first: str, pointer: str, depth: str) -> str:
        """The expression that converts what `pointer` points to."""
        more = part.decode if way == "Decode" else part.encode
        if not part.name:
            return f"{more[0]}({first}, {pointer}, {depth})"
        rest = "".join(f", {each}" for each in more)
        return f"{self._bind}.{way}{part.name}({first}, {pointer}, {depth}{rest})"

    # --- structs

    def _struct(self, type_: Type, source: str) -> tuple[tuple[list[str], list[str]], str]:
        """The bodies of a struct's functions, and its keys in the form of value.AddCodec."""
        fields = struct_fields(self._resolver, type_)
        if not fields.known:
            raise _UnwritableError
        for counted in fields.counted:
            self._check(counted, type_)
        parts = [self._part(counted.field.type) for counted in fields.counted]
        keys = "\n".join(
            f"{_path(counted)} {counted.name}{',omitempty' if counted.omit_empty else ''}"
            for counted in fields.counted
        )
        bodies = (
            self._decode_struct(source, fields.counted, parts),
            self._encode_struct(fields.counted, parts),
        )
        return bodies, keys

    def _check(self, counted: CountedField, type_: Type) -> None:
        """Raises _UnwritableError if code in this package cannot use a field, or reflection cannot set it."""
        named = type_ if isinstance(type_, Named) else None
        foreign = named is None or named.package != self._package.import_path
        if not is_exported(counted.field.name):
            raise _UnwritableError
        for field in counted.around:
            if not is_exported(field.name) and (foreign or isinstance(field.type, Pointer)):
                raise _UnwritableError
            inner = field.type.element if isinstance(field.type, Pointer) else field.type
            foreign = foreign or not isinstance(inner, Named) or inner.package != self._package.import_path

    def _decode_struct(
        self, source: str, fields: Sequence[CountedField], parts: Sequence[_Part]
    ) -> list[str]:
        name = self._names.name
        r, it, p, depth, n = name("r"), name("it"), name("p"), name("depth"), name("n")
        key, v, err = name("key"), name("v"), name("err")
        lines = [
            f"{n}, {err} := {self._bind}.Fields[{source}]({it}, {depth})",
            f"for ; {err} == nil && {n} > 0; {n}-- {{",
            f"\t{key}, {v}, {err} := {r}.Field()",
            f"\tif {err} != nil {{",
            f"\t\treturn {err}",
            "\t}",
            f"\tswitch string({key}) {{",
        ]
        for counted, part in zip(fields, parts, strict=True):
            lines += [f"\tcase {quoted(counted.name)}:"]
            path = p
            for field in counted.around:
                path = f"{path}.{field.name}"
                if isinstance(field.type, Pointer):
                    made = self._source(field.type.element)
                    lines += [f"\t\tif {path} == nil {{", f"\t\t\t{path} = new({made})", "\t\t}"]
            pointer = f"&{path}.{counted.field.name}"
            call = self._call(part, "Decode", f"{r}, {v}", pointer, f"{depth}+1")
            lines += [f"\t\t{err} = {call}"]
        return [
            *lines,
            "\tdefault:",
            f"\t\tif {err} = {r}.Skip({v}, {depth}+1); {err} != nil {{",
            f"\t\t\treturn {err}",
            "\t\t}",
            "\t}",
            f"\tif {err} != nil {{",
            f"\t\treturn {self._bind}.InField({key}, {err})",
            "\t}",
            "}",
            f"return {err}",
        ]

    def _encode_struct(self, fields: Sequence[CountedField], parts: Sequence[_Part]) -> list[str]:
        name = self._names.name
        dst, p, depth, n, err = name("dst"), name("p"), name("depth"), name("n"), name("err")
        lines = [f"{n} := {len(fields)}"]
        conditions = []
        for index, counted in enumerate(fields):
            condition = self._present(counted, p)
            if condition:
                has = name(f"has{index}")
                lines += [f"{has} := {condition}", f"if !{has} {{", f"\t{n}--", "}"]
            conditions.append(condition)
        lines += [
            f"{dst}, {err} := {self._bind}.AppendStruct({dst}, {n}, {depth})",
            f"if {err} != nil {{",
            f"\treturn {dst}, {err}",
            "}",
        ]
        for index, (counted, part) in enumerate(zip(fields, parts, strict=True)):
            pointer = f"&{p}.{_path(counted)}"
            appended = f"append({dst}, {_packed(counted.name)}...)"
            call = self._call(part, "Encode", appended, pointer, f"{depth}+1")
            if part.fails:
                step = [
                    f"if {dst}, {err} = {call}; {err} != nil {{",
                    f"\treturn {dst}, {self._bind}.InField({quoted(counted.name)}, {err})",
                    "}",
                ]
            else:
                step = [f"{dst}, _ = {call}"]
            if conditions[index]:
                step = [f"if {name(f'has{index}')} {{", *(f"\t{line}" for line in step), "}"]
            lines += step
        return [*lines, f"return {dst}, nil"]

    def _present(self, counted: CountedField, p: str) -> str:
        """The condition under which a field is encoded, "" if it always is."""
        conditions = []
        path = p
        for field in counted.around:
            path = f"{path}.{field.name}"
            if isinstance(field.type, Pointer):
                conditions.append(f"{path} != nil")
        if counted.omit_empty:
            test = self._not_empty(f"{path}.{counted.field.name}", counted.field)
            conditions += [test] if test else []
        return " && ".join(conditions)

    def _not_empty(self, value: str, field: Field) -> str:
        if field.type in _VIEWS:
            return f"{value}.Len() != 0"
        match self._under(field.type):
            case Slice() | Map():
                return f"len({value}) != 0"
            case Struct():
                return ""
            case Pointer() | Interface():
                return f"{value} != nil"
            case Basic(name="bool"):
                return f"bool({value})"
            case Basic(name="string"):
                return f'{value} != ""'
            case Basic():
                return f"{value} != 0"
        raise _UnwritableError

    def _under(self, type_: Type) -> Type:
        return self._resolver.underlying(type_)

    def _source(self, type_: Type) -> str:
        source = go_source(type_, self._package.import_path, self._imported)
        if source is None:
            raise _UnwritableError
        return source

    def _imported(self, path: str) -> str:
        """The name of an imported package. Raises _UnwritableError if this package may not import it, which
        the field of a foreign struct can need."""
        parent, internal, _ = f"/{path}/".rpartition("/internal/")
        if internal and not (parent and f"/{self._package.import_path}/".startswith(f"{parent}/")):
            raise _UnwritableError
        return self._names.imported(path)


def _path(counted: CountedField) -> str:
    return ".".join(field.name for field in (*counted.around, counted.field))


def _packed(name: str) -> str:
    """A string in the server's msgpack dialect, as a Go literal."""
    data = name.encode()
    size = len(data) + 1
    if size < 32:
        head = bytes([0xA0 | size])
    elif size < 1 << 8:
        head = b"\xd9" + size.to_bytes(1, "big")
    elif size < 1 << 16:
        head = b"\xda" + size.to_bytes(2, "big")
    else:
        raise _UnwritableError
    return '"' + "".join(f"\\x{byte:02x}" for byte in (*head, 3)) + '"+' + quoted(name)
