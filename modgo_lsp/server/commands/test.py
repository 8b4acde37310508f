"""modgo.test."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from modgo_lsp.build.build_sources import built_from
from modgo_lsp.build.cache import cached_module
from modgo_lsp.build.cover_profile import PROFILE, cover_profile, percentage
from modgo_lsp.build.toolchain import ToolchainError, discover_go
from modgo_lsp.file_writer import write_file
from modgo_lsp.host.call_request import CallRequestError, parse_size
from modgo_lsp.host.cases.case_result import CaseResult, ModuleError, case_json, cases_json
from modgo_lsp.host.cases.case_selection import ExpressionError, Matcher, Selection, matcher, select_cases
from modgo_lsp.host.cases.run_cases import CaseRun, run_cases
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.module import HostError
from modgo_lsp.report.build_json import findings_json
from modgo_lsp.report.sources import printable
from modgo_lsp.server.commands.arguments import Request, UsageError
from modgo_lsp.server.commands.cases import files_of
from modgo_lsp.server.commands.context import Arguments, Commands, Json, Token
from modgo_lsp.server.commands.module_job import BuiltModule, ModuleJob, module_job
from modgo_lsp.server.lsp.connection import encoded


async def test(commands: Commands, arguments: Arguments, token: Token) -> Json:
    """Runs the cases of a module, a function or a case file; with `partialResultToken` in the options, each
    result is sent as it comes"""
    async with module_job(commands, arguments, token, "Testing") as job:
        return await _test(job, _partial_results(commands, job))


async def _test(job: ModuleJob, partial: Callable[[Sequence[CaseResult]], None]) -> Json:
    folders = await _folders(job)
    found = await asyncio.to_thread(_selected, job.request, folders)
    shown = _relative_to(job.directory)
    if not found.cases:
        return cases_json((), found.problems, shown)
    module = await job.module(job.request.options.coverage)
    if not isinstance(module, BuiltModule):
        return cases_json((), found.problems, shown, findings_json(module.findings, str(job.directory)))
    results: list[CaseResult] = []
    counted: list[tuple[bytes, bytes]] = []

    def report(some: Sequence[CaseResult]) -> None:
        results.extend(some)
        percentage = 100 * len(results) // len(found.cases)
        job.report(f"{len(results)} of {len(found.cases)} cases", percentage)
        partial(some)

    errors = []
    try:
        await _run(job, module, found, folders, report, counted.append)
    except (ToolchainError, HostError) as error:
        raise UsageError(str(error)) from error
    except LoadFailedError as error:
        await job.publish(error.findings)
        errors.append(ModuleError(job.directory.name, error.failure))
    order = {id(case): index for index, case in enumerate(found.cases)}
    results.sort(key=lambda result: order[id(result.case)])
    answer = cases_json(results, found.problems, shown, errors=errors)
    return {**answer, "coverage": await _coverage(job, counted)} if counted else answer


async def _run(
    job: ModuleJob,
    module: BuiltModule,
    found: Selection,
    folders: tuple[Path, ...],
    report: Callable[[Sequence[CaseResult]], None],
    counted: Callable[[tuple[bytes, bytes]], None],
) -> None:
    options = job.request.options
    try:
        memory = parse_size(str(options.memory))
    except CallRequestError as error:
        raise UsageError(str(error)) from None
    how = CaseRun(
        workers=os.cpu_count() or 1,
        timeout=options.timeout,
        memory=memory,
        cc=await job.own_compiler(),
        grants=await job.grants(module.path),
        package=module.package,
        counted=counted if options.coverage and module.package is not None else None,
    )
    await run_cases(module.path, found.cases, how, lambda _: folders, report)


async def _coverage(job: ModuleJob, counted: Sequence[tuple[bytes, bytes]]) -> Json:
    """Writes the cover profile beside the module in the cache. Raises UsageError."""
    try:
        text = await cover_profile(await discover_go(await job.go()), counted)
        path = cached_module(str(job.directory), "coverage").with_name("cover.out")
        await asyncio.to_thread(write_file, path, text.encode(), replaces=PROFILE)
    except (ToolchainError, OSError) as error:
        raise UsageError(str(error)) from error
    return {"profile": str(path), "percent": round(percentage(text), 1)}


async def _folders(job: ModuleJob) -> tuple[Path, ...]:
    """The folders that have the cases and samples: of a .so, also those of its packages."""
    if job.request.path.suffix != ".so":
        return (job.directory,)
    loaded = await job.load(job.request.path, None)
    origin = built_from(loaded.properties.get("build", ""))
    return tuple(dict.fromkeys([*(() if origin is None else origin.folders), job.directory]))


def _selected(request: Request, folders: tuple[Path, ...]) -> Selection:
    """Raises UsageError."""
    options = request.options
    matchers: list[Matcher] = []
    try:
        if options.match is not None:
            matchers.append(matcher(options.match))
    except ExpressionError as error:
        raise UsageError(str(error)) from None
    if request.function is not None:
        matchers.append(lambda case: case.function == request.function)
    if options.cases is not None:
        names = {(case.file, case.name) for case in options.cases}
        matchers.append(lambda case: (case.path.name, case.name) in names)
    return select_cases([(path, 0) for path in files_of(request, folders)], matchers)


def _relative_to(directory: Path) -> Callable[[Path], str]:
    return lambda path: printable(os.path.relpath(path, directory))


def _partial_results(commands: Commands, job: ModuleJob) -> Callable[[Sequence[CaseResult]], None]:
    """Sends results by `$/progress` with the client's token, in the form of the whole answer."""
    token, session = job.request.options.partial_result_token, commands.session
    if token is None:
        return lambda _: None

    shown = _relative_to(job.directory)

    def send(results: Sequence[CaseResult]) -> None:
        value: Json = {"cases": [case_json(result, shown) for result in results]}
        if session.client.options.results == "text":
            value = {"json": encoded(value).decode()}
        session.outbox.notify("$/progress", {"token": token, "value": value})

    return send
