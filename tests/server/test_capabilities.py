"""The table of methods: each row has a handler, and `initialize` announces it as the client can take it."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pytest
from lsprotocol import converters, types
from pytest_lsp import client_capabilities

from modgo_lsp import __version__
from modgo_lsp.ide.semantic_tokens import TYPES
from modgo_lsp.server.commands.context import Commands
from modgo_lsp.server.lsp.client_capabilities import (
    ANY,
    CAPABILITIES,
    Client,
    InitializationOptions,
    client_of,
)
from modgo_lsp.server.lsp.methods import COMMANDS, METHODS, Method, command_of, handler_of
from modgo_lsp.server.lsp.server_capabilities import chosen_encoding, initialize_result
from modgo_lsp.server.server import Server
from modgo_lsp.server.workspace.session import Session
from modgo_lsp.server.workspace.snapshot import Snapshot
from modgo_lsp.server.workspace.watched_files import registrations
from scripts.new_method import provider_of

CONVERTER = converters.get_converter()
CONTEXTS = {
    "server": Server,
    "session": Session,
    "snapshot": Snapshot,
    "workspace": Snapshot,
    "commands": Commands,
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_row_matches_its_handler_and_the_protocol(method: Method) -> None:
    handler = handler_of(method)
    context, params = list(get_type_hints(handler).values())[:2]
    _, response, lsp_params, _ = types.METHOD_TO_TYPES[method.name]
    assert context is CONTEXTS[method.context]
    assert params is (method.params or lsp_params)
    assert method.is_request == (response is not None)
    assert handler.__doc__
    if method.params is not None and method.params.__struct_fields__:
        # The type has some of LSP's fields.
        lsp_fields = {each.name for each in lsp_params.__attrs_attrs__}
        assert set(method.params.__struct_fields__) <= lsp_fields | {"capabilities"}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_a_coroutine_function_with_a_docstring(name: str) -> None:
    command = command_of(name)
    assert inspect.iscoroutinefunction(command)
    assert command.__doc__


def announced(client: Client) -> dict[str, Any]:
    result = initialize_result(client, "utf-16")
    # LSP has every field, with a value of this type.
    structured = CONVERTER.structure(result, types.InitializeResult)
    assert CONVERTER.unstructure(structured) == result
    found: dict[str, Any] = result["capabilities"]
    return found


@pytest.mark.parametrize("profile", ["visual-studio-code", "neovim", "emacs"])
def test_every_method_is_announced_to_an_editor(profile: str) -> None:
    client, _ = client_of(CONVERTER.unstructure(client_capabilities(profile)), None)
    providers = {name for name in announced(client) if name.endswith("Provider")}
    rows = [row for row in METHODS.values() if not row.client or getattr(client, row.client)]
    assert providers == {provider for row in rows if (provider := provider_of(row.name))}
    assert {"hoverProvider", "callHierarchyProvider", "workspaceSymbolProvider"} <= providers
    assert announced(client)["codeActionProvider"] == {
        "codeActionKinds": ["quickfix", "source.fixAll.modgo"],
        "resolveProvider": True,
    }
    assert announced(client)["codeLensProvider"] == {"resolveProvider": True}
    assert announced(client)["textDocumentSync"] == {
        "openClose": True,
        "change": 2,
        "save": {"includeText": False},
    }


ANNOUNCED = {
    "positionEncoding": "utf-16",
    "workspace": {
        "workspaceFolders": {"supported": True, "changeNotifications": True},
        "fileOperations": {},
    },
    "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
    "executeCommandProvider": {
        "commands": [
            *("modgo.build", "modgo.load", "modgo.buildAndLoad", "modgo.call", "modgo.test", "modgo.cases"),
            *("modgo.bench", "modgo.new", "modgo.newSample", "modgo.addSdk", "modgo.rules"),
            *("modgo.saveCase", "modgo.status", "modgo.restartHost"),
        ]
    },
    "codeActionProvider": {"codeActionKinds": ["quickfix", "source.fixAll.modgo"], "resolveProvider": True},
    "codeLensProvider": {"resolveProvider": True},
    "completionProvider": {"triggerCharacters": ['"', ",", " ", "."], "resolveProvider": True},
    "documentLinkProvider": {"resolveProvider": False},
    "workspaceSymbolProvider": {"resolveProvider": False},
    "inlayHintProvider": {"resolveProvider": False},
    "semanticTokensProvider": {
        "legend": {"tokenTypes": ["function", "macro"], "tokenModifiers": []},
        "full": True,
        "range": True,
    },
    "signatureHelpProvider": {"triggerCharacters": ["(", ","]},
}


def with_options(capabilities: dict[str, Any]) -> dict[str, Any]:
    """Without the methods that are announced by True alone: the table of methods has those."""
    return {name: value for name, value in capabilities.items() if value is not True}


def test_all_options_that_are_announced() -> None:
    result = initialize_result(Client(), "utf-16")
    assert result["serverInfo"] == {"name": "modgo-lsp", "version": __version__}
    assert result.keys() == {"capabilities", "serverInfo"}
    assert with_options(result["capabilities"]) == ANNOUNCED
    pulled = {"identifier": "modgo", "interFileDependencies": True, "workspaceDiagnostics": True}
    everything = initialize_result(Client(**dict.fromkeys(CAPABILITIES, True)), "utf-8")
    assert with_options(everything["capabilities"]) == ANNOUNCED | {
        "positionEncoding": "utf-8",
        "diagnosticProvider": pulled,
        "renameProvider": {"prepareProvider": True},
    }


def test_diagnostics_are_announced_to_clients_that_pull() -> None:
    assert "diagnosticProvider" not in announced(Client())
    pulled = announced(Client(pull_diagnostics=True))["diagnosticProvider"]
    assert pulled == {"identifier": "modgo", "interFileDependencies": True, "workspaceDiagnostics": True}


def test_prepare_rename_is_announced_to_clients_that_support_it() -> None:
    assert announced(Client())["renameProvider"] is True
    assert announced(Client(prepare_rename=True))["renameProvider"] == {"prepareProvider": True}


def test_a_client_that_announces_nothing_is_the_default() -> None:
    assert client_of({}, None) == (Client(), None)


def with_value(path: str, value: Any) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        value = {name: value}
    found: dict[str, Any] = value
    return found


@pytest.mark.parametrize("name", CAPABILITIES)
def test_a_capability_is_what_its_path_has(name: str) -> None:
    capability = CAPABILITIES[name]
    values: list[tuple[Any, bool]] = [(None, False)]
    if capability.required == ANY:
        values += [({}, True), (False, True)]
    elif capability.required == "":
        values += [(True, True), (False, False), ({"x": 1}, True)]
    else:
        required = capability.required
        values += [([required], True), (["x", required], True), (["x"], False), ([], False)]
        values += [(required, False), ({required: True}, False)]
    for value, is_there in values:
        client, _ = client_of(with_value(capability.path, value), None)
        also = {"document_changes"} if name == "rename_files" else set()
        found = {each for each in CAPABILITIES if getattr(client, each)}
        assert found == ({name, *also} if is_there else set()), value
    parent = capability.path.rpartition(".")[0]
    for value in (None, [], "x", [capability.required]):
        assert not getattr(client_of(with_value(parent, value), None)[0], name), value


@pytest.mark.parametrize("name", ["related_information", "code_description", "unnecessary"])
def test_a_capability_for_pulled_diagnostics_is_one_for_all(name: str) -> None:
    capability = CAPABILITIES[name]
    path = capability.path.replace("publishDiagnostics", "diagnostic")
    value = [capability.required] if capability.required else True
    client, _ = client_of(with_value(path, value), None)
    assert {each for each in CAPABILITIES if getattr(client, each)} == {name, "pull_diagnostics"}


def test_all_malformed_options_are_named_and_the_others_hold() -> None:
    client, problem = client_of({}, {"trusted": 1, "commands": 2, "without": ["x"], "allow": {"writes": 1}})
    assert client.options == InitializationOptions(without=("x",), trusted=False)
    assert problem is not None
    named = ["commands", "trusted", "allow"]
    assert [each.partition(" ")[0] for each in problem.split("; ")] == [
        f"initializationOptions.{each}" for each in named
    ]
    assert problem.endswith(". The workspace is not trusted: nothing of it is built or run.")


WATCHED = {
    "id": "modgo-watched-files",
    "method": "workspace/didChangeWatchedFiles",
    "registerOptions": {
        "watchers": [
            {"globPattern": f"**/{name}"}
            for name in (
                *("*.go", "go.mod", "go.sum", "go.work", "modgo.toml", "pyproject.toml"),
                *("vendor/modules.txt", ".gitignore", "testdata/udf/*"),
            )
        ]
    },
}
CONFIGURATION = {
    "id": "modgo-configuration",
    "method": "workspace/didChangeConfiguration",
    "registerOptions": {"section": "modgo"},
}


@pytest.mark.parametrize(
    ("client", "found"),
    [
        (Client(), []),
        (Client(watched_files=True), [WATCHED]),
        (Client(configuration_registration=True), [CONFIGURATION]),
        (Client(watched_files=True, configuration_registration=True), [WATCHED, CONFIGURATION]),
        (Client(configuration=True), []),
    ],
)
def test_the_notifications_that_a_client_is_asked_for(client: Client, found: list[dict[str, Any]]) -> None:
    assert registrations(client) == found


def test_methods_that_the_client_leaves_out_are_not_announced() -> None:
    def without(*methods: str, **capabilities: bool) -> dict[str, Any]:
        options = client_of({}, {"without": methods})[0].options
        return announced(Client(options=options, **capabilities))

    assert "hoverProvider" not in without("textDocument/hover")
    assert without("codeLens/resolve")["codeLensProvider"] == {"resolveProvider": False}
    assert "codeLensProvider" not in without("textDocument/codeLens")
    legend = {"tokenTypes": list(TYPES), "tokenModifiers": []}
    full, part = "textDocument/semanticTokens/full", "textDocument/semanticTokens/range"
    assert without(part)["semanticTokensProvider"] == {"legend": legend, "full": True}
    assert without(full)["semanticTokensProvider"] == {"legend": legend, "range": True}
    assert "semanticTokensProvider" not in without(full, part)
    pulled = without("workspace/diagnostic", pull_diagnostics=True)["diagnosticProvider"]
    assert pulled["workspaceDiagnostics"] is False
    assert "renameProvider" not in without("textDocument/rename", prepare_rename=True)
    # The session itself can't be left out.
    assert without("textDocument/didOpen")["textDocumentSync"]["openClose"] is True
    assert without("workspace/executeCommand")["executeCommandProvider"]["commands"] == list(COMMANDS)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"trusted": 0}, "trusted"),
        ({"trusted": 1}, "trusted"),
        ({"trusted": "yes"}, "trusted"),
        ({"trusted": "false"}, "trusted"),
        ({"trusted": None}, "trusted"),
        ({"trusted": [True]}, "trusted"),
        ({"trusted": True, "commands": "modgo.client.buildAndLoad"}, "commands"),
        ({"trusted": True, "commands": [1]}, "commands"),
        ({"without": {}}, "without"),
        ({"settings": []}, "settings"),
        ([], "initializationOptions must be an object"),
        ("trusted", "initializationOptions must be an object"),
        (0, "initializationOptions must be an object"),
        (False, "initializationOptions must be an object"),
    ],
)
def test_a_malformed_option_is_named_and_the_workspace_is_not_trusted(options: Any, named: str) -> None:
    client, problem = client_of({}, options)
    assert client.options.trusted is False
    assert problem is not None
    assert named in problem
    assert "not trusted" in problem


@pytest.mark.parametrize(
    ("options", "trusted"), [(None, True), ({}, True), ({"trusted": True}, True), ({"trusted": False}, False)]
)
def test_the_option_trusted_is_applied(options: Any, trusted: bool) -> None:
    client, problem = client_of({}, options)
    assert (client.options.trusted, problem) == (trusted, None)
    assert client_of({}, {**(options or {}), "unknown": 1})[0].options.trusted is trusted


def test_the_valid_options_are_applied() -> None:
    client, _ = client_of({}, {"commands": ["a"], "without": 1, "settings": {"lint": {}}})
    assert (client.options.commands, client.options.without, client.options.settings) == (
        ("a",),
        (),
        {"lint": {}},
    )


def test_tokens_and_trigger_characters_are_those_of_ide() -> None:
    found = announced(Client())
    assert found["semanticTokensProvider"]["legend"]["tokenTypes"] == list(TYPES)
    assert found["completionProvider"]["triggerCharacters"] == ['"', ",", " ", "."]


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        (["utf-32", "utf-8"], "utf-32"),
        (["utf-7", "utf-8"], "utf-8"),
        ([], "utf-16"),
        (None, "utf-16"),
        ("utf-8", "utf-16"),
        ([7, None], "utf-16"),
    ],
)
def test_the_first_known_encoding_is_chosen(named: Any, chosen: str) -> None:
    assert chosen_encoding({"general": {"positionEncodings": named}}) == chosen
