"""modgo.addSdk."""

from __future__ import annotations

import asyncio
from functools import partial

from modgo_lsp.build.configured_programs import own_tools
from modgo_lsp.build.sdk_install import install_sdk
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.file_writer import explain
from modgo_lsp.golang.modules.go_mod_folder import go_mod_folder
from modgo_lsp.server.commands.arguments import UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token, canceller
from modgo_lsp.server.commands.default_module import with_module
from modgo_lsp.server.commands.trust import check_may_write
from modgo_lsp.server.workspace.awaitables import analysed


async def add_sdk(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Puts the SDK into Go's module cache and into the module's go.mod and go.sum."""
    session = commands.session
    check_may_write(session)
    request = await with_module(session, request_of(arguments))
    directory = request.directory(session.documents.by_path)
    folder = await asyncio.to_thread(go_mod_folder, directory)
    if folder is None:
        raise UsageError(
            f"There is no go.mod in {directory} or above it. "
            f"Run `go mod init example.com/{directory.name}` there first."
        )
    found = await analysed(session, partial(session.snapshot().configuration, str(folder)))
    with commands.running() as task:
        progress = session.progress.begin(f"Adding the SDK to {folder.name}", canceller(task), token)
        outcome = "failed"
        try:
            added = await install_sdk(own_tools(found).go, folder)
            outcome = "done"
        except ToolchainError as error:
            raise UsageError(str(error)) from None
        except OSError as error:
            message, remedy = explain(error, "check its permissions")
            raise UsageError(f"{message}: {remedy}.") from error
        finally:
            progress.end(outcome)
    session.files_changed([str(folder / "go.mod"), str(folder / "go.sum")])
    return {
        "ok": True,
        "version": added.sdk.version,
        "path": str(added.folder),
        "go_mod": str(folder / "go.mod"),
    }
