"""The one table of methods, a row each. Dispatch, the answer to `initialize` and docs/features.md come from
it.

A row names its handler and does not import it: the handlers of most requests import lsprotocol, and
`initialize` is answered before that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Literal, NamedTuple

import msgspec

from modgo_lsp.server.lsp import wire

# What a handler gets as its first argument, and so the thread that it runs on:
# - "server", "session": on the message thread, as soon as the message is read
# - "snapshot": the state when the message was read, on the analysis thread
# - "workspace": the state once the background index is current, on the analysis thread
# - "commands": a coroutine, on the thread of pygls
Context = Literal["server", "session", "snapshot", "workspace", "commands"]


class Method(NamedTuple):
    """`handler` is "file.function" in requests/, or in the folder of its context. `params` is the type of the
    parameters in wire.py, and then the message is handled at once; None stands for lsprotocol's type, and the
    message is handled when pygls is loaded. `capability` is what `initialize` announces: a field of
    ServerCapabilities, or an option of a field that an earlier row announces, and its value. It is announced
    only to clients that have the capability `client`, a field of Client."""

    name: str
    handler: str
    context: Context
    params: type[msgspec.Struct] | None = None
    capability: tuple[str, Any] | None = None
    client: str = ""

    @property
    def is_request(self) -> bool:
        """Whether the client gets an answer."""
        return self.context not in ("server", "session") or self.name in ("initialize", "shutdown")

    @property
    def may_be_left_out(self) -> bool:
        """Whether a client can ask for the method not to be announced."""
        return self.context in ("snapshot", "workspace")


_LEGEND = {"tokenTypes": ["function", "macro"], "tokenModifiers": []}
_DIAGNOSTICS = {"identifier": "modgo", "interFileDependencies": True, "workspaceDiagnostics": False}
_FOLDERS = {"workspaceFolders": {"supported": True, "changeNotifications": True}, "fileOperations": {}}

# In commands/, by the name that clients use.
COMMANDS: Mapping[str, str] = {
    "modgo.build": "build.build",
    "modgo.load": "load.load",
    "modgo.buildAndLoad": "build_and_load.build_and_load",
    "modgo.call": "call.call",
    "modgo.newSample": "new_sample.new_sample",
    "modgo.status": "status.status",
    "modgo.restartHost": "restart_host.restart_host",
}

_ROWS = (
    # The session.
    Method("initialize", "server.initialize", "server", wire.Initialize),
    Method("initialized", "lifecycle.initialized", "session", wire.Nothing),
    Method("$/setTrace", "lifecycle.set_trace", "session", wire.SetTrace),
    Method("$/cancelRequest", "server.cancel_request", "server", wire.Cancel),
    Method("window/workDoneProgress/cancel", "lifecycle.cancel_progress", "session", wire.CancelProgress),
    Method("shutdown", "server.shutdown", "server", wire.Nothing),
    Method("exit", "server.exit_", "server", wire.Nothing),
    # Settings, files and documents.
    Method("workspace/didChangeConfiguration", "settings.did_change", "session", wire.DidChangeConfiguration),
    Method(
        "workspace/didChangeWorkspaceFolders",
        "files.did_change_folders",
        "session",
        wire.DidChangeWorkspaceFolders,
        ("workspace", _FOLDERS),
    ),
    Method(
        "workspace/didChangeWatchedFiles",
        "files.did_change_watched_files",
        "session",
        wire.DidChangeWatchedFiles,
    ),
    Method(
        "textDocument/didOpen",
        "documents.did_open",
        "session",
        wire.DidOpen,
        ("textDocumentSync", {"openClose": True}),
    ),
    Method(
        "textDocument/didChange",
        "documents.did_change",
        "session",
        wire.DidChange,
        ("textDocumentSync.change", 2),  # incremental
    ),
    Method(
        "textDocument/didSave",
        "documents.did_save",
        "session",
        wire.OfDocument,
        ("textDocumentSync.save", {"includeText": False}),
    ),
    Method("textDocument/didClose", "documents.did_close", "session", wire.OfDocument),
    # Diagnostics: an editor asks for them after every edit.
    Method(
        "textDocument/diagnostic",
        "diagnostics.of_document",
        "snapshot",
        wire.DocumentDiagnostic,
        ("diagnosticProvider", _DIAGNOSTICS),
        client="pull_diagnostics",
    ),
    Method(
        "workspace/diagnostic",
        "diagnostics.of_workspace",
        "workspace",
        wire.WorkspaceDiagnostic,
        ("diagnosticProvider.workspaceDiagnostics", True),
        client="pull_diagnostics",
    ),
    # All that follows takes lsprotocol's types.
    Method(
        "workspace/executeCommand",
        "execute.execute",
        "commands",
        capability=("executeCommandProvider", {"commands": list(COMMANDS)}),
    ),
    Method(
        "textDocument/codeAction",
        "code_action.answer",
        "snapshot",
        capability=("codeActionProvider", {"codeActionKinds": ["quickfix", "source.fixAll.modgo"]}),
    ),
    Method(
        "codeAction/resolve",
        "code_action.resolve",
        "snapshot",
        capability=("codeActionProvider.resolveProvider", True),
    ),
    Method(
        "textDocument/codeLens",
        "code_lens.answer",
        "snapshot",
        capability=("codeLensProvider", {"resolveProvider": False}),
    ),
    Method(
        "codeLens/resolve",
        "code_lens.resolve",
        "snapshot",
        capability=("codeLensProvider.resolveProvider", True),
    ),
    Method(
        "textDocument/completion",
        "completion.answer",
        "snapshot",
        capability=("completionProvider", {"triggerCharacters": ['"', ",", " ", "."]}),
    ),
    Method(
        "completionItem/resolve",
        "completion.resolve",
        "snapshot",
        capability=("completionProvider.resolveProvider", True),
    ),
    Method(
        "textDocument/definition",
        "navigation.definition",
        "snapshot",
        capability=("definitionProvider", True),
    ),
    Method(
        "textDocument/references",
        "navigation.references",
        "snapshot",
        capability=("referencesProvider", True),
    ),
    Method(
        "textDocument/documentHighlight",
        "navigation.highlight",
        "snapshot",
        capability=("documentHighlightProvider", True),
    ),
    Method(
        "textDocument/documentLink",
        "document_link.answer",
        "snapshot",
        capability=("documentLinkProvider", {"resolveProvider": False}),
    ),
    Method(
        "textDocument/documentSymbol",
        "symbols.of_document",
        "snapshot",
        capability=("documentSymbolProvider", True),
    ),
    Method(
        "workspace/symbol",
        "symbols.of_workspace",
        "workspace",
        capability=("workspaceSymbolProvider", {"resolveProvider": False}),
    ),
    Method(
        "textDocument/foldingRange",
        "folding_range.answer",
        "snapshot",
        capability=("foldingRangeProvider", True),
    ),
    Method("textDocument/hover", "hover.answer", "snapshot", capability=("hoverProvider", True)),
    Method(
        "textDocument/inlayHint",
        "inlay_hint.answer",
        "snapshot",
        capability=("inlayHintProvider", {"resolveProvider": False}),
    ),
    Method(
        "textDocument/prepareCallHierarchy",
        "call_hierarchy.prepare",
        "snapshot",
        capability=("callHierarchyProvider", True),
    ),
    Method("callHierarchy/incomingCalls", "call_hierarchy.incoming", "snapshot"),
    Method("callHierarchy/outgoingCalls", "call_hierarchy.outgoing", "snapshot"),
    Method("textDocument/rename", "rename.rename", "snapshot", capability=("renameProvider", True)),
    Method(
        "textDocument/prepareRename",
        "rename.prepare",
        "snapshot",
        capability=("renameProvider.prepareProvider", True),
        client="prepare_rename",
    ),
    Method(
        "textDocument/selectionRange",
        "selection_range.answer",
        "snapshot",
        capability=("selectionRangeProvider", True),
    ),
    Method(
        "textDocument/semanticTokens/full",
        "semantic_tokens.full",
        "snapshot",
        capability=("semanticTokensProvider", {"legend": _LEGEND, "full": True}),
    ),
    Method(
        "textDocument/semanticTokens/range",
        "semantic_tokens.of_range",
        "snapshot",
        capability=("semanticTokensProvider", {"legend": _LEGEND, "range": True}),
    ),
    Method(
        "textDocument/signatureHelp",
        "signature_help.answer",
        "snapshot",
        capability=("signatureHelpProvider", {"triggerCharacters": ["(", ","]}),
    ),
)
_PACKAGES = {"server": "modgo_lsp.server", "commands": "modgo_lsp.server.commands"}
METHODS: Mapping[str, Method] = {method.name: method for method in _ROWS}


def handler_of(method: Method) -> Callable[[Any, Any], Any]:
    """The function that a row names."""
    return _function(_PACKAGES.get(method.context, "modgo_lsp.server.requests"), method.handler)


def command_of(name: str) -> Callable[..., Any]:
    """The function behind one of COMMANDS."""
    return _function("modgo_lsp.server.commands", COMMANDS[name])


@cache
def _function(package: str, name: str) -> Callable[..., Any]:
    file, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"{package}.{file}"), function)
    return found
