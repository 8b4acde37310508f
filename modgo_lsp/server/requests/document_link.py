"""textDocument/documentLink."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.document_links import rule_links, sample_links
from modgo_lsp.server.requests.cursor import document_of
from modgo_lsp.server.requests.translation import to_range
from modgo_lsp.server.workspace.snapshot import Snapshot


def answer(snapshot: Snapshot, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
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
