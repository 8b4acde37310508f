"""modgo.saveCase."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from modgo_lsp.file_writer import NOTHING, WriteRefusedError, content_is, explain, write_file
from modgo_lsp.host.cases.case_file import plain
from modgo_lsp.host.cases.new_case import CaseTextError, NewCase, case_text
from modgo_lsp.host.json_forms import FormError, parse
from modgo_lsp.server.commands.arguments import NULL, Request, UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.default_module import with_module
from modgo_lsp.server.commands.new_sample import workspace_folder

_UNTRUSTED = "Modgo writes no files in a workspace that is not trusted. Trust the workspace, then try again."


async def save_case(commands: Commands, arguments: Arguments, _token: Token) -> Json:
    """Adds a call and what to expect of it, `expect`, to the cases of its function"""
    session = commands.session
    if not session.client.options.trusted:
        raise UsageError(_UNTRUSTED)
    request = await with_module(session, request_of(arguments))
    directory = request.directory(session.documents.by_path)
    async with commands.lock(str(directory)):
        answer = await asyncio.to_thread(
            partial(_saved, request, directory, workspace_folder(session, directory))
        )
    session.changed()
    return answer


def _saved(request: Request, directory: Path, workspace: str) -> Json:
    try:
        new = case_text(directory, _case_of(request))
        replaces = NOTHING if new.before is None else content_is(new.before)
        write_file(new.path, new.text.encode(), replaces=replaces, within=workspace)
    except CaseTextError as error:
        raise UsageError(f"The case was not saved: {error}.") from None
    except RecursionError:
        raise UsageError("The case was not saved: its values nest too deep.") from None
    except (OSError, WriteRefusedError) as error:
        message, remedy = explain(error, "see that its folder can be written")
        raise UsageError(f"{message}: {remedy}.") from error
    return {"ok": True, "path": str(new.path), "line": new.case.line, "name": new.case.name}


def _case_of(request: Request) -> NewCase:
    def data(raw: msgspec.Raw, what: str) -> Any:
        return plain(parse(bytes(raw).decode(), what))

    if not request.function:
        raise UsageError('Say which function the case calls: {"uri": "…", "function": "add", "expect": {…}}.')
    try:
        args = [data(raw, f"args[{index}]") for index, raw in enumerate(request.args)]
        expect = data(request.expect, "expect")
        record = None if request.record == NULL else data(request.record, "record")
    except FormError as error:
        raise UsageError(str(error)) from None
    if not isinstance(expect, dict) or not expect:
        raise UsageError('expect is an object that is not empty, such as {"result": 1}.')
    more: dict[str, Any] = {}
    if request.record != NULL:
        more["record"] = _beside_case(record) if isinstance(record, str) else _sample(record)
    if isinstance(request.records, str):
        more["records"] = _beside_case(request.records)
    if request.options.nodes is not None:
        more["nodes"] = request.options.nodes
    return NewCase(request.function, args, expect, more)


def _beside_case(name: str) -> str:
    """The name of a file in the module's folder, from its folder of cases."""
    return PurePosixPath(os.path.relpath(name, "testdata/udf")).as_posix()


def _sample(record: Any) -> Any:
    """A sample without bins is a record that does not exist."""
    return record if isinstance(record, dict) and record.get("bins") else None
