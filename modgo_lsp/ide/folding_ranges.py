"""What can be folded, and what a growing selection takes in.

Not for: folding of Go as such beyond what hangs together for us: a run of registrations.
"""

from __future__ import annotations

from modgo_lsp.golang.syntax import ast, lower
from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.lint.suppressions import suppressions
from modgo_lsp.model.package import Package

_RUN = 3


def folds(package: Package, document: Document) -> list[Span]:
    """Runs of three or more registrations, one below or beside the other."""
    lines = document.lines
    calls = sorted(each.call.span for each in package.registrations if each.call.path == document.path)
    found: list[Span] = []
    run: list[Span] = []
    for call in calls:
        if run and lines.line_of(call.start) > lines.line_of(run[-1].end) + 1:
            found += _run(run)
            run = []
        run.append(call)
    return found + _run(run)


def _run(calls: list[Span]) -> list[Span]:
    return [Span(calls[0].start, calls[-1].end)] if len(calls) >= _RUN else []


def _in_suppression(document: Document, offset: int) -> list[Span]:
    """The code, all codes and the directive that `offset` lies in."""
    for directive in suppressions(document):
        span = directive.comment.span
        if _touches(span, offset):
            codes = [code for _, code in directive.codes]
            every = [Span(codes[0].start, codes[-1].end)] if codes else []
            return [each for each in (*codes, *every, span) if _touches(each, offset)]
    return []


def _touches(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def selections(document: Document, offset: int) -> list[Span]:
    """The spans around `offset`, from the smallest to the whole file."""
    file = lower.lower(document)
    found = [file.span, Span(0, len(document.text)), *_in_suppression(document, offset)]
    nodes: list[ast.Node] = [file]
    while nodes:
        node = next((each for each in nodes if each.span.start <= offset <= each.span.end), None)
        if node is None:
            break
        found.append(node.span)
        inside = Span(node.span.start + 1, node.span.end - 1)
        if isinstance(node, ast.BasicLit) and node.kind == "string" and _touches(inside, offset):
            found.append(inside)  # without its quotes
        nodes = ast.children(node)
    return sorted(set(found), key=lambda span: (span.end - span.start, span.start))
