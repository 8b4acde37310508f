"""textDocument/codeLens and codeLens/resolve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types

from modgo_lsp.ide.case_files import CASE_ENDINGS
from modgo_lsp.ide.code_lenses import Lens, LensKind, code_lenses, sample_lenses
from modgo_lsp.server.lsp.client_capabilities import Client
from modgo_lsp.server.lsp.uri import path_of
from modgo_lsp.server.requests.translation import location_range
from modgo_lsp.server.workspace.snapshot import Snapshot

# The client's own command of a lens, and the server's in place of it.
_COMMANDS: Mapping[LensKind, tuple[str, str | None]] = {
    "run-on-sample": ("modgo.client.runOnSample", "modgo.call"),
    "debug": ("modgo.client.debug", None),
    "test": ("modgo.client.test", "modgo.test"),
    "bench": ("modgo.client.bench", "modgo.bench"),
    "build-and-load": ("modgo.client.buildAndLoad", "modgo.buildAndLoad"),
}


def answer(snapshot: Snapshot, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Above each UDF its registered name, run on its sample, debug, test, bench, build and load; in a sample,
    run on it"""
    path = path_of(params.text_document.uri)
    package = None if path is None else snapshot.package_of(path)
    if path is None or package is None:
        return []
    uri = params.text_document.uri
    if path.endswith(".go"):
        found = code_lenses(package, path)
    else:
        found = [] if path.endswith(CASE_ENDINGS) else sample_lenses(package, path)
    return [
        types.CodeLens(location_range(snapshot, lens.location), data=_data(lens, uri))
        for lens in found
        if lens.kind == "registered" or _named_command(lens.kind, snapshot.client) is not None
    ]


def resolve(snapshot: Snapshot, lens: types.CodeLens) -> types.CodeLens:
    """The command of a lens that is in view"""
    if isinstance(lens.data, dict) and {"kind", "title", "uri"} <= lens.data.keys():
        lens.command = _command(lens.data, snapshot.client)
    return lens


def _data(lens: Lens, uri: str) -> dict[str, Any]:
    """What `resolve` needs."""
    given = {"function": lens.function, "record": lens.record, "records": lens.records}
    return {
        "kind": lens.kind,
        "title": lens.title,
        "uri": uri,
        **{name: value for name, value in given.items() if value is not None},
    }


def _named_command(kind: LensKind, client: Client) -> str | None:
    """The client's own command if it has one, which shows progress and results as that editor does; otherwise
    the server's, and the server shows them. None if neither has one."""
    of_client, of_server = _COMMANDS[kind]
    return of_client if of_client in client.options.commands else of_server


def _command(lens: Mapping[str, Any], client: Client) -> types.Command | None:
    if lens["kind"] not in _COMMANDS:
        # An empty command is a title alone: editors show it as plain text.
        return types.Command(lens["title"], "")
    name = _named_command(lens["kind"], client)
    if name is None:
        return None
    given = {key: lens[key] for key in ("function", "record", "records") if key in lens}
    arguments: dict[str, Any] = {"uri": lens["uri"], **given}
    if name not in client.options.commands:
        arguments["show"] = True
    return types.Command(lens["title"], name, arguments=[arguments])
