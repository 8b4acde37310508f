"""The module that a command is about which names none: the only one of the workspace.

For editors whose command line gives a command no arguments. Not for: commands that name theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from modgo_lsp.server.commands.arguments import EXAMPLE, Request, UsageError
from modgo_lsp.server.lsp.uri import uri_of

if TYPE_CHECKING:
    from modgo_lsp.server.pygls_server import ModgoServer


async def with_module(server: ModgoServer, request: Request) -> Request:
    """The request with its `uri`. Raises UsageError where it has none and there is not one module."""
    if request.uri:
        return request
    await server.indexed()
    judgements = await server.analysis.run(lambda: server.session.looked_up().workspace())
    directories = sorted(each.directory for each in judgements if each.imports_sdk)
    if len(directories) != 1:
        there = (
            f"{len(directories)} UDF modules: {', '.join(directories)}" if directories else "no UDF module"
        )
        raise UsageError(f"The command names no module, and the workspace has {there}. It takes {EXAMPLE}.")
    return msgspec.structs.replace(request, uri=uri_of(directories[0]))
