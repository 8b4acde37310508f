"""textDocument/foldingRange, selectionRange and documentLink."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.document_links import rule_links, sample_links
from modgo_lsp.ide.folding_ranges import folding_ranges
from modgo_lsp.ide.selection_ranges import selection_ranges
from modgo_lsp.server.requests.cursor import document_of, go_document_of
from modgo_lsp.server.requests.translation import to_offset, to_range
from modgo_lsp.server.workspace.snapshot import Snapshot


def folding(snapshot: Snapshot, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """Runs of registrations"""
    document = go_document_of(snapshot, params.text_document)
    package = None if document is None else snapshot.package_of(document.path)
    if document is None or package is None:
        return []
    lines = document.lines
    return [
        types.FoldingRange(
            lines.line_of(span.start), lines.line_of(span.end), kind=types.FoldingRangeKind.Region
        )
        for span in folding_ranges(package, document)
    ]


def selection(snapshot: Snapshot, params: types.SelectionRangeParams) -> list[types.SelectionRange]:
    """What a growing selection takes in: within strings and suppressions, then by Go's syntax"""
    document = go_document_of(snapshot, params.text_document)
    if document is None:
        return []
    found = []
    for position in params.positions:
        around: types.SelectionRange | None = None
        offset = to_offset(document.lines, position, snapshot.encoding)
        for span in reversed(selection_ranges(document, offset)):
            around = types.SelectionRange(to_range(document.lines, span, snapshot.encoding), around)
        if around is not None:
            found.append(around)
    return found


def link(snapshot: Snapshot, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    """From a rule's code in a suppression to its page, from a case to its sample"""
    document = document_of(snapshot, params.text_document)
    if document is None:
        return []
    package = snapshot.package_of(document.path)
    if document.path.endswith(".go"):
        found = rule_links(document)
    else:
        found = [] if package is None else sample_links(package, document.path, snapshot.files)
    return [
        types.DocumentLink(
            to_range(document.lines, each.span, snapshot.encoding),
            each.target if "://" in each.target else snapshot.uri(each.target),
            tooltip=each.tooltip if snapshot.client.link_tooltips else None,
        )
        for each in found
    ]
