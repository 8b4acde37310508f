"""Directive comments: //modgo:…, //go:…, //export. Where they stand and what they are about.

Not for: what they mean (lint/ and the rules).
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec
import tree_sitter
from tree_sitter import Node as Tree

from modgo_lsp.resources import resource
from modgo_lsp.syntax.document import LANGUAGE, Document
from modgo_lsp.syntax.lower import top_level
from modgo_lsp.syntax.positions import Span


class Directive(msgspec.Struct, frozen=True):
    """A comment such as `//modgo:ignore MG303 reason`: `name` is "modgo:ignore", `arguments` the place of
    what follows it, without the blanks around.

    `alone`: nothing else stands on its line; then `extent` is the statement, declaration, spec, field or case
    directly below, whole, None where there is none. Otherwise `extent` is the line without its end.
    `leading`: it stands before the first declaration, imports not counted.
    """

    span: Span
    name: str
    arguments: Span
    alone: bool
    extent: Span | None
    leading: bool


_MARKS = (b"//modgo:", b"//go:", b"//export ", b"//export\t")
_PARTS = re.compile(rb"//([^ \t\r]*)[ \t]*(.*?)\s*", re.DOTALL)
# Blanks and other comments, but no empty line, may stand between a directive and what it is about.
_BETWEEN = re.compile(rb"(?:[ \t\r]*\n)?[ \t]*(?://[^\n]*|/\*.*?\*/)", re.DOTALL)
_NEXT_LINE = re.compile(rb"(?:[ \t\r]*\n)?[ \t]*(?=\S)")
_PIECE = re.compile(r".*_(?:statement|declaration|spec|case|clause|elem)|block|type_alias")


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
    span = Span(node.start_byte, node.start_byte + len(text[node.start_byte : node.end_byte].rstrip(b"\r")))
    parts = _PARTS.fullmatch(text, span.start, span.end)
    assert parts is not None  # it matches whatever begins with two slashes
    line = text.rfind(b"\n", 0, span.start) + 1
    alone = not text[line : span.start].removeprefix(b"\xef\xbb\xbf").strip()
    extent = _below(document, node.end_byte) if alone else Span(line, node.end_byte)
    return Directive(
        span, parts[1].decode("utf-8", "replace"), Span(*parts.span(2)), alone, extent, span.start < first
    )


def _first_declaration(root: Tree) -> int:
    for child in top_level(root):
        if child.type.endswith("_declaration") and child.type != "import_declaration":
            return child.start_byte
    return root.end_byte + 1


def _below(document: Document, offset: int) -> Span | None:
    """The largest piece of code that begins with the first token after `offset`."""
    while comment := _BETWEEN.match(document.text, offset):
        offset = comment.end()
    token = _NEXT_LINE.match(document.text, offset)
    if token is None:
        return None
    cursor = document.tree.root_node.walk()
    while cursor.goto_first_child_for_byte(token.end()) is not None:
        node = cursor.node
        if node is not None and node.start_byte == token.end() and _PIECE.fullmatch(node.type):
            return Span(node.start_byte, node.end_byte)
    return None
