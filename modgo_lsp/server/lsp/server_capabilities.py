"""The answer to `initialize`: what the server can do for this client.

It is told before lsprotocol and pygls are there, for their import takes longer than anything else; a test
holds it against what is registered with pygls. Not for: answering any of the methods (methods.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modgo_lsp import __version__
from modgo_lsp.golang.syntax.positions import Encoding
from modgo_lsp.server.lsp.client_capabilities import Client, at

# By method where a client looks for it, and what it is told there. Of the trigger characters and the legend
# ide/ knows what they are good for.
_PROVIDERS: Mapping[str, tuple[str, Any]] = {
    "textDocument/completion": (
        "completionProvider",
        {"triggerCharacters": ['"', ",", " ", "."], "resolveProvider": True},
    ),
    "textDocument/hover": ("hoverProvider", True),
    "textDocument/signatureHelp": ("signatureHelpProvider", {"triggerCharacters": ["(", ","]}),
    "textDocument/definition": ("definitionProvider", True),
    "textDocument/inlayHint": ("inlayHintProvider", {"resolveProvider": False}),
    "textDocument/references": ("referencesProvider", True),
    "textDocument/documentHighlight": ("documentHighlightProvider", True),
    "textDocument/documentSymbol": ("documentSymbolProvider", True),
    "textDocument/codeAction": (
        "codeActionProvider",
        {"codeActionKinds": ["quickfix", "source.fixAll.modgo"], "resolveProvider": True},
    ),
    "textDocument/codeLens": ("codeLensProvider", {"resolveProvider": True}),
    "textDocument/documentLink": ("documentLinkProvider", {"resolveProvider": False}),
    "textDocument/rename": ("renameProvider", True),
    "textDocument/foldingRange": ("foldingRangeProvider", True),
    "textDocument/selectionRange": ("selectionRangeProvider", True),
    "textDocument/prepareCallHierarchy": ("callHierarchyProvider", True),
    "workspace/symbol": ("workspaceSymbolProvider", {"resolveProvider": False}),
    "textDocument/diagnostic": (
        "diagnosticProvider",
        {"identifier": "modgo", "interFileDependencies": True, "workspaceDiagnostics": True},
    ),
}
_FULL, _RANGE = "textDocument/semanticTokens/full", "textDocument/semanticTokens/range"
_LEGEND = {"tokenTypes": ["function", "macro"], "tokenModifiers": []}
COMMANDS = (
    "modgo.build",
    "modgo.load",
    "modgo.buildAndLoad",
    "modgo.call",
    "modgo.newSample",
    "modgo.status",
    "modgo.restartHost",
)
_INCREMENTAL = 2
_ENCODINGS = ("utf-8", "utf-16", "utf-32")


def initialize_result(client: Client, capabilities: Mapping[str, Any], encoding: Encoding) -> dict[str, Any]:
    """What `initialize` gives. `capabilities` are the client's."""
    without = client.options.without
    told = {provider: what for method, (provider, what) in _PROVIDERS.items() if method not in without}
    if not client.pull_diagnostics:
        # Offered it, some clients would show nothing at all.
        told.pop("diagnosticProvider", None)
    elif "diagnosticProvider" in told:
        whole = "workspace/diagnostic" not in without
        told["diagnosticProvider"] = {**told["diagnosticProvider"], "workspaceDiagnostics": whole}
    if "renameProvider" in told and at(capabilities, "textDocument.rename.prepareSupport"):
        told["renameProvider"] = {"prepareProvider": "textDocument/prepareRename" not in without}
    if "codeLensProvider" in told:
        told["codeLensProvider"] = {"resolveProvider": "codeLens/resolve" not in without}
    tokens = {name: True for name, method in (("full", _FULL), ("range", _RANGE)) if method not in without}
    if tokens:
        told["semanticTokensProvider"] = {"legend": _LEGEND, **tokens}
    told |= {
        "positionEncoding": encoding,
        "textDocumentSync": {"openClose": True, "change": _INCREMENTAL, "save": {"includeText": False}},
        "executeCommandProvider": {"commands": list(COMMANDS)},
        "workspace": {
            "workspaceFolders": {"supported": True, "changeNotifications": True},
            "fileOperations": {},
        },
    }
    return {"capabilities": told, "serverInfo": {"name": "modgo-lsp", "version": __version__}}


def chosen_encoding(capabilities: Mapping[str, Any]) -> Encoding:
    """The first encoding of positions that the client names and we know; else the one that every client has
    to know."""
    named = at(capabilities, "general.positionEncodings")
    found = (each for each in named if each in _ENCODINGS) if isinstance(named, list) else iter(())
    encoding: Encoding = next(found, "utf-16")
    return encoding
