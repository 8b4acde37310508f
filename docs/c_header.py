"""Parses C headers: their declarations in order, each with its comment.

tree-sitter-c keeps comments and needs no preprocessor. Comments must be above what they explain, or behind a
field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec
import tree_sitter_c
from tree_sitter import Language, Node, Parser

C = Language(tree_sitter_c.language())
OPEN = frozenset({"preproc_ifdef", "linkage_specification", "declaration_list"})
SKIPPED = frozenset({"preproc_include", "preproc_call", "identifier", "string_literal"})


class Member(msgspec.Struct, frozen=True):
    """A field of a struct or a value of an enum; `type` is C, or the enum value's number."""

    name: str
    type: str
    about: str
    prototype: str = ""  # of a pointer to a function: how that is called


class Declared(msgspec.Struct, frozen=True):
    """`kind` is macro, enum, struct, opaque, type, variable or function; `code` is C without comments."""

    kind: str
    name: str
    code: str
    members: tuple[Member, ...] = ()


class Group(msgspec.Struct, frozen=True):
    """Declarations without a blank line between them, and the comment above, which explains all of them."""

    about: str
    declared: tuple[Declared, ...]


class Section(msgspec.Struct, frozen=True):
    """The title of a section, or prose that explains no declaration (`title` is then empty)."""

    title: str
    about: str = ""


Part: TypeAlias = Group | Section


def read_header(source: bytes) -> tuple[str, tuple[Part, ...]]:
    """The comment that opens a header, and its parts.

    Raises ValueError, with the line, where something stands in it that this does not know.
    """
    opening, *nodes = _flat(Parser(C).parse(source).root_node)
    if opening.type != "comment":
        raise ValueError("the header does not open with a comment")
    return _text(opening), tuple(_parts(nodes))


def _flat(node: Node) -> Iterator[Node]:
    """The declarations of a header, also those in `#ifdef` and `extern "C"`."""
    for child in node.named_children:
        if child.type in OPEN:
            yield from _flat(child)
        elif child.type not in SKIPPED and not _is_guard(child):
            yield child


def _is_guard(node: Node) -> bool:
    """Whether this defines an empty macro: the include guard."""
    return node.type == "preproc_def" and node.child_by_field_name("value") is None


def _parts(nodes: list[Node]) -> Iterator[Part]:
    at = 0
    while at < len(nodes):
        about = ""
        if nodes[at].type == "comment":
            about = _text(nodes[at])
            at += 1
            if at == len(nodes) or nodes[at].start_point.row > _last_row(nodes[at - 1]) + 1:
                title = about.strip("- ")
                yield Section(title) if about.startswith("----") else Section("", about)
                continue
        first = at
        at += 1
        while (
            at < len(nodes)
            and nodes[at].type != "comment"
            and nodes[at].start_point.row == _last_row(nodes[at - 1]) + 1
        ):
            at += 1
        yield Group(about, tuple(_declared(node) for node in nodes[first:at]))


def _declared(node: Node) -> Declared:
    code = _code(node)
    if node.type == "preproc_def":
        return Declared("macro", _field(node, "name"), _field(node, "value"))
    kind = node.child_by_field_name("type")
    body = kind.child_by_field_name("body") if kind is not None else None
    if kind is not None and node.type in ("type_definition", "struct_specifier"):
        name = _field(kind, "name")
        if kind.type == "enum_specifier" and body is not None:
            return Declared("enum", name, code, tuple(_values(body)))
        if kind.type == "struct_specifier":
            return Declared("struct" if body else "opaque", name, code, tuple(_fields(body)) if body else ())
    if node.type == "struct_specifier":
        inner = node.child_by_field_name("body")
        assert inner is not None
        return Declared("struct", _field(node, "name"), code + ";", tuple(_fields(inner)))
    if node.type == "type_definition":
        return Declared("type", _declarator(node)[0], code)
    if node.type == "declaration":
        name, called = _declarator(node)
        return Declared("function" if called else "variable", name, code)
    raise ValueError(f"line {node.start_point.row + 1}: {node.type} has no place in a header")


def _values(body: Node) -> Iterator[Member]:
    number = -1
    for node, about in _with_comments(body):
        value = _field(node, "value")
        number = int(value, 0) if value else number + 1
        yield Member(_field(node, "name"), str(number), about)


def _fields(body: Node) -> Iterator[Member]:
    for node, about in _with_comments(body):
        name, called = _declarator(node)
        code = _code(node).removesuffix(";")
        if called:
            yield Member(name, "function", about, code.replace(f"(*{name})", name, 1) + ";")
        else:
            yield Member(name, "".join(code.rsplit(name, 1)).replace(" [", "[").strip(), about)


def _with_comments(body: Node) -> Iterator[tuple[Node, str]]:
    """The members, each with the comment behind it, else the one above it or above its block of lines."""
    nodes = body.named_children
    above = ""
    for at, node in enumerate(nodes):
        before = nodes[at - 1] if at else None
        behind = nodes[at + 1] if at + 1 < len(nodes) else None
        if node.type == "comment":
            above = "" if before is not None and _is_behind(before, node) else _text(node)
            continue
        if before is not None and node.start_point.row > _last_row(before) + 1:
            above = ""
        has_own = behind is not None and behind.type == "comment" and _is_behind(node, behind)
        yield node, _text(behind) if has_own and behind is not None else above


def _is_behind(node: Node, comment: Node) -> bool:
    return node.type != "comment" and comment.start_point.row == node.end_point.row


def _declarator(node: Node) -> tuple[str, bool]:
    """The name that a declaration declares, and whether it is a function."""
    called = False
    inner = node.child_by_field_name("declarator")
    while inner is not None and inner.type not in ("identifier", "field_identifier", "type_identifier"):
        called = called or inner.type == "function_declarator"
        inner = inner.child_by_field_name("declarator") or next(
            (child for child in inner.named_children if child.type.endswith("declarator")), None
        )
    if inner is None:
        raise ValueError(f"line {node.start_point.row + 1}: this declares nothing")
    return _bytes(inner), called


def _code(node: Node) -> str:
    """The node's C on one line."""
    return " ".join(_bytes(node).split()) if node.type != "comment" else ""


def _field(node: Node, name: str) -> str:
    child = node.child_by_field_name(name)
    return "" if child is None else _bytes(child)


def _bytes(node: Node) -> str:
    assert node.text is not None
    return node.text.decode("utf-8")


def _last_row(node: Node) -> int:
    """A directive of the preprocessor ends at the beginning of the next line."""
    return node.end_point.row - (node.end_point.column == 0)


def _text(comment: Node) -> str:
    """The text of a comment without its marks, with its lines and indentation."""
    lines = _bytes(comment).removeprefix("/*").removesuffix("*/").splitlines()
    bare = [lines[0].strip()] + [line.strip().removeprefix("*").rstrip() for line in lines[1:]]
    return "\n".join(line.removeprefix(" ") for line in bare).strip()
