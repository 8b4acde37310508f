"""workspace/executeCommand: finds the command, and puts its result in the form that the client takes."""

from __future__ import annotations

import logging
from typing import Any

from lsprotocol import types

from modgo_lsp.report.build_json import usage_error_json
from modgo_lsp.server.commands.arguments import Request, UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json
from modgo_lsp.server.commands.results import build_and_load_result
from modgo_lsp.server.commands.show_answer import show_answer, write_document
from modgo_lsp.server.lsp.connection import encoded
from modgo_lsp.server.lsp.errors import RefusedError
from modgo_lsp.server.lsp.methods import COMMANDS, command_of

_log = logging.getLogger(__name__)

_BUILD_AND_LOAD, _STATUS = "modgo.buildAndLoad", "modgo.status"


async def execute(commands: Commands, params: types.ExecuteCommandParams) -> Any:
    """Runs one of the commands above"""
    name, arguments = params.command, params.arguments or ()
    if name not in COMMANDS:
        raise RefusedError(f"modgo has no command {name!r}. It has {', '.join(COMMANDS)}.")
    try:
        answer: Json = await command_of(name)(commands, arguments, params.work_done_token)
    except UsageError as error:
        _log.warning("%s", error)
        answer = usage_error_json(str(error))
        if name == _BUILD_AND_LOAD:
            answer = answer | build_and_load_result(answer, None)
    request, document = _request(arguments), None
    if request.show or (not arguments and name != _STATUS):
        # A client that can give a command no arguments shows no answer either.
        document = await show_answer(commands.session, name, answer, request)
    elif request.document:
        document = await write_document(commands.session, name, answer, request)
    if document is not None:
        answer = {**answer, "document": str(document)}
    if commands.session.client.options.results == "text":
        return {"json": encoded(answer).decode()}
    return answer


def _request(arguments: Arguments) -> Request:
    try:
        return request_of(arguments)
    except UsageError:
        return Request()
