"""The module of a command that names none: the only UDF module of the workspace.

For editors whose command line gives a command no arguments.
"""

from __future__ import annotations

import msgspec

from modgo_lsp.server.commands.arguments import EXAMPLE, Request, UsageError
from modgo_lsp.server.lsp.uri import uri_of
from modgo_lsp.server.workspace.awaitables import analysed, indexed
from modgo_lsp.server.workspace.session import Session


async def with_module(session: Session, request: Request) -> Request:
    """The request with its `uri`. Raises UsageError where it has none and there is not exactly one module."""
    if request.uri:
        return request
    await indexed(session)
    results = await analysed(session, lambda: session.rescanned().workspace_results())
    directories = sorted(each.directory for each in results if each.imports_sdk)
    if len(directories) != 1:
        there = (
            f"{len(directories)} UDF modules: {', '.join(directories)}" if directories else "no UDF module"
        )
        raise UsageError(f"The command names no module, and the workspace has {there}. It takes {EXAMPLE}.")
    return msgspec.structs.replace(request, uri=uri_of(directories[0]))
