"""modgo.call."""

from __future__ import annotations

import asyncio

import msgspec

from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.host.module import HostError, Opened
from modgo_lsp.host.record_store import StoreError
from modgo_lsp.host.result import FunctionInfo
from modgo_lsp.host.run_call import Calls, do_work
from modgo_lsp.report.build_json import build_failure_json
from modgo_lsp.server.commands.arguments import UsageError
from modgo_lsp.server.commands.call_answer import call_answer
from modgo_lsp.server.commands.call_arguments import call_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.module_job import BuiltModule, module_job


async def call(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Applies a function to a record, to each of many, or to a stream; without any to its sample."""
    async with module_job(commands, arguments, token, "Running") as job:
        asked = await asyncio.to_thread(call_of, job.request, job.directory, await job.is_stream())
        module = await job.module()
        if not isinstance(module, BuiltModule):
            return build_failure_json(module, str(job.directory))
        path, package = module.path, module.package
        job.report(f"running {asked.work.function}")
        cc = await job.own_compiler()
        work = msgspec.structs.replace(asked.work, grants=await job.grants(path))
        described: list[FunctionInfo | None] = []

        def opened(module: Opened) -> None:
            described.append(module.function(asked.work.function))

        try:
            outcome = await do_work(
                path, work, cc=cc, package=package, completed=asked.completed, opened=opened
            )
        except (ToolchainError, HostError, StoreError) as error:
            raise UsageError(str(error)) from error
        if not isinstance(outcome, Calls) and outcome.findings:
            await job.publish(outcome.findings)
        return call_answer(outcome, described[0] if described else None, asked.sample, package)
