"""workspace/didChangeWatchedFiles: what changes on disk behind the editor's back, and the wish to be told.

Not for: open documents, whose text the editor owns.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from modgo_lsp.server.uri import path_of

if TYPE_CHECKING:
    from modgo_lsp.server.server import ModgoServer

_PATTERNS = (
    *("**/*.go", "**/go.mod", "**/go.sum", "**/go.work", "**/modgo.toml", "**/pyproject.toml"),
    "**/testdata/udf/*",
)
_log = logging.getLogger(__name__)


async def register(server: ModgoServer) -> None:
    """Asks the client to tell us, and of changed settings too, where it can be asked."""
    registrations = []
    if server.client.watched_files:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _PATTERNS]
        registrations.append(
            types.Registration(
                "modgo-watched-files",
                types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                types.DidChangeWatchedFilesRegistrationOptions(watchers),
            )
        )
    if server.client.configuration_registration:
        registrations.append(
            types.Registration(
                "modgo-configuration",
                types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                types.DidChangeConfigurationRegistrationOptions(section="modgo"),
            )
        )
    if registrations:
        request = server.client_register_capability_async(types.RegistrationParams(registrations))
        try:
            await asyncio.shield(asyncio.ensure_future(request))
        except Exception as error:
            _log.warning("The editor will not watch files for us: %s", error)


def did_change(server: ModgoServer, params: types.DidChangeWatchedFilesParams) -> None:
    for change in params.changes:
        path = path_of(change.uri)
        if path is not None and path not in server.documents.by_path:
            try:
                server.built.text_changed(path, Path(path).read_bytes())
            except OSError:
                server.built.text_changed(path, b"")
    server.changed()
