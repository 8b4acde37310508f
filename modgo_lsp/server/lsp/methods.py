"""The one table of methods, a row each. Dispatch, the answer to `initialize` and docs/features.md come from
it.

A row names its handler and does not import it: the handlers of most requests import lsprotocol, and
`initialize` is answered before that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """`handler` is "file.function" in requests/, or in the folder of its context.

    `capability` is what `initialize` announces: a field of ServerCapabilities, or "field.option" of a field
    that an earlier row announces, with its value unless that is True. It is announced only to clients that
    have the capability `client`, a field of Client. `params` is the type of the parameters in wire.py: then
    the message does not wait for pygls. None stands for lsprotocol's type: then it is handled when pygls is
    loaded."""

    name: str
    handler: str
    context: Context
    capability: str | tuple[str, Any] = ""
    params: type[msgspec.Struct] | None = None
    client: str = ""

    @property
    def is_request(self) -> bool:
        """Whether the client gets an answer."""
        return self.context not in ("server", "session") or self.name in ("initialize", "shutdown")

    @property
    def may_be_left_out(self) -> bool:
        """Whether a client can ask for the method not to be announced."""
        return self.context in ("snapshot", "workspace")


# In commands/, by the name that clients use.
COMMANDS: Mapping[str, str] = {
    "modgo.build": "build.build",
    "modgo.load": "load.load",
    "modgo.buildAndLoad": "build_and_load.build_and_load",
    "modgo.call": "call.call",
    "modgo.test": "test.test",
    "modgo.cases": "cases.cases",
    "modgo.bench": "bench.bench",
    "modgo.new": "new_module.new",
    "modgo.newSample": "new_sample.new_sample",
    "modgo.addSdk": "add_sdk.add_sdk",
    "modgo.rules": "rules.rules",
    "modgo.saveCase": "save_case.save_case",
    "modgo.status": "status.status",
    "modgo.restartHost": "restart_host.restart_host",
}

_FOLDERS = {"workspaceFolders": {"supported": True, "changeNotifications": True}, "fileOperations": {}}
_DIAGNOSTICS = {"identifier": "modgo", "interFileDependencies": True, "workspaceDiagnostics": False}
_ACTIONS = {"codeActionKinds": ["quickfix", "source.fixAll.modgo"]}
_LEGEND = {"tokenTypes": ["function", "macro"], "tokenModifiers": []}
_UNRESOLVED = {"resolveProvider": False}

_OPEN_CLOSE = ("textDocumentSync", {"openClose": True})
_INCREMENTAL = ("textDocumentSync.change", 2)
_SAVE = ("textDocumentSync.save", {"includeText": False})
_PULL, _PULL_WORKSPACE = ("diagnosticProvider", _DIAGNOSTICS), "diagnosticProvider.workspaceDiagnostics"
_EXECUTE = ("executeCommandProvider", {"commands": list(COMMANDS)})
_COMPLETION = ("completionProvider", {"triggerCharacters": ['"', ",", " ", "."]})
_FULL_TOKENS = ("semanticTokensProvider", {"legend": _LEGEND, "full": True})
_RANGE_TOKENS = ("semanticTokensProvider", {"legend": _LEGEND, "range": True})
_SIGNATURE = ("signatureHelpProvider", {"triggerCharacters": ["(", ","]})

_ROWS = (
    # The session.
    Method("initialize", "server.initialize", "server", params=wire.Initialize),
    Method("initialized", "lifecycle.initialized", "session", params=wire.Nothing),
    Method("$/setTrace", "lifecycle.set_trace", "session", params=wire.SetTrace),
    Method("$/cancelRequest", "server.cancel_request", "server", params=wire.Cancel),
    Method(
        "window/workDoneProgress/cancel", "lifecycle.cancel_progress", "session", params=wire.CancelProgress
    ),
    Method("shutdown", "server.shutdown", "server", params=wire.Nothing),
    Method("exit", "server.exit_", "server", params=wire.Nothing),
    # Settings, files and documents.
    Method(
        "workspace/didChangeConfiguration",
        "settings.did_change",
        "session",
        params=wire.DidChangeConfiguration,
    ),
    Method(
        "workspace/didChangeWorkspaceFolders",
        "files.did_change_folders",
        "session",
        ("workspace", _FOLDERS),
        wire.DidChangeWorkspaceFolders,
    ),
    Method(
        "workspace/didChangeWatchedFiles",
        "files.did_change_watched_files",
        "session",
        params=wire.DidChangeWatchedFiles,
    ),
    Method("textDocument/didOpen", "documents.did_open", "session", _OPEN_CLOSE, wire.DidOpen),
    Method("textDocument/didChange", "documents.did_change", "session", _INCREMENTAL, wire.DidChange),
    Method("textDocument/didSave", "documents.did_save", "session", _SAVE, wire.OfDocument),
    Method("textDocument/didClose", "documents.did_close", "session", params=wire.OfDocument),
    # Diagnostics: an editor asks for them after every edit.
    Method(
        "textDocument/diagnostic",
        "diagnostics.of_document",
        "snapshot",
        _PULL,
        wire.DocumentDiagnostic,
        "pull_diagnostics",
    ),
    Method(
        "workspace/diagnostic",
        "diagnostics.of_workspace",
        "workspace",
        _PULL_WORKSPACE,
        wire.WorkspaceDiagnostic,
        "pull_diagnostics",
    ),
    # All that follows takes lsprotocol's types.
    Method("workspace/executeCommand", "execute.execute", "commands", _EXECUTE),
    Method("textDocument/codeAction", "code_action.answer", "snapshot", ("codeActionProvider", _ACTIONS)),
    Method("codeAction/resolve", "code_action.resolve", "snapshot", "codeActionProvider.resolveProvider"),
    Method("textDocument/codeLens", "code_lens.answer", "snapshot", ("codeLensProvider", _UNRESOLVED)),
    Method("codeLens/resolve", "code_lens.resolve", "snapshot", "codeLensProvider.resolveProvider"),
    Method("textDocument/completion", "completion.answer", "snapshot", _COMPLETION),
    Method("completionItem/resolve", "completion.resolve", "snapshot", "completionProvider.resolveProvider"),
    Method("textDocument/definition", "navigation.definition", "snapshot", "definitionProvider"),
    Method("textDocument/references", "navigation.references", "snapshot", "referencesProvider"),
    Method("textDocument/documentHighlight", "navigation.highlight", "snapshot", "documentHighlightProvider"),
    Method(
        "textDocument/documentLink", "document_link.answer", "snapshot", ("documentLinkProvider", _UNRESOLVED)
    ),
    Method("textDocument/documentSymbol", "symbols.of_document", "snapshot", "documentSymbolProvider"),
    Method("workspace/symbol", "symbols.of_workspace", "workspace", ("workspaceSymbolProvider", _UNRESOLVED)),
    Method("textDocument/foldingRange", "folding_range.answer", "snapshot", "foldingRangeProvider"),
    Method("textDocument/hover", "hover.answer", "snapshot", "hoverProvider"),
    Method("textDocument/inlayHint", "inlay_hint.answer", "snapshot", ("inlayHintProvider", _UNRESOLVED)),
    Method(
        "textDocument/prepareCallHierarchy", "call_hierarchy.prepare", "snapshot", "callHierarchyProvider"
    ),
    Method("callHierarchy/incomingCalls", "call_hierarchy.incoming", "snapshot"),
    Method("callHierarchy/outgoingCalls", "call_hierarchy.outgoing", "snapshot"),
    Method("textDocument/rename", "rename.rename", "snapshot", "renameProvider"),
    Method(
        "textDocument/prepareRename",
        "rename.prepare",
        "snapshot",
        "renameProvider.prepareProvider",
        client="prepare_rename",
    ),
    Method("textDocument/selectionRange", "selection_range.answer", "snapshot", "selectionRangeProvider"),
    Method("textDocument/semanticTokens/full", "semantic_tokens.full", "snapshot", _FULL_TOKENS),
    Method("textDocument/semanticTokens/range", "semantic_tokens.of_range", "snapshot", _RANGE_TOKENS),
    Method("textDocument/signatureHelp", "signature_help.answer", "snapshot", _SIGNATURE),
)
_PACKAGES = {"server": "modgo_lsp.server", "commands": "modgo_lsp.server.commands"}
METHODS: Mapping[str, Method] = {method.name: method for method in _ROWS}


def handler_of(method: Method) -> Callable[[Any, Any], Any]:
    """The function that a row names."""
    return _function(_PACKAGES.get(method.context, "modgo_lsp.server.requests"), method.handler)


def command_of(name: str) -> Callable[..., Any]:
    """The function behind one of COMMANDS."""
    return _function("modgo_lsp.server.commands", COMMANDS[name])


def _function(package: str, name: str) -> Callable[..., Any]:
    file, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"{package}.{file}"), function)
    return found
