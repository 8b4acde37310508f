"""What build, load and call share: the module that an argument names, its settings and tools, and JSON."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from modgo_lsp.build.build import BuildRequest, BuildResult, build_module
from modgo_lsp.build.build_sources import built_from, is_out_of_date
from modgo_lsp.build.cache import cached_module
from modgo_lsp.build.configured_programs import Tools, building_tools, own_tools
from modgo_lsp.build.preflight import RequestError
from modgo_lsp.build.toolchain import ToolchainError
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.progress import progress
from modgo_lsp.cli.terminal import detail, is_coloured, say
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.host.module import HostError
from modgo_lsp.lint.config import Configuration, Settings, configuration
from modgo_lsp.model.finding import Finding
from modgo_lsp.model.package import Package
from modgo_lsp.report.build_json import build_failure_json
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.lint_report import LintReport
from modgo_lsp.report.sources import Sources
from modgo_lsp.report.text import report_text

T = TypeVar("T")


class ModuleFile(msgspec.Struct, frozen=True):
    """A module to load: the .so, the folder of its samples, and its package if it was just built."""

    path: Path
    folder: Path
    package: Package | None = None


class BuildFailedError(Exception):
    """The package does not build; the findings of `result` say why."""

    def __init__(self, result: BuildResult) -> None:
        super().__init__("the module could not be built")
        self.result = result


def settings_for(path: Path, go: str | None = None, cc: str | None = None) -> Settings:
    """The settings in effect for the folder or file `path`; options override them. Warns of problems in the
    configuration. `go` and `cc` are only those that the user names: those of a configuration file count for
    builds alone (tools_for)."""
    found = _configuration(path, go, cc)
    detail(f"settings of {found.file}" if found.file else "no modgo.toml; the defaults apply")
    for problem in found.problems:
        say(f"Warning: {problem}", err=True)
    return msgspec.structs.replace(found.settings, **own_tools(found)._asdict())


def tools_for(path: Path, go: str | None = None, cc: str | None = None) -> Tools:
    """The tools that build the package in a folder; `go` and `cc` are options. Raises CliError."""
    try:
        return building_tools(_configuration(path, go, cc))
    except ToolchainError as error:
        raise CliError(error.message, error.remedy) from None


def _configuration(path: Path, go: str | None, cc: str | None) -> Configuration:
    overrides = {key: value for key, value in (("go", go), ("cc", cc)) if value is not None}
    folder = path if path.is_dir() else path.parent
    named = global_options().config
    return configuration(os.path.abspath(folder), DiskFiles(), overrides, named=named)  # noqa: PTH100


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work`. Raises CliError for errors of toolchain, request and host. Ctrl-C cancels the work."""
    try:
        return asyncio.run(work)
    except (ToolchainError, RequestError) as error:
        raise CliError(error.message, error.remedy) from None
    except HostError as error:
        raise CliError(str(error)) from None


async def obtain(word: str, settings: Settings, quiet: bool, coverage: bool = False) -> ModuleFile:
    """The module that `word` names: a .so, or the folder of a package, which is first built into the cache.
    Raises BuildFailedError, CliError, RequestError and ToolchainError."""
    path = Path(word)
    if not await asyncio.to_thread(path.is_dir):
        if not await asyncio.to_thread(path.exists):
            raise CliError(f"{word} does not exist", "name a module (.so) or the folder of its package")
        return ModuleFile(path, path.parent)
    output = cached_module(await asyncio.to_thread(os.path.abspath, path), "coverage" if coverage else "")
    tools = await asyncio.to_thread(tools_for, path, settings.go, settings.cc)
    request = BuildRequest((path,), output=output, go=tools.go, cc=tools.cc, coverage=coverage)
    with progress(quiet) as report:
        result = await build_module(request, report)
    if not result.ok:
        raise BuildFailedError(result)
    return ModuleFile(output, path, result.package)


def package_folders(module: ModuleFile, properties: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders that may have samples of a module: those of its packages, then its own. Warns if the module
    is older than its source."""
    if module.package is not None:
        return (module.folder,)
    origin = built_from(properties.get("build", ""))
    if origin is None:
        return (module.folder,)
    if is_out_of_date(origin):
        where = os.path.relpath(origin.folders[0])
        say(f"Warning: {module.path} is older than its source in {where}; build it again", err=True)
    return (*origin.folders, module.folder)


def show_findings(findings: tuple[Finding, ...]) -> None:
    """Writes findings as text to the standard output."""
    sources = Sources(DiskFiles(), str(Path.cwd()))
    say(report_text(LintReport(findings, sources, paint=Painter(is_coloured(sys.stdout)))))


def show_build_failure(result: BuildResult, as_json: bool) -> int:
    """Writes why a module was not built. Returns the exit code."""
    if as_json:
        write_json(build_failure_json(result, str(Path.cwd())))
    else:
        show_findings(result.findings)
        say(f"\n{result.module} was not built.", err=True)
    return exit_code_of(result)


def exit_code_of(result: BuildResult) -> int:
    """0 for a module that was built, 1 for errors in its code, 2 for a wrong set-up."""
    return 0 if result.ok else 2 if result.toolchain_at_fault else 1


def write_json(data: object) -> None:
    """Writes indented JSON to the standard output."""
    say(msgspec.json.format(msgspec.json.encode(data), indent=2).decode())
