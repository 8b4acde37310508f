"""workspace/executeCommand: finds the command, and puts its result in the form that the client takes."""

from __future__ import annotations

import logging
from typing import Any

from lsprotocol import types

from modgo_lsp.report.build_json import usage_error_json
from modgo_lsp.server.commands.arguments import UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json
from modgo_lsp.server.commands.results import build_and_load_result
from modgo_lsp.server.commands.show_answer import show_answer
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
    if _is_to_be_shown(name, arguments):
        await show_answer(commands.session, name, answer)
    if commands.session.client.options.results == "text":
        return {"json": encoded(answer).decode()}
    return answer


def _is_to_be_shown(name: str, arguments: Arguments) -> bool:
    """Whether the client asks for it. One that can give a command no arguments shows no answer either."""
    if not arguments:
        return name != _STATUS
    try:
        return request_of(arguments).show
    except UsageError:
        return False
