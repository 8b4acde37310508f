"""modgo.new."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from modgo_lsp.build.configured_programs import own_tools
from modgo_lsp.build.new_module import NewModuleError, NewModuleRequest, make_module
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.report.module_json import new_module_json
from modgo_lsp.server.commands.arguments import UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token, canceller
from modgo_lsp.server.commands.show_answer import show_document
from modgo_lsp.server.commands.trust import check_may_write
from modgo_lsp.server.workspace.awaitables import analysed


async def new(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Makes the folder `uri` with a UDF module to start from, and opens its UDF. Its options are `stream` and
    `module`, the path of the Go module."""
    session = commands.session
    check_may_write(session)
    request = request_of(arguments)
    if not request.uri:
        raise UsageError('Name the folder to make: {"uri": "file:///path/of/limiter"}.')
    folder, options = request.path, request.options
    found = await analysed(session, partial(session.snapshot().configuration, str(folder.parent)))
    asked = NewModuleRequest(folder, bool(options.stream), options.module, own_tools(found).go)
    with commands.running() as task:
        progress = session.progress.begin(f"Making {folder.name}", canceller(task), token)
        outcome = "failed"
        try:
            made = await make_module(asked)
            outcome = "done"
        except (NewModuleError, ToolchainError) as error:
            raise UsageError(str(error)) from None
        finally:
            progress.end(outcome)
    session.files_changed([str(made.folder / name) for name in made.files])
    source = str(Path(made.folder, f"{made.package}.go"))
    if session.client.show_document:
        show_document(session, source, take_focus=True)
    return {"ok": True, **new_module_json(made), "path": source}
