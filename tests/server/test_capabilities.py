"""What is told of the server before pygls is there is what pygls would tell of it."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import pytest
from lsprotocol import converters, types
from pytest_lsp import client_capabilities

from modgo_lsp.ide.completion import TRIGGERS
from modgo_lsp.ide.semantic_tokens import TYPES
from modgo_lsp.server.commands.commands import COMMANDS as THERE_ARE
from modgo_lsp.server.lsp import wire
from modgo_lsp.server.lsp.client_capabilities import client_of
from modgo_lsp.server.lsp.connection import Connection
from modgo_lsp.server.lsp.server_capabilities import COMMANDS, chosen_encoding, initialize_result
from modgo_lsp.server.pygls_server import ModgoServer
from modgo_lsp.server.workspace.session import Session

CONVERTER = converters.get_converter()
PROFILES = ("visual-studio-code", "neovim", "emacs", None)


def plain(value: Any) -> Any:
    return CONVERTER.unstructure(value)


def told_by_pygls(capabilities: dict[str, Any], options: dict[str, Any]) -> Any:
    nowhere = Connection(BytesIO(), BytesIO(), lambda _, __: None, lambda _: None, lambda: None)
    client, _ = client_of(capabilities, options)
    server = ModgoServer(Session(nowhere, wire.Initialize(), client, chosen_encoding(capabilities)))
    params = types.InitializeParams(CONVERTER.structure(capabilities, types.ClientCapabilities))
    steps = server.protocol.lsp_initialize(params)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        told = plain(end.value)
        for wish in ("willSave", "willSaveWaitUntil"):
            # It says no, too, where the client could.
            assert not told["capabilities"]["textDocumentSync"].pop(wish, False)
        return told
    finally:
        server.analysis.end()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("pull", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"without": ["textDocument/hover", "codeLens/resolve", "textDocument/semanticTokens/range"]},
        {"without": ["textDocument/prepareRename", "textDocument/codeLens"]},
        {"without": ["textDocument/semanticTokens/range", "textDocument/semanticTokens/full"]},
        {"without": ["textDocument/rename", "workspace/diagnostic", "workspace/symbol"]},
    ],
)
async def test_it_is_what_pygls_would_tell(profile: str | None, pull: bool, options: dict[str, Any]) -> None:
    told = types.ClientCapabilities() if profile is None else client_capabilities(profile)
    capabilities = plain(told)
    capabilities.setdefault("textDocument", {}).pop("diagnostic", None)
    if pull:
        capabilities["textDocument"]["diagnostic"] = {}
    client, _ = client_of(capabilities, options)
    mine = initialize_result(client, capabilities, chosen_encoding(capabilities))
    assert mine == await asyncio.to_thread(told_by_pygls, capabilities, options)


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
        ([], "initializationOptions are no object"),
        ("trusted", "initializationOptions are no object"),
        (0, "initializationOptions are no object"),
        (False, "initializationOptions are no object"),
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
def test_what_is_said_of_trust_holds(options: Any, trusted: bool) -> None:
    client, problem = client_of({}, options)
    assert (client.options.trusted, problem) == (trusted, None)
    assert client_of({}, {**(options or {}), "unknown": 1})[0].options.trusted is trusted


def test_the_other_options_hold() -> None:
    client, _ = client_of({}, {"commands": ["a"], "without": 1, "settings": {"lint": {}}})
    assert (client.options.commands, client.options.without, client.options.settings) == (
        ("a",),
        (),
        {"lint": {}},
    )


def test_it_names_the_commands_and_tokens_that_there_are() -> None:
    assert tuple(THERE_ARE) == COMMANDS
    told = initialize_result(client_of({}, None)[0], {}, "utf-16")["capabilities"]
    assert told["semanticTokensProvider"]["legend"]["tokenTypes"] == list(TYPES)
    assert told["completionProvider"]["triggerCharacters"] == list(TRIGGERS)


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
def test_the_first_encoding_that_is_known_is_taken(named: Any, chosen: str) -> None:
    assert chosen_encoding({"general": {"positionEncodings": named}}) == chosen
