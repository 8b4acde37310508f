"""Shows the result of a command where the client does not: one that has no command of its own for a lens runs
ours and drops the result, as Neovim and Emacs do.

A message has it in short. What is longer is written to a document in modgo's cache, which is opened where the
client can: of a call as a text with the change of the record, of others as JSON. Each result has its own: an
editor would not read the same file again, and two servers would share it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import re
from pathlib import Path
from typing import Any

import msgspec

from modgo_lsp.build.cache import cache_directory, forget_old
from modgo_lsp.file_writer import ANYTHING, write_file
from modgo_lsp.report.call_text import call_text
from modgo_lsp.server.commands.arguments import Request, UsageError
from modgo_lsp.server.commands.results import summary
from modgo_lsp.server.lsp.connection import encoded
from modgo_lsp.server.lsp.log_handlers import ERROR, INFO
from modgo_lsp.server.lsp.uri import uri_of
from modgo_lsp.server.workspace.session import Session

_log = logging.getLogger(__name__)
_LONGEST = 300
_numbers = itertools.count(1)
# Days after which the results of a server are removed.
_DAYS = 2
_FILE_NAME = re.compile(r"[\w-]{1,64}")
# The commands whose results are longer than a message.
_LONG = ("modgo.load", "modgo.buildAndLoad", "modgo.call")


async def show_answer(
    session: Session, command: str, answer: dict[str, Any], request: Request
) -> Path | None:
    """Returns the path of the document, None if there is none."""
    text = summary(answer)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    path = await write_document(session, command, answer, request)
    if path is not None and not session.client.show_document:
        text = f"{text} (all of it: {path})"
    session.outbox.show_message(INFO if answer.get("ok", True) else ERROR, text)
    if path is not None and session.client.show_document:
        show_document(session, str(path), take_focus=False)
    return path


async def write_document(
    session: Session, command: str, answer: dict[str, Any], request: Request
) -> Path | None:
    """Writes the result of a command whose results are longer than a message. Returns the path."""
    return await asyncio.to_thread(_written, session, command, answer, request) if command in _LONG else None


def _written(session: Session, command: str, answer: dict[str, Any], request: Request) -> Path | None:
    """The file with the result; None where it can't be written: the message has the main thing."""
    try:
        results = cache_directory() / "results"
        forget_old(results, _DAYS)
        folder = results / str(os.getpid())
        name, kind = command.removeprefix("modgo."), "json"
        if command == "modgo.call":
            name, kind = request.function or name, "diff"
            text = call_text(request.function or "", answer, _folder(session, request)).encode()
        else:
            text = msgspec.json.format(encoded(answer), indent=2) + b"\n"
        name = name if _FILE_NAME.fullmatch(name) else "call"
        path = folder / f"{name}-{next(_numbers)}.{kind}"
        write_file(path, text, replaces=ANYTHING)
    except OSError as error:
        _log.warning("The result could not be written: %s", error)
        return None
    return path


def _folder(session: Session, request: Request) -> Path:
    """The module's folder; the root where the request names none."""
    try:
        return request.directory(session.documents.by_path)
    except UsageError:
        return Path(os.sep)


def show_document(session: Session, path: str, take_focus: bool) -> None:
    """Opens a file in the editor."""
    session.outbox.ask("window/showDocument", {"uri": uri_of(path), "takeFocus": take_focus})
