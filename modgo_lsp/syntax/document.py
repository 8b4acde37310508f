"""One Go source text with its tree: an immutable snapshot, made by parsing or by editing another one.

Not for: what the tree means (lower.py), nor where the text comes from (model/files.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import tree_sitter
import tree_sitter_golang

from modgo_lsp.syntax.positions import LineIndex, Span

LANGUAGE = tree_sitter.Language(tree_sitter_golang.language())


class Document:
    """A snapshot. `path` is absolute, `text` what the file holds, whatever bytes those are.

    `tree` is for syntax/ alone. Treat a Document as frozen; two of them are equal only if they are the same.
    """

    def __init__(self, path: str, text: bytes, tree: tree_sitter.Tree) -> None:
        self.path = path
        self.text = text
        self.tree = tree

    def __repr__(self) -> str:
        return f"Document({self.path!r}, {len(self.text)} bytes)"

    @cached_property
    def lines(self) -> LineIndex:
        return LineIndex(self.text)

    @property
    def has_error(self) -> bool:
        """Whether the parser had to guess anywhere. syntax/errors.py finds what else Go refuses."""
        return self.tree.root_node.has_error

    def slice(self, span: Span) -> str:
        """The source at `span`; bytes that are not UTF-8 come out as U+FFFD."""
        return self.text[span.start : span.end].decode("utf-8", "replace")


def parse(path: str, text: bytes) -> Document:
    """The document of a text. Never raises, whatever the bytes."""
    return Document(path, text, _fresh(text))


def parse_parts(path: str, text: bytes, spans: Sequence[Span]) -> Document:
    """The document of a text of which the parser is shown the given parts alone, in their order and apart
    from each other; offsets are those of the whole text. Takes time in proportion to the parts."""
    parser = tree_sitter.Parser(LANGUAGE)
    parser.included_ranges = [
        tree_sitter.Range((0, span.start), (0, span.end), span.start, span.end) for span in spans
    ]
    return Document(path, text, parser.parse(text))


def edit(document: Document, changes: Iterable[tuple[Span, bytes]]) -> Document:
    """`document` with `changes` made one after the other, as LSP sends them: each span is of the text as
    the changes before it have left it. Spans past the end of the text are taken as ending there.

    The tree is that of a fresh parse. Where the new text doesn't parse, it *is* parsed afresh: how the
    parser recovers depends on what it was given to reuse, and the editor must not say other things than
    the command line.
    """
    text = document.text
    tree = document.tree.copy()
    changed = False
    for span, new in changes:
        start = max(0, min(span.start, len(text)))
        end = max(start, min(span.end, len(text)))
        edited = text[:start] + new + text[end:]
        tree.edit(
            start_byte=start,
            old_end_byte=end,
            new_end_byte=start + len(new),
            start_point=_point(text, start),
            old_end_point=_point(text, end),
            new_end_point=_point(edited, start + len(new)),
        )
        text = edited
        changed = True
    if not changed:
        return document
    if not document.has_error:
        tree = tree_sitter.Parser(LANGUAGE).parse(text, tree)
        if not tree.root_node.has_error:
            return Document(document.path, text, tree)
    return Document(document.path, text, _fresh(text))


def _fresh(text: bytes) -> tree_sitter.Tree:
    return tree_sitter.Parser(LANGUAGE).parse(text)


def _point(text: bytes, offset: int) -> tuple[int, int]:
    """Row and column as tree-sitter counts: rows end in LF alone, columns are bytes."""
    return text.count(b"\n", 0, offset), offset - (text.rfind(b"\n", 0, offset) + 1)
