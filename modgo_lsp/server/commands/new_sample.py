"""modgo.newSample."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from modgo_lsp.file_writer import explain, write_file
from modgo_lsp.ide import new_sample as samples
from modgo_lsp.server.commands.arguments import UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.default_module import with_module
from modgo_lsp.server.commands.show_answer import show_document
from modgo_lsp.server.commands.trust import check_may_write
from modgo_lsp.server.workspace.awaitables import analysed
from modgo_lsp.server.workspace.session import Session


async def new_sample(commands: Commands, arguments: Arguments, _token: Token) -> Json:
    """Writes a sample record for a function, or records for a stream UDF, and opens it; one that is there
    stays as it is."""
    session = commands.session
    check_may_write(session)
    request = await with_module(session, request_of(arguments))
    directory = request.directory(session.documents.by_path)
    package = await analysed(session, partial(session.snapshot().package, str(directory)))
    if package is None or not package.imports_sdk:
        raise UsageError(
            f"There is no UDF module in {directory}. Give a folder whose package imports the SDK."
        )
    try:
        sample = samples.new_sample(package, request.function)
        created = await asyncio.to_thread(write_sample, sample, workspace_folder(session, directory))
    except samples.NoSuchUdfError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        message, remedy = explain(error, "see that its folder can be written")
        raise UsageError(f"{message}: {remedy}.") from error
    session.changed()
    if session.client.show_document:
        show_document(session, sample.path, take_focus=True)
    answer: Json = {"ok": True, "path": sample.path, "created": created}
    if not created:
        return answer
    return answer | (
        {"record": sample.records[0]} if len(sample.records) == 1 else {"records": list(sample.records)}
    )


def workspace_folder(session: Session, directory: Path) -> str:
    """The workspace folder in which the files of the module in `directory` must be."""
    roots = [root for root in session.roots if directory.is_relative_to(root)]
    return max(roots, key=len, default=str(directory))


def write_sample(sample: samples.NewSample, workspace: str) -> bool:
    """Returns whether it was written: a file that is there is the user's."""
    if Path(sample.path).is_file() and not Path(sample.path).is_symlink():
        return False
    write_file(sample.path, sample.text.encode(), within=workspace)
    return True
