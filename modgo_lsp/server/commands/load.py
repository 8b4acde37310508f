"""modgo.load."""

from __future__ import annotations

from modgo_lsp.report.build_json import build_failure_json
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.module_job import BuiltModule, module_job
from modgo_lsp.server.commands.results import load_result


async def load(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Loads a shared object, or a package that is built first, in a worker process, and lists what it
    registers."""
    async with module_job(commands, arguments, token, "Loading") as job:
        module = await job.module()
        if not isinstance(module, BuiltModule):
            return build_failure_json(module, str(job.directory))
        return load_result(await job.load(module.path, module.built), job.directory)
