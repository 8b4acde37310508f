"""textDocument/codeLens and codeLens/resolve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types

from modgo_lsp.ide.code_lenses import Lens, code_lenses
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.requests.translation import location_range
from modgo_lsp.server.workspace.snapshot import Snapshot

CLIENT_BUILD_AND_LOAD = "modgo.client.buildAndLoad"
CLIENT_RUN_ON_SAMPLE = "modgo.client.runOnSample"


def answer(snapshot: Snapshot, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Above each UDF its registered name, build and load, run on its sample"""
    path = path_of(params.text_document.uri)
    package = None if path is None else snapshot.package_of(path)
    if path is None or package is None:
        return []
    uri = params.text_document.uri
    return [
        types.CodeLens(location_range(snapshot, lens.location), data=_data(lens, uri))
        for lens in code_lenses(package, path)
    ]


def resolve(snapshot: Snapshot, lens: types.CodeLens) -> types.CodeLens:
    """The command of a lens that is in view"""
    if isinstance(lens.data, dict) and {"kind", "title", "uri"} <= lens.data.keys():
        lens.command = _command(lens.data, snapshot.client)
    return lens


def _data(lens: Lens, uri: str) -> dict[str, Any]:
    """What `resolve` needs."""
    return {"kind": lens.kind, "title": lens.title, "uri": uri, "function": lens.function}


def _command(lens: Mapping[str, Any], client: Client) -> types.Command:
    """The client's own command if it has one, which shows progress and results as that editor does; otherwise
    the server's, and the server shows them."""
    arguments: dict[str, Any] = {"uri": lens["uri"]}
    if lens["kind"] == "registered":
        # An empty command is a title alone: editors show it as plain text.
        return types.Command(lens["title"], "")
    if lens["kind"] == "build-and-load":
        ours, theirs = "modgo.buildAndLoad", CLIENT_BUILD_AND_LOAD
    else:
        ours, theirs = "modgo.call", CLIENT_RUN_ON_SAMPLE
        arguments["function"] = lens.get("function")
    if theirs in client.options.commands:
        return types.Command(lens["title"], theirs, arguments=[arguments])
    return types.Command(lens["title"], ours, arguments=[{**arguments, "show": True}])
