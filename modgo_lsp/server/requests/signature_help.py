"""textDocument/signatureHelp."""

from __future__ import annotations

from lsprotocol import types

from modgo_lsp.ide.signature_help import signature_help
from modgo_lsp.server.requests.cursor import cursor_of
from modgo_lsp.server.workspace.snapshot import Snapshot


def answer(snapshot: Snapshot, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
    """Inside a registration, the signature that its callers will see"""
    cursor = cursor_of(snapshot, params)
    if cursor is None or cursor.package is None:
        return None
    found = signature_help(cursor.package, cursor.path, cursor.offset)
    if found is None:
        return None
    # Texts, which every client takes; some take offsets in the label.
    parameters = [types.ParameterInformation(found.label[start:end]) for start, end in found.parameters]
    signature = types.SignatureInformation(found.label, found.documentation or None, parameters)
    return types.SignatureHelp([signature], 0, None)
