"""Folding ranges: runs of registrations. gopls folds the rest of Go."""

from __future__ import annotations

from modgo_lsp.golang.syntax.document import Document
from modgo_lsp.golang.syntax.positions import Span
from modgo_lsp.model.package import Package

_SHORTEST_RUN = 3


def folding_ranges(package: Package, document: Document) -> list[Span]:
    """The runs of three or more registrations on the same or on consecutive lines."""
    lines = document.lines
    calls = sorted(each.call.span for each in package.registrations if each.call.path == document.path)
    runs: list[list[Span]] = []
    for call in calls:
        if runs and lines.line_of(call.start) <= lines.line_of(runs[-1][-1].end) + 1:
            runs[-1].append(call)
        else:
            runs.append([call])
    return [Span(run[0].start, run[-1].end) for run in runs if len(run) >= _SHORTEST_RUN]
