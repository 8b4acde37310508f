"""What is told of the server before pygls is there is what pygls would tell of it."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import pytest
from lsprotocol import converters, types
from pytest_lsp import client_capabilities

from modgo_lsp.ide.completion import TRIGGERS
from modgo_lsp.ide.tokens import TYPES
from modgo_lsp.server import wire
from modgo_lsp.server.capabilities import COMMANDS, chosen_encoding, initialize_result
from modgo_lsp.server.client import client_of
from modgo_lsp.server.commands import COMMANDS as THERE_ARE
from modgo_lsp.server.connection import Connection
from modgo_lsp.server.server import ModgoServer
from modgo_lsp.server.session import Session

CONVERTER = converters.get_converter()
PROFILES = ("visual-studio-code", "neovim", "emacs", None)


def plain(value: Any) -> Any:
    return CONVERTER.unstructure(value)


def told_by_pygls(capabilities: dict[str, Any], options: dict[str, Any]) -> Any:
    nowhere = Connection(BytesIO(), BytesIO(), lambda _: None, lambda _: None, lambda: None)
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
