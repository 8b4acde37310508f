"""The client of `initialize`: its capabilities as booleans, and our initialization options.

CAPABILITIES lists everything in which one client is treated differently from another. docs/features.md shows
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, IntEnum
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import structs


class Allow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the user grants modules: the network, and folders and files to read."""

    network: bool = False
    read: tuple[str, ...] = ()


class InitializationOptions(msgspec.Struct, frozen=True):
    """`commands` are the client's own commands that lenses may name ("modgo.client.runOnSample"). `without`
    are methods not to announce, for editors that ask one server only and have another for them. If `trusted`
    is false, or any option is malformed, nothing of the workspace is built or run. `settings` are those of
    `workspace/didChangeConfiguration`, section "modgo". If `results` is "text", a command returns `{"json":
    "…"}` with its result as JSON text, for clients whose JSON parser makes every number a double. `allow`
    is no setting: editors read those from the repository, too."""

    commands: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    trusted: bool = True
    settings: dict[str, Any] = {}
    results: Literal["json", "text"] = "json"
    allow: Allow = Allow()


class Capability(NamedTuple):
    """`path` is where LSP has it. `required` must be in the list there; "" stands for true, ANY for anything.
    `given` is what a client with the capability gets, `otherwise` what one without it gets."""

    path: str
    required: Any
    given: str
    otherwise: str


ANY = "*"
_TEXT = "textDocument"
_DIAGNOSTICS = f"{_TEXT}.publishDiagnostics"
_PULLED = f"{_TEXT}.diagnostic"
_ACTION = f"{_TEXT}.codeAction"


class DiagnosticTag(IntEnum):
    Unnecessary = 1


class ResourceOperation(str, Enum):
    Rename = "rename"


# By the fields of Client.
CAPABILITIES: Mapping[str, Capability] = {
    "pull_diagnostics": Capability(
        f"{_TEXT}.diagnostic",
        ANY,
        "Pulls the diagnostics of what it shows, and of the workspace",
        "Diagnostics are pushed",
    ),
    "diagnostic_refresh": Capability(
        "workspace.diagnostics.refreshSupport",
        "",
        "Is asked to pull again when a setting or a build changed them",
        "Pulls when it likes",
    ),
    "diagnostic_versions": Capability(
        f"{_DIAGNOSTICS}.versionSupport", "", "Pushed diagnostics name the version they are of", "No version"
    ),
    "related_information": Capability(
        f"{_DIAGNOSTICS}.relatedInformation",
        "",
        "Findings have their related places: the other registration, the path from the UDF",
        "Findings without related places",
    ),
    "code_description": Capability(
        f"{_DIAGNOSTICS}.codeDescriptionSupport", "", "A finding's code opens its page", "The code alone"
    ),
    "unnecessary": Capability(
        f"{_DIAGNOSTICS}.tagSupport.valueSet",
        DiagnosticTag.Unnecessary,
        "An unused suppression is greyed out",
        "It has a finding only",
    ),
    "code_action_literals": Capability(
        f"{_ACTION}.codeActionLiteralSupport", "", "Quick fixes, suppressions, fix all", "No code actions"
    ),
    "action_edits_later": Capability(
        f"{_ACTION}.resolveSupport.properties",
        "edit",
        "Fix all is worked out when it is chosen",
        "Fix all is worked out before the menu opens",
    ),
    "lenses": Capability(
        f"{_TEXT}.codeLens", ANY, "A lens shows a UDF's registered name", "An inlay hint shows it"
    ),
    "lens_refresh": Capability(
        "workspace.codeLens.refreshSupport",
        "",
        "Lenses follow what changes in other files",
        "Lenses follow what changes in their file",
    ),
    "hint_refresh": Capability(
        "workspace.inlayHint.refreshSupport",
        "",
        "Hints follow what changes in other files",
        "Hints follow what changes in their file",
    ),
    "token_refresh": Capability(
        "workspace.semanticTokens.refreshSupport",
        "",
        "Semantic tokens follow what changes in other files",
        "Semantic tokens follow what changes in their file",
    ),
    "markdown": Capability(f"{_TEXT}.hover.contentFormat", "markdown", "Hover in Markdown", "Plain text"),
    "completion_markdown": Capability(
        f"{_TEXT}.completion.completionItem.documentationFormat",
        "markdown",
        "Pages of completions in Markdown",
        "Plain text",
    ),
    "snippets": Capability(
        f"{_TEXT}.completion.completionItem.snippetSupport",
        "",
        "Skeletons of UDFs, and stream operations with their functions",
        "Completions without placeholders",
    ),
    "link_tooltips": Capability(
        f"{_TEXT}.documentLink.tooltipSupport", "", "Links show where they lead", "Links only"
    ),
    "symbol_trees": Capability(
        f"{_TEXT}.documentSymbol.hierarchicalDocumentSymbolSupport",
        "",
        "The outline has signatures and extents",
        "The outline is a list of names",
    ),
    "document_changes": Capability(
        "workspace.workspaceEdit.documentChanges",
        "",
        "Edits name the version that they are of, so that a late one is refused",
        "Edits without versions",
    ),
    "prepare_rename": Capability(
        f"{_TEXT}.rename.prepareSupport",
        "",
        "Knows before it asks for a name whether there is one to rename",
        "Asks for a name anywhere",
    ),
    "rename_files": Capability(
        "workspace.workspaceEdit.resourceOperations",
        ResourceOperation.Rename,
        "A renamed UDF takes its samples along",
        "Samples keep their names",
    ),
    "progress": Capability(
        "window.workDoneProgress",
        "",
        "Commands show progress, and can be cancelled by it",
        "Commands log their steps; `$/cancelRequest` ends them",
    ),
    "show_document": Capability(
        "window.showDocument.support",
        "",
        "A new sample is opened, and the result of a lens",
        "The path of a new sample is returned, and the path of the file with the result of a lens",
    ),
    "configuration": Capability(
        "workspace.configuration", "", "Settings are asked for", "Settings are taken as they are sent"
    ),
    "configuration_registration": Capability(
        "workspace.didChangeConfiguration.dynamicRegistration",
        "",
        "Is asked to report changed settings",
        "Reports changed settings if it likes",
    ),
    "watched_files": Capability(
        "workspace.didChangeWatchedFiles.dynamicRegistration",
        "",
        "Is asked to report Go files, samples and configuration that change on disk",
        "Changes on disk take effect at the next edit, those of configuration within a second",
    ),
}


class Client(msgspec.Struct, frozen=True):
    """Each capability by its name in CAPABILITIES, and the options."""

    options: InitializationOptions = InitializationOptions()
    pull_diagnostics: bool = False
    diagnostic_refresh: bool = False
    diagnostic_versions: bool = False
    related_information: bool = False
    code_description: bool = False
    unnecessary: bool = False
    code_action_literals: bool = False
    action_edits_later: bool = False
    lenses: bool = False
    lens_refresh: bool = False
    hint_refresh: bool = False
    token_refresh: bool = False
    markdown: bool = False
    completion_markdown: bool = False
    snippets: bool = False
    link_tooltips: bool = False
    symbol_trees: bool = False
    document_changes: bool = False
    prepare_rename: bool = False
    rename_files: bool = False
    progress: bool = False
    show_document: bool = False
    configuration: bool = False
    configuration_registration: bool = False
    watched_files: bool = False


def client_of(capabilities: Mapping[str, Any], initialization_options: Any) -> tuple[Client, str | None]:
    """The client, and what is wrong with its initialization options. Then the other options hold, and the
    workspace is not trusted."""
    options, problem = _options(initialization_options)
    facts = {name: has(capabilities, capability) for name, capability in CAPABILITIES.items()}
    # A client that pulls may have these for pulled diagnostics instead of pushed ones. Files are renamed by
    # document changes, so a client that can rename files takes those.
    for name in ("related_information", "code_description", "unnecessary"):
        pulled = CAPABILITIES[name]._replace(path=CAPABILITIES[name].path.replace(_DIAGNOSTICS, _PULLED))
        facts[name] = facts[name] or has(capabilities, pulled)
    facts["document_changes"] = facts["document_changes"] or facts["rename_files"]
    return Client(options=options, **facts), problem


def _options(given: Any) -> tuple[InitializationOptions, str | None]:
    """The options. A client without the option `trusted` has no such notion: Neovim, Emacs and Helix. One
    with an option that can't be read may have meant that the workspace is not to be trusted."""
    if given is None:
        return InitializationOptions(), None
    if not isinstance(given, dict):
        return _untrusted({}, ["initializationOptions must be an object"])
    values: dict[str, Any] = {}
    wrong = []
    for field in structs.fields(InitializationOptions):
        if field.name in given:
            try:
                values[field.name] = msgspec.convert(given[field.name], field.type)
            except msgspec.ValidationError as error:
                wrong.append(f"initializationOptions.{field.name} is not as expected: {error}")
    return _untrusted(values, wrong) if wrong else (InitializationOptions(**values), None)


def _untrusted(values: dict[str, Any], wrong: list[str]) -> tuple[InitializationOptions, str]:
    problem = f"{'; '.join(wrong)}. The workspace is not trusted: nothing of it is built or run."
    return InitializationOptions(**{**values, "trusted": False}), problem


def has(capabilities: Mapping[str, Any], capability: Capability) -> bool:
    found = at(capabilities, capability.path)
    if capability.required == ANY:
        return found is not None
    if capability.required == "":
        return bool(found)
    return isinstance(found, list) and capability.required in found


def at(capabilities: Any, path: str) -> Any:
    """The value at a path such as "workspace.configuration"; None where there is none."""
    for name in path.split("."):
        capabilities = capabilities.get(name) if isinstance(capabilities, dict) else None
    return capabilities
