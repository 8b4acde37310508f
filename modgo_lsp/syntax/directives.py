"""Directive comments: //modgo:…, //go:…, //export. Where they stand and what they are about.

Not for: what they mean (lint/ and the rules).
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
import tree_sitter
from tree_sitter import Node as Tree

from modgo_lsp.resources import resource
from modgo_lsp.syntax.document import LANGUAGE, Document
from modgo_lsp.syntax.positions import Span


class Directive(msgspec.Struct, frozen=True):
    """A comment such as `//modgo:ignore MG303 reason`: `name` is "modgo:ignore", `arguments` what follows it,
    without the blanks around.

    `alone`: nothing else stands on its line; then `extent` is the statement, declaration, field or case that
    follows, whole, None where none does. Otherwise `extent` is the line without its end.
    `leading`: it stands before the first declaration, imports not counted.
    """

    span: Span
    name: str
    arguments: str
    alone: bool
    extent: Span | None
    leading: bool


_MARKS = (b"//modgo:", b"//go:", b"//export ", b"//export\t")


def directives(document: Document) -> tuple[Directive, ...]:
    """The directives of a document, in order."""
    # The query goes through the whole tree: most files have nothing for it.
    if not any(mark in document.text for mark in _MARKS):
        return ()
    root = document.tree.root_node
    nodes = tree_sitter.QueryCursor(_query()).captures(root).get("directive", [])
    first = _first_declaration(root)
    return tuple(_directive(document, node, first) for node in sorted(nodes, key=lambda n: n.start_byte))


@lru_cache
def _query() -> tree_sitter.Query:
    query: tree_sitter.Query = tree_sitter.Query(
        LANGUAGE, (resource("grammars") / "directives.scm").read_text("utf-8")
    )
    return query


def _directive(document: Document, node: Tree, first: int) -> Directive:
    text = document.text
    span = Span(node.start_byte, node.end_byte)
    name, _, arguments = document.slice(span)[2:].rstrip("\r").replace("\t", " ").partition(" ")
    line = text.rfind(b"\n", 0, span.start) + 1
    alone = not text[line : span.start].removeprefix(b"\xef\xbb\xbf").strip()
    extent = _following(document, span.end) if alone else Span(line, span.end)
    return Directive(span, name, arguments.strip(), alone, extent, span.start < first)


def _first_declaration(root: Tree) -> int:
    for child in root.children:
        if child.type.endswith("_declaration") and child.type != "import_declaration":
            return child.start_byte
    return root.end_byte + 1


def _following(document: Document, offset: int) -> Span | None:
    """The largest piece of code that begins with the first token after `offset`, and no block around it."""
    root = document.tree.root_node
    text = document.text
    while True:
        while offset < len(text) and text[offset : offset + 1].isspace():
            offset += 1
        if offset >= len(text):
            return None
        node = root.descendant_for_byte_range(offset, offset + 1)
        if node is None or node.start_byte < offset:
            return None
        if node.type != "comment":
            break
        offset = node.end_byte
    if node.type in ("}", ")", "]"):
        return None
    while (parent := node.parent) is not None and parent.start_byte == node.start_byte and _is_piece(parent):
        node = parent
    return Span(node.start_byte, node.end_byte)


def _is_piece(node: Tree) -> bool:
    return node.parent is not None and not node.is_error
