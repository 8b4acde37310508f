"""modgo.buildAndLoad."""

from __future__ import annotations

from pathlib import Path

from modgo_lsp.report.build_json import build_json
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.module_job import module_job
from modgo_lsp.server.commands.results import build_and_load_result, load_result


async def build_and_load(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Builds, then loads what was built."""
    async with module_job(commands, arguments, token, "Building and loading") as job:
        built = await job.build()
        loaded = await job.load(Path(built.output), built) if built.ok else None
        return build_and_load_result(
            build_json(built, str(job.directory)),
            None if loaded is None else load_result(loaded, job.directory),
        )
