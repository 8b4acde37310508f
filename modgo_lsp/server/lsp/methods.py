"""The table of requests: which function answers which method, and the options that are told to the client.

Not for: notifications and commands (pygls_server.py, commands.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lsprotocol import types

from modgo_lsp.server.requests import (
    call_hierarchy,
    code_action,
    code_lens,
    completion,
    hover,
    inlay_hint,
    navigation,
    ranges,
    rename,
    semantic_tokens,
    signature_help,
    symbols,
)
from modgo_lsp.server.workspace import diagnostics
from modgo_lsp.server.workspace.snapshot import Snapshot

# Runs on the analysis thread, on one snapshot, and answers once.
Answer = Callable[[Snapshot, Any], Any]

REQUESTS: Mapping[str, tuple[Answer, Any]] = {
    types.TEXT_DOCUMENT_CODE_ACTION: (code_action.answer, code_action.OPTIONS),
    types.TEXT_DOCUMENT_CODE_LENS: (code_lens.answer, types.CodeLensOptions(resolve_provider=True)),
    types.CODE_LENS_RESOLVE: (code_lens.resolve, None),
    types.CODE_ACTION_RESOLVE: (code_action.resolve, None),
    types.TEXT_DOCUMENT_HOVER: (hover.answer, None),
    types.TEXT_DOCUMENT_COMPLETION: (completion.answer, completion.OPTIONS),
    types.COMPLETION_ITEM_RESOLVE: (completion.resolve, None),
    types.TEXT_DOCUMENT_SIGNATURE_HELP: (signature_help.answer, signature_help.OPTIONS),
    types.TEXT_DOCUMENT_DEFINITION: (navigation.definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (navigation.references, None),
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: (navigation.highlight, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (rename.prepare, None),
    types.TEXT_DOCUMENT_RENAME: (rename.rename, rename.OPTIONS),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (symbols.of_document, None),
    types.WORKSPACE_SYMBOL: (symbols.of_workspace, None),
    types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY: (call_hierarchy.prepare, None),
    types.CALL_HIERARCHY_INCOMING_CALLS: (call_hierarchy.incoming, None),
    types.CALL_HIERARCHY_OUTGOING_CALLS: (call_hierarchy.outgoing, None),
    types.TEXT_DOCUMENT_INLAY_HINT: (inlay_hint.answer, None),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (semantic_tokens.full, semantic_tokens.LEGEND),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE: (semantic_tokens.of_range, semantic_tokens.LEGEND),
    types.TEXT_DOCUMENT_FOLDING_RANGE: (ranges.folding, None),
    types.TEXT_DOCUMENT_SELECTION_RANGE: (ranges.selection, None),
    types.TEXT_DOCUMENT_DOCUMENT_LINK: (ranges.link, None),
}

# Offered only to clients that pull: offered to others, some would show nothing at all. The session answers
# them, for an editor asks after every edit.
PULL_FEATURES: Mapping[str, tuple[Answer, Any]] = {
    types.TEXT_DOCUMENT_DIAGNOSTIC: (
        diagnostics.pull,
        types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=True, identifier=diagnostics.SOURCE
        ),
    ),
    types.WORKSPACE_DIAGNOSTIC: (diagnostics.pull_workspace, None),
}
