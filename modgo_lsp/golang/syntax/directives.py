"""Finds directive comments (//modgo:…, //go:…, //export) and the code that they apply to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
import tree_sitter
from tree_sitter import Node as Tree

from modgo_lsp.golang.syntax.document import Document, Part
from modgo_lsp.golang.syntax.positions import Span


class Directive(msgspec.Struct, frozen=True):
    """A comment such as `//modgo:ignore MG303 reason`: `name` is "modgo:ignore", `arguments` the span of the
    rest, without blanks around it.

    If the directive is `alone` on its line, `extent` is the whole statement, declaration, spec, field or case
    directly below it, None if there is none; otherwise it is the line without its end. `leading` directives
    are before the first declaration other than imports.
    """

    span: Span
    name: str
    arguments: Span
    alone: bool
    extent: Span | None
    leading: bool


_MARK = re.compile(rb"//(?:modgo:|go:|export[ \t])")
_PARTS = re.compile(rb"//([^ \t\r]*)[ \t]*")
# Between a directive and its code may be blanks and other comments, but no empty line.
_BETWEEN = re.compile(rb"(?:[ \t\r]*\n)?[ \t]*(?://[^\n]*|/\*.*?\*/)", re.DOTALL)
_NEXT_LINE = re.compile(rb"(?:[ \t\r]*\n)?[ \t]*(?=\S)")
_PIECE = re.compile(r".*_(?:statement|declaration|spec|case|clause|elem)|block|type_alias")


def directives(document: Document) -> tuple[Directive, ...]:
    """The directives of a document, in order."""
    return document.derive(_directives)


def _directives(document: Document) -> tuple[Directive, ...]:
    marks = [part.derive(_marks) for part in document.parts]
    if not any(marks):
        return ()
    first = _first_declaration(document)
    found = []
    for start, part, offsets in zip(document.starts, document.parts, marks, strict=True):
        if offsets:
            below: dict[int, Span | None] = {}
            comments = _comments_at(part.tree, [mark + part.offset for mark in offsets])
            shift = start - part.offset
            found += [_directive(document, part, node, shift, first, below) for node in comments]
    return tuple(found)


def _marks(text: bytes) -> list[int]:
    return [mark.start() for mark in _MARK.finditer(text)]


def _comments_at(tree: tree_sitter.Tree, offsets: Sequence[int]) -> Iterator[Tree]:
    """The comments that begin at one of the offsets, which ascend: a mark may also be text in a string or
    comment.

    A query for comments takes two to four times as long, and its #match? fails on text that is not UTF-8.
    One walk over the tree for all offsets takes linear time where a part has thousands of directives.
    """
    cursor = tree.walk()
    for offset in offsets:
        while (node := cursor.node) is not None and node.end_byte <= offset:
            if not (cursor.goto_next_sibling() or cursor.goto_parent()):
                return
        while node is not None and node.type != "comment" and node.start_byte <= offset:
            node = None if cursor.goto_first_child_for_byte(offset) is None else cursor.node
        if node is not None and node.start_byte == offset:
            yield node


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
