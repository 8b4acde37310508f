"""Selection ranges: the syntax nodes around the cursor, and the parts of suppressions."""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast, lower
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.suppressions import suppressions


def selection_ranges(document: Document, offset: int) -> list[Span]:
    """The spans around `offset`, from the smallest to the whole file."""
    file = lower.lower(document)
    found = [file.span, Span(0, len(document.text)), *_in_suppression(document, offset)]
    nodes: list[ast.Node] = [file]
    while nodes:
        node = next((each for each in nodes if _touches(each.span, offset)), None)
        if node is None:
            break
        found.append(node.span)
        inside = Span(node.span.start + 1, node.span.end - 1)
        if isinstance(node, ast.BasicLit) and node.kind == "string" and _touches(inside, offset):
            found.append(inside)  # without its quotes
        nodes = ast.children(node)
    return sorted(set(found), key=lambda span: (span.end - span.start, span.start))


def _in_suppression(document: Document, offset: int) -> list[Span]:
    """The code, the list of codes and the directive around `offset`."""
    for directive in suppressions(document):
        span = directive.comment.span
        if _touches(span, offset):
            codes = [code for _, code in directive.codes]
            every = [Span(codes[0].start, codes[-1].end)] if codes else []
            return [each for each in (*codes, *every, span) if _touches(each, offset)]
    return []


def _touches(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end
