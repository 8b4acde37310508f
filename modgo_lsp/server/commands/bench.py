"""modgo.bench."""

from __future__ import annotations

import asyncio

import msgspec

from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.host.bench_worker import BenchFailedError
from modgo_lsp.host.module import HostError
from modgo_lsp.host.result import CallResult
from modgo_lsp.host.run_bench import BenchRun, Samples, bench_json, first_call, run_bench
from modgo_lsp.host.run_call import outcome_json
from modgo_lsp.host.sample import Record
from modgo_lsp.report.build_json import build_failure_json
from modgo_lsp.server.commands.arguments import UsageError
from modgo_lsp.server.commands.call_arguments import call_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.module_job import BuiltModule, module_job


async def bench(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Measures a function, with the arguments and samples of modgo.call; `results` has an object for each
    mode"""
    async with module_job(commands, arguments, token, "Measuring") as job:
        asked = await asyncio.to_thread(call_of, job.request, job.directory, await job.is_stream())
        if asked.work.store is not None:
            raise UsageError("modgo.bench takes no store: each call finds the record as the sample has it.")
        module = await job.module()
        if not isinstance(module, BuiltModule):
            return build_failure_json(module, str(job.directory))
        path, package = module.path, module.package
        cc = await job.own_compiler()
        granted = msgspec.structs.replace(asked.work, grants=await job.grants(path))
        samples = Samples(asked.work.function)
        try:
            outcome, work = await first_call(path, granted, cc=cc, package=package, completed=asked.completed)
            if not outcome.ok:
                return outcome_json(outcome)
            await run_bench(path, work, BenchRun(cc=cc), samples, job.report)
        except (ToolchainError, HostError) as error:
            raise UsageError(str(error)) from error
        except BenchFailedError as error:
            record = Record()
            return outcome_json(CallResult(asked.work.function, record, record, failure=error.failure))
        return {"ok": True, "results": bench_json(samples.pairs)}
