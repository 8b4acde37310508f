"""What the client told in `initialize`: its capabilities as plain facts, and our initialization options.

Not for: settings that change while the server runs (configuration.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from lsprotocol import types


class InitializationOptions(msgspec.Struct, frozen=True):
    """`commands` are the client's own commands that lenses may name ("modgo.client.runOnSample").
    Where `trusted` is false nothing of the workspace is built or run. `settings` are as in
    `workspace/didChangeConfiguration`, section "modgo"."""

    commands: tuple[str, ...] = ()
    trusted: bool = True
    settings: dict[str, Any] = {}


class Client(msgspec.Struct, frozen=True):
    """What this client can do, and what it asked for."""

    options: InitializationOptions = InitializationOptions()
    pull_diagnostics: bool = False
    diagnostic_refresh: bool = False
    diagnostic_versions: bool = False
    related_information: bool = False
    code_description: bool = False
    code_action_literals: bool = False
    lens_refresh: bool = False
    markdown: bool = False
    document_changes: bool = False
    progress: bool = False
    configuration: bool = False
    configuration_registration: bool = False
    watched_files: bool = False
    rename_files: bool = False
    symbol_trees: bool = False
    snippets: bool = False
    action_edits_later: bool = False


def client_of(params: types.InitializeParams) -> tuple[Client, str | None]:
    """The client, and what was wrong with its initialization options (then the defaults hold)."""
    problem = None
    try:
        options = msgspec.convert(params.initialization_options or {}, InitializationOptions)
    except msgspec.ValidationError as error:
        options, problem = InitializationOptions(), f"initializationOptions are not as expected: {error}"
    capabilities = params.capabilities

    def can(path: str) -> bool:
        found: Any = capabilities
        for name in path.split("."):
            found = getattr(found, name, None)
        return bool(found)

    hover = None if capabilities.text_document is None else capabilities.text_document.hover
    formats = None if hover is None else hover.content_format
    client = Client(
        options=options,
        # An empty object still says that the client pulls.
        pull_diagnostics=getattr(capabilities.text_document, "diagnostic", None) is not None,
        diagnostic_refresh=can("workspace.diagnostics.refresh_support"),
        diagnostic_versions=can("text_document.publish_diagnostics.version_support"),
        related_information=can("text_document.publish_diagnostics.related_information")
        or can("text_document.diagnostic.related_information"),
        code_description=can("text_document.publish_diagnostics.code_description_support")
        or can("text_document.diagnostic.code_description_support"),
        code_action_literals=can("text_document.code_action.code_action_literal_support"),
        lens_refresh=can("workspace.code_lens.refresh_support"),
        markdown=types.MarkupKind.Markdown in (formats or ()),
        document_changes=can("workspace.workspace_edit.document_changes"),
        progress=can("window.work_done_progress"),
        configuration=can("workspace.configuration"),
        configuration_registration=can("workspace.did_change_configuration.dynamic_registration"),
        rename_files=types.ResourceOperationKind.Rename in _operations(capabilities),
        symbol_trees=can("text_document.document_symbol.hierarchical_document_symbol_support"),
        snippets=can("text_document.completion.completion_item.snippet_support"),
        action_edits_later="edit" in _resolvable(capabilities),
        watched_files=can("workspace.did_change_watched_files.dynamic_registration"),
    )
    return client, problem


def _operations(capabilities: types.ClientCapabilities) -> Sequence[types.ResourceOperationKind]:
    """What the client can do to files in a workspace edit."""
    workspace = capabilities.workspace
    edit = None if workspace is None else workspace.workspace_edit
    return () if edit is None else edit.resource_operations or ()


def _resolvable(capabilities: types.ClientCapabilities) -> Sequence[str]:
    """What of a code action the client can ask for when it is needed."""
    text_document = capabilities.text_document
    action = None if text_document is None else text_document.code_action
    support = None if action is None else action.resolve_support
    return () if support is None else support.properties
