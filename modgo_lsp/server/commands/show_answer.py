"""Shows what a command answered where the client does not: one that has no command of its own for a lens runs
ours and drops the answer, as Neovim and Emacs do.

A message says it in short. What is longer is a document in modgo's cache, one a command, which is opened
where the client can.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from lsprotocol import types

from modgo_lsp.build.cache import cache_directory
from modgo_lsp.file_writer import ANYTHING, write_file
from modgo_lsp.server.commands.results import in_words
from modgo_lsp.server.lsp.connection import encoded
from modgo_lsp.server.lsp.uri import uri_of

if TYPE_CHECKING:
    from modgo_lsp.server.pygls_server import ModgoServer

_log = logging.getLogger(__name__)
_SHOW_SECONDS = 5.0
_LONGEST = 300
# The commands whose answers say more than fits in a message.
_LONG = ("modgo.load", "modgo.buildAndLoad", "modgo.call")


async def show_answer(server: ModgoServer, command: str, answer: dict[str, Any]) -> None:
    kind = types.MessageType.Info if answer.get("ok", True) else types.MessageType.Error
    text = in_words(answer)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    path = await asyncio.to_thread(_written, command, answer) if command in _LONG else None
    if path is not None and not server.client.show_document:
        text = f"{text} (all of it: {path})"
    server.tell(kind, text)
    if path is not None and server.client.show_document:
        await show_document(server, str(path), take_focus=False)


def _written(command: str, answer: dict[str, Any]) -> Path | None:
    """The file with the answer; None where it can't be written, for the message says the main thing."""
    try:
        path = cache_directory() / "results" / f"{command.removeprefix('modgo.')}.json"
        write_file(path, msgspec.json.format(encoded(answer), indent=2) + b"\n", replaces=ANYTHING)
    except OSError as error:
        _log.warning("The result could not be written: %s", error)
        return None
    return path


async def show_document(server: ModgoServer, path: str, take_focus: bool) -> None:
    params = types.ShowDocumentParams(uri_of(path), take_focus=take_focus)
    request = asyncio.ensure_future(server.window_show_document_async(params))
    try:
        # Shielded: pygls fails on the reply to a request that was cancelled (openlawlibrary/pygls#621).
        await asyncio.wait_for(asyncio.shield(request), _SHOW_SECONDS)
    except Exception as error:
        _log.warning("The editor did not open %s: %r", path, error)
