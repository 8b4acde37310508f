"""modgo.build."""

from __future__ import annotations

from modgo_lsp.report.build_json import build_json
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.module_job import module_job


async def build(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Builds the package that holds the file or folder into a shared object beside it."""
    async with module_job(commands, arguments, token, "Building") as job:
        return build_json(await job.build(), str(job.directory))
