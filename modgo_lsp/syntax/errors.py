"""The first place of a file that Go's parser would refuse, and why. Not for: type errors."""

from __future__ import annotations

from tree_sitter import Node as Tree

from modgo_lsp.syntax.document import Document
from modgo_lsp.syntax.positions import Span


def first_error(document: Document) -> tuple[Span, str] | None:
    """Where and why `document` doesn't parse, None where it does."""
    root = document.tree.root_node
    if not root.has_error:
        return None
    node = _first(root)
    return Span(node.start_byte, max(node.end_byte, node.start_byte)), "syntax error"


def _first(root: Tree) -> Tree:
    node = root
    while not (node.is_error or node.is_missing):
        node = next((child for child in node.children if child.has_error or child.is_missing), node)
    return node
