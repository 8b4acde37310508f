"""workspace/executeCommand: build, load, build and load, call, status, and an end to all of them.

Each takes one object (arguments.py), answers what the command line's --json answers (results.py), reports
progress and stops when it is cancelled. What a build or load finds becomes diagnostics.
Not for: how a module is built or run (build, host).
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from modgo_lsp import __version__
from modgo_lsp.ide.caller_signature import registrations_by_name
from modgo_lsp.server.commands import new_sample
from modgo_lsp.server.commands.arguments import Request, UsageError, request_of
from modgo_lsp.server.commands.default_module import with_module
from modgo_lsp.server.commands.progress import work_done
from modgo_lsp.server.workspace.build_findings import PAUSE

# build and host are imported where they are needed: most sessions of an editor never build.
if TYPE_CHECKING:
    from modgo_lsp.build.build import BuildResult
    from modgo_lsp.host.result import LoadResult
    from modgo_lsp.lint.config import Configuration
    from modgo_lsp.model.finding import Finding
    from modgo_lsp.server.pygls_server import ModgoServer
    from modgo_lsp.server.workspace.build_findings import Reading

Json = dict[str, Any]
Command = Callable[["ModgoServer", Sequence[Any], "types.ProgressToken | None"], Awaitable[Any]]
Report = Callable[[str], None]
_log = logging.getLogger(__name__)

# Processes end in milliseconds; a client must be answered in any case.
_END_SECONDS = 10.0
_UNTRUSTED = (
    "Modgo builds and runs nothing in a workspace that is not trusted, for that executes what is in it. "
    "Trust the workspace, then try again."
)


class Job:
    """One command at work on one module."""

    def __init__(
        self, server: ModgoServer, request: Request, directory: Path, report: Report, reading: Reading
    ) -> None:
        self.server = server
        self.request = request
        self.directory = directory
        self.report = report
        self.reading = reading

    async def configuration(self) -> Configuration:
        return await self.server.analysis.run(
            partial(self.server.snapshot().configuration, str(self.directory))
        )

    async def own_compiler(self) -> str | None:
        """The C compiler that the editor's settings name: what is loaded needs no other."""
        from modgo_lsp.build.named_programs import own_tools

        return own_tools(await self.configuration()).cc

    async def is_stream(self) -> bool:
        """Whether the source says that the function is a stream UDF."""
        if self.request.path.suffix == ".so":
            return False
        read = partial(self.server.snapshot().package, str(self.directory))
        package = await self.server.analysis.run(read)
        named = {} if package is None else registrations_by_name(package.registrations)
        found = named.get(self.request.function or "")
        return found is not None and found.signature is not None and found.signature.kind == "stream"

    async def build(self) -> BuildResult:
        """Builds, and shows what was found. Raises UsageError."""
        from modgo_lsp.build.build import BuildRequest, build_module
        from modgo_lsp.build.named_programs import building_tools
        from modgo_lsp.build.preflight import RequestError
        from modgo_lsp.build.toolchain import ToolchainError

        await self.warn_of_unsaved()
        options = self.request.options
        try:
            go, cc = await asyncio.to_thread(building_tools, await self.configuration())
            wanted = BuildRequest(
                (self.directory,), dispatch=options.dispatch, release=options.release, go=go, cc=cc
            )
            result = await build_module(wanted, self.report)
        except (RequestError, ToolchainError) as error:
            raise UsageError(str(error)) from error
        await self.show(result.findings)
        return result

    async def warn_of_unsaved(self) -> None:
        """The builder reads the disk: whoever builds without saving should know it."""
        unsaved = await self.unsaved()
        if unsaved:
            names = ", ".join(sorted(Path(each).name for each in unsaved))
            message = f"{names}: not saved, and a build reads the files on disk."
            self.server.tell(types.MessageType.Warning, message)

    async def unsaved(self) -> list[str]:
        """The open documents that the build reads as they are on the disk, which is not as they are shown."""
        opened = {
            path: each.document.source
            for path, each in self.server.documents.by_path.items()
            if self.reading.holds(path)
        }
        on_disk = await asyncio.to_thread(_texts, set(opened))
        return [path for path, text in opened.items() if on_disk[path] != text]

    async def load(self, module: Path, built: BuildResult | None) -> LoadResult:
        """Loads the module and shows what was found. Raises UsageError."""
        from modgo_lsp.build.toolchain import ToolchainError
        from modgo_lsp.host.load import load_module
        from modgo_lsp.host.module import HostError

        self.report(f"loading {module.name}")
        package = None if built is None else built.package
        try:
            result = await load_module(module, cc=await self.own_compiler(), package=package)
        except (ToolchainError, HostError) as error:
            raise UsageError(str(error)) from error
        if built is not None:
            await self.show((*built.findings, *result.findings))
        return result

    async def show(self, findings: Sequence[Finding]) -> None:
        """Makes the findings the module's diagnostics, in place of those of the build before; not those that
        are of another text than the one that is shown."""
        self.reading.outdated = self.reading.outdated or bool(await self.unsaved())
        self.server.built.replace(self.reading, findings)
        self.server.refresh()
        self.server.changed()


def _texts(paths: set[str]) -> Mapping[str, bytes]:
    found = {}
    for path in paths:
        try:
            found[path] = Path(path).read_bytes()
        except OSError:
            found[path] = b""
    return found


@asynccontextmanager
async def _job(
    server: ModgoServer, arguments: Sequence[Any], token: types.ProgressToken | None, title: str
) -> AsyncIterator[Job]:
    """A job with its progress, alone on its module. Raises UsageError."""
    request = request_of(arguments)
    if not server.client.options.trusted:
        raise UsageError(_UNTRUSTED)
    request = await with_module(server, request)
    directory = request.directory(server.documents.by_path)
    async with work_done(server, token, f"{title} {directory.name}") as report:
        lock = server.builds.setdefault(str(directory), asyncio.Lock())
        if lock.locked():
            report("waiting for the work on this module that is under way")
        async with _running(server), lock:
            with server.built.reading(str(directory)) as reading:
                await asyncio.sleep(PAUSE)
                yield Job(server, request, directory, report, reading)


@asynccontextmanager
async def _running(server: ModgoServer) -> AsyncIterator[None]:
    """Has the task of this command among those that can be ended."""
    task = asyncio.current_task()
    assert task is not None
    server.running.add(task)
    try:
        yield
    finally:
        server.running.discard(task)


async def build(server: ModgoServer, arguments: Sequence[Any], token: types.ProgressToken | None) -> Json:
    """Builds the package that holds the file or folder into a shared object beside it."""
    from modgo_lsp.report.build_json import build_json

    async with _job(server, arguments, token, "Building") as job:
        return build_json(await job.build(), str(job.directory))


async def load(server: ModgoServer, arguments: Sequence[Any], token: types.ProgressToken | None) -> Json:
    """Loads a shared object, or a package built first, in a worker process and tells what it registers."""
    from modgo_lsp.report.build_json import build_failure_json
    from modgo_lsp.server.commands.results import load_result

    async with _job(server, arguments, token, "Loading") as job:
        if job.request.path.suffix == ".so":
            return load_result(await job.load(job.request.path, None), job.directory)
        built = await job.build()
        if not built.ok:
            return build_failure_json(built, str(job.directory))
        return load_result(await job.load(Path(built.output), built), job.directory)


async def build_and_load(
    server: ModgoServer, arguments: Sequence[Any], token: types.ProgressToken | None
) -> Json:
    """Builds, then loads what was built."""
    from modgo_lsp.report.build_json import build_json
    from modgo_lsp.server.commands.results import build_and_load_result, load_result

    async with _job(server, arguments, token, "Building and loading") as job:
        built = await job.build()
        loaded = await job.load(Path(built.output), built) if built.ok else None
        return build_and_load_result(
            build_json(built, str(job.directory)),
            None if loaded is None else load_result(loaded, job.directory),
        )


async def call(server: ModgoServer, arguments: Sequence[Any], token: types.ProgressToken | None) -> Json:
    """Applies a function to a record, to each of many, or to a stream; without any to its sample."""
    from modgo_lsp.build.toolchain import ToolchainError
    from modgo_lsp.host.module import HostError
    from modgo_lsp.host.store import StoreError
    from modgo_lsp.host.work import Calls, do_work, outcome_json
    from modgo_lsp.report.build_json import build_failure_json
    from modgo_lsp.server.commands.call_arguments import call_of

    async with _job(server, arguments, token, "Running") as job:
        asked = await asyncio.to_thread(call_of, job.request, job.directory, await job.is_stream())
        module, package = job.request.path, None
        if module.suffix != ".so":
            built = await job.build()
            if not built.ok:
                return build_failure_json(built, str(job.directory))
            module, package = Path(built.output), built.package
        job.report(f"running {asked.work.function}")
        cc = await job.own_compiler()
        try:
            outcome = await do_work(module, asked.work, cc=cc, package=package, completed=asked.completed)
        except (ToolchainError, HostError, StoreError) as error:
            raise UsageError(str(error)) from error
        if not isinstance(outcome, Calls) and outcome.findings:
            await job.show(outcome.findings)
        return outcome_json(outcome)


async def restart_host(
    server: ModgoServer, _arguments: Sequence[Any], _token: types.ProgressToken | None
) -> Json:
    """Ends all builds, loads and calls that are under way, with their processes; the next one begins anew."""
    running = set(server.running)
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=_END_SECONDS)
    return {"ok": True, "ended": len(running)}


async def status(server: ModgoServer, _arguments: Sequence[Any], _token: types.ProgressToken | None) -> Json:
    """What there is to know about this server at a glance."""
    return {
        "version": __version__,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}",
        "executable": sys.executable,
        "pid": os.getpid(),
        "trusted": server.client.options.trusted,
        "diagnostics": "pull" if server.client.pull_diagnostics else "push",
        "encoding": server.session.encoding,
        "client": server.session.client_name,
        "folders": list(server.session.roots),
        "documents": len(server.documents.by_path),
        "work": len(server.running),
        "idle": server.analysis.is_idle,
    }


def _asks_to_show(arguments: Sequence[Any]) -> bool:
    try:
        return request_of(arguments).show
    except UsageError:
        return False


def _answering_usage_errors(name: str, command: Command) -> Command:
    """A command that was asked for wrongly answers what was wrong, as a result like any other."""

    @wraps(command)
    async def run(server: ModgoServer, arguments: Sequence[Any], token: types.ProgressToken | None) -> Any:
        try:
            answer = await command(server, arguments, token)
        except UsageError as error:
            from modgo_lsp.report.build_json import usage_error_json
            from modgo_lsp.server.commands.results import build_and_load_result

            _log.warning("%s", error)
            answer = usage_error_json(str(error))
            if command is build_and_load:
                answer = answer | build_and_load_result(answer, None)
        if (not arguments and command is not status) or _asks_to_show(arguments):
            # Who can give no arguments shows no answer either.
            from modgo_lsp.server.commands.show_answer import show_answer

            await show_answer(server, name, answer)
        return answer

    return run


COMMANDS: Mapping[str, Command] = {
    name: _answering_usage_errors(name, command)
    for name, command in (
        ("modgo.build", build),
        ("modgo.load", load),
        ("modgo.buildAndLoad", build_and_load),
        ("modgo.call", call),
        ("modgo.newSample", new_sample.create),
        ("modgo.status", status),
        ("modgo.restartHost", restart_host),
    )
}
