"""modgo.newSample: writes a first sample for a UDF, and opens it where the client can.

Not for: what is in it (ide/new_sample.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from modgo_lsp.file_writer import explain, write_file
from modgo_lsp.ide.new_sample import NewSample, NoSuchUdfError, new_sample
from modgo_lsp.server.commands.arguments import UsageError, request_of
from modgo_lsp.server.commands.default_module import with_module
from modgo_lsp.server.commands.show_answer import show_document

if TYPE_CHECKING:
    from modgo_lsp.server.pygls_server import ModgoServer

_UNTRUSTED = "Modgo writes no files in a workspace that is not trusted. Trust the workspace, then try again."


async def create(
    server: ModgoServer, arguments: Sequence[Any], _token: types.ProgressToken | None
) -> dict[str, Any]:
    """Writes a sample record for a function, or records for a stream UDF, and opens it; one that is there
    stays as it is."""
    if not server.client.options.trusted:
        raise UsageError(_UNTRUSTED)
    request = await with_module(server, request_of(arguments))
    directory = request.directory(server.documents.by_path)
    package = await server.analysis.run(partial(server.snapshot().package, str(directory)))
    if package is None or not package.imports_sdk:
        raise UsageError(
            f"There is no UDF module in {directory}. Give a folder whose package imports the SDK."
        )
    try:
        sample = new_sample(package, request.function)
        created = await asyncio.to_thread(write_sample, sample, _workspace(server, directory))
    except NoSuchUdfError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        message, remedy = explain(error, "see that its folder can be written")
        raise UsageError(f"{message}: {remedy}.") from error
    server.changed()
    if server.client.show_document:
        await show_document(server, sample.path, take_focus=True)
    answer: dict[str, Any] = {"ok": True, "path": sample.path, "created": created}
    if not created:
        return answer
    return answer | (
        {"record": sample.records[0]} if len(sample.records) == 1 else {"records": list(sample.records)}
    )


def _workspace(server: ModgoServer, directory: Path) -> str:
    """The folder that a sample of the module in `directory` must lie in."""
    roots = [root for root in server.session.roots if directory.is_relative_to(root)]
    return max(roots, key=len, default=str(directory))


def write_sample(sample: NewSample, workspace: str) -> bool:
    """Says whether it was written: what is there is the user's."""
    if Path(sample.path).is_file() and not Path(sample.path).is_symlink():
        return False
    write_file(sample.path, sample.text.encode(), within=workspace)
    return True
