"""Directive comments, //modgo:…, //go:… and //export: where they stand, and which code they are about."""

from __future__ import annotations

import re

import msgspec
import tree_sitter
from tree_sitter import Node as Tree

from modgo_lsp.golang.syntax.document import Document, Part
from modgo_lsp.golang.syntax.grammar import query
from modgo_lsp.golang.syntax.positions import Span


class Directive(msgspec.Struct, frozen=True):
    """A comment such as `//modgo:ignore MG303 reason`: `name` is "modgo:ignore", `arguments` the place of the
    rest, without blanks around.

    If the directive is `alone` on its line, `extent` is the whole statement, declaration, spec, field or case
    directly below it, None if there is none; otherwise it is the line without its end. `leading` is whether
    it stands before the first declaration that is no import.
    """

    span: Span
    name: str
    arguments: Span
    alone: bool
    extent: Span | None
    leading: bool


_MARK = re.compile(rb"//(?:modgo:|go:|export[ \t])")
_PARTS = re.compile(rb"//([^ \t\r]*)[ \t]*")
# Blanks and other comments, but no empty line, may stand between a directive and its code.
_BETWEEN = re.compile(rb"(?:[ \t\r]*\n)?[ \t]*(?://[^\n]*|/\*.*?\*/)", re.DOTALL)
_NEXT_LINE = re.compile(rb"(?:[ \t\r]*\n)?[ \t]*(?=\S)")
_PIECE = re.compile(r".*_(?:statement|declaration|spec|case|clause|elem)|block|type_alias")

# Up to how many directives a query runs for each: a query visits all nodes before its range.
_MANY = 20


def directives(document: Document) -> tuple[Directive, ...]:
    """The directives of a document, in order."""
    return document.derive(_directives)


def _directives(document: Document) -> tuple[Directive, ...]:
    marks = [part.derive(_marks) for part in document.parts]
    if not any(marks):
        return ()
    first = _first_declaration(document)
    cursor = tree_sitter.QueryCursor(query("directives"))
    found = []
    for start, part, offsets in zip(document.starts, document.parts, marks, strict=True):
        shift = start - part.offset
        below: dict[int, Span | None] = {}
        for together in [offsets] if len(offsets) > _MANY else [[mark] for mark in offsets]:
            places = {mark + part.offset for mark in together}
            # A query over the whole tree takes long. A mark further on in a comment is only text.
            cursor.set_byte_range(min(places), max(places) + 2)
            nodes = cursor.captures(part.tree.root_node).get("comment", [])
            found += [
                _directive(document, part, node, shift, first, below)
                for node in nodes
                if node.start_byte in places
            ]
    return tuple(found)


def _marks(text: bytes) -> list[int]:
    return [mark.start() for mark in _MARK.finditer(text)]


def _directive(
    document: Document, part: Part, node: Tree, shift: int, first: int, below: dict[int, Span | None]
) -> Directive:
    text = document.text
    start, end = node.start_byte + shift, node.end_byte + shift
    span = Span(start, start + len(text[start:end].rstrip(b"\r")))
    parts = _PARTS.match(text, span.start, span.end)
    assert parts is not None  # it matches anything that begins with two slashes
    rest = Span(parts.end(), max(parts.end(), span.start + len(text[span.start : span.end].rstrip())))
    line = text.rfind(b"\n", 0, span.start) + 1
    alone = not text[line : span.start].removeprefix(b"\xef\xbb\xbf").strip()
    extent = _below(part, node.end_byte, shift, below) if alone else Span(line, end)
    return Directive(span, parts[1].decode("utf-8", "replace"), rest, alone, extent, span.start < first)


def _first_declaration(document: Document) -> int:
    for start, part in zip(document.starts, document.parts, strict=True):
        for node in part.nodes:
            if node.type.endswith("_declaration") and node.type != "import_declaration":
                return node.start_byte + start - part.offset
    return len(document.text) + 1


def _below(part: Part, offset: int, shift: int, known: dict[int, Span | None]) -> Span | None:
    """The largest piece of code that begins with the first token after `offset`, where a comment ends.
    `known` is a cache by offset: there may be thousands of directives, one below the other."""
    passed = [offset]
    while offset not in known and (comment := _BETWEEN.match(part.code, offset)):
        offset = comment.end()
        passed.append(offset)
    found = known[offset] if offset in known else _begun_after(part, offset, shift)
    known.update(dict.fromkeys(passed, found))
    return found


def _begun_after(part: Part, offset: int, shift: int) -> Span | None:
    """The largest piece of code that begins with the first token after `offset`; None if that is a
    comment."""
    token = _NEXT_LINE.match(part.code, offset)
    if token is None:
        return None
    cursor = part.tree.root_node.walk()
    while cursor.goto_first_child_for_byte(token.end()) is not None:
        node = cursor.node
        if node is not None and node.start_byte == token.end() and _PIECE.fullmatch(node.type):
            return Span(node.start_byte + shift, node.end_byte + shift)
    return None
