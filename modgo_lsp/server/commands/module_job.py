"""The work of a command that builds or loads one module: its progress, its lock, and what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from modgo_lsp.build.build import BuildRequest, BuildResult, build_module
from modgo_lsp.build.cache import cached_module
from modgo_lsp.build.configured_programs import building_tools, own_tools
from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.build.preflight import RequestError
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.build.wants import granted
from modgo_lsp.host.load import load_module
from modgo_lsp.host.module import HostError
from modgo_lsp.host.result import LoadResult
from modgo_lsp.ide.caller_signature import registrations_by_name
from modgo_lsp.lint.config import Configuration
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.server.commands.arguments import Request, UsageError, request_of
from modgo_lsp.server.commands.context import Arguments, Commands, Token, canceller
from modgo_lsp.server.commands.default_module import with_module
from modgo_lsp.server.lsp.log_handlers import WARNING
from modgo_lsp.server.workspace.awaitables import analysed
from modgo_lsp.server.workspace.build_findings import PAUSE, Reading
from modgo_lsp.server.workspace.progress import Progress
from modgo_lsp.server.workspace.session import Session

_UNTRUSTED = (
    "Modgo builds and runs nothing in a workspace that is not trusted, for that executes what is in it. "
    "Trust the workspace, then try again."
)


class BuiltModule(NamedTuple):
    """A .so, and the build that made it; None if the request named the .so itself."""

    path: Path
    built: BuildResult | None

    @property
    def package(self) -> Package | None:
        return None if self.built is None else self.built.package


class ModuleJob:
    def __init__(
        self, session: Session, request: Request, directory: Path, progress: Progress, reading: Reading
    ) -> None:
        self._session = session
        self.request = request
        self.directory = directory
        self.report = progress.report
        self._reading = reading

    async def _configuration(self) -> Configuration:
        read = self._session.snapshot().configuration
        return await analysed(self._session, partial(read, str(self.directory)))

    async def own_compiler(self) -> str | None:
        """The C compiler that the editor's settings name. To load a module takes no other."""
        return own_tools(await self._configuration()).cc

    async def go(self) -> str | None:
        """The go command that builds take."""
        return (await asyncio.to_thread(building_tools, await self._configuration())).go

    async def is_stream(self) -> bool:
        """Whether the function is a stream UDF by its source."""
        if self.request.path.suffix == ".so":
            return False
        read = self._session.snapshot().package
        function = self.request.function or ""

        def of_source() -> bool:
            # Registrations are read when they are first used, so this is for the analysis thread, too.
            package = read(str(self.directory))
            named = {} if package is None else registrations_by_name(package.registrations)
            found = named.get(function)
            return found is not None and found.signature is not None and found.signature.kind == "stream"

        return await analysed(self._session, of_source)

    async def build(self, coverage: bool = False) -> BuildResult:
        """Builds the module, and publishes the findings. With `coverage` it is built into the cache. Raises
        UsageError."""
        await self._warn_of_unsaved()
        options = self.request.options
        try:
            go, cc = await asyncio.to_thread(building_tools, await self._configuration())
            request = BuildRequest(
                (self.directory,),
                output=cached_module(str(self.directory), "coverage") if coverage else None,
                dispatch=options.dispatch,
                release=options.release,
                go=go,
                cc=cc,
                coverage=coverage,
            )
            result = await build_module(request, self.report)
        except (RequestError, ToolchainError) as error:
            raise UsageError(str(error)) from error
        await self.publish(result.findings)
        return result

    async def module(self, coverage: bool = False) -> BuiltModule | BuildResult:
        """The .so that the request names, or the one that is built from its package; the result of the build
        where that failed. Raises UsageError."""
        if self.request.path.suffix == ".so":
            return BuiltModule(self.request.path, None)
        built = await self.build(coverage)
        return BuiltModule(Path(built.output), built) if built.ok else built

    async def grants(self, module: Path) -> tuple[str, ...]:
        """Those of the user's grants that the module asks for."""
        if not self._session.grants:
            return ()
        try:
            wants = (await asyncio.to_thread(inspect, module)).wants
        except OSError:
            return ()  # to load it fails, too, and says why
        return granted(wants, self._session.grants)

    async def load(self, module: Path, built: BuildResult | None) -> LoadResult:
        """Loads the module, and publishes the findings. Raises UsageError."""
        self.report(f"loading {module.name}")
        package = None if built is None else built.package
        try:
            cc, grants = await self.own_compiler(), await self.grants(module)
            result = await load_module(module, cc=cc, package=package, grants=grants)
        except (ToolchainError, HostError) as error:
            raise UsageError(str(error)) from error
        if built is not None:
            await self.publish((*built.findings, *result.findings))
        return result

    async def publish(self, findings: Sequence[Finding]) -> None:
        """Makes the findings the module's diagnostics, in place of those of the build before. They are
        dropped where the build read another text than the editor shows."""
        self._reading.outdated = self._reading.outdated or bool(await self._unsaved())
        self._session.build_findings.replace(self._reading, findings)
        self._session.refresh_diagnostics()
        self._session.changed()

    async def _warn_of_unsaved(self) -> None:
        unsaved = await self._unsaved()
        if unsaved:
            names = ", ".join(sorted(Path(each).name for each in unsaved))
            message = f"{names}: not saved, and a build reads the files on disk."
            self._session.outbox.show_message(WARNING, message)

    async def _unsaved(self) -> list[str]:
        """The open documents that the build reads, and whose text on disk differs."""
        opened = {
            path: each.document.source
            for path, each in self._session.documents.by_path.items()
            if self._reading.holds(path)
        }
        on_disk = await asyncio.to_thread(_texts, set(opened))
        return [path for path, text in opened.items() if on_disk[path] != text]


def _texts(paths: set[str]) -> Mapping[str, bytes]:
    found = {}
    for path in paths:
        try:
            found[path] = Path(path).read_bytes()
        except OSError:
            found[path] = b""
    return found


@asynccontextmanager
async def module_job(
    commands: Commands, arguments: Arguments, token: Token, title: str
) -> AsyncIterator[ModuleJob]:
    """A job with its progress, alone on its module. Raises UsageError."""
    session = commands.session
    request = request_of(arguments)
    if not session.client.options.trusted:
        raise UsageError(_UNTRUSTED)
    request = await with_module(session, request)
    directory = request.directory(session.documents.by_path)
    with commands.running() as task:
        progress = session.progress.begin(f"{title} {directory.name}", canceller(task), token)
        outcome = "failed"
        try:
            lock = commands.lock(str(directory))
            if lock.locked():
                progress.report("waiting for another command on this module")
            async with lock:
                with session.build_findings.reading(str(directory)) as reading:
                    await asyncio.sleep(PAUSE)
                    yield ModuleJob(session, request, directory, progress, reading)
            outcome = "done"
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            progress.end(outcome)
