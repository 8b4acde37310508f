"""The table of requests: which function answers which method, and the options that are told to the client.

Not for: notifications and commands (server.py, commands.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lsprotocol import types

from modgo_lsp.server import code_action, code_lens, diagnostics, hover
from modgo_lsp.server.snapshot import Snapshot

# Runs on the analysis thread, on one snapshot, and answers once.
Answer = Callable[[Snapshot, Any], Any]

REQUESTS: Mapping[str, tuple[Answer, Any]] = {
    types.TEXT_DOCUMENT_CODE_ACTION: (code_action.answer, code_action.OPTIONS),
    types.TEXT_DOCUMENT_CODE_LENS: (code_lens.answer, types.CodeLensOptions(resolve_provider=False)),
    types.TEXT_DOCUMENT_HOVER: (hover.answer, None),
}

# Offered only to clients that pull: offered to others, some would show nothing at all.
PULL_FEATURES: Mapping[str, tuple[Answer, Any]] = {
    types.TEXT_DOCUMENT_DIAGNOSTIC: (diagnostics.pull, diagnostics.PULL_OPTIONS),
}
