"""The run of `modgo test`: builds each module, and runs its cases."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from modgo_lsp.build.build import BuildResult
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.local_module import BuildFailedError, ModuleFile, obtain, package_folders, settings_for
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.test.targets import Target
from modgo_lsp.host.cases.case_file import CaseProblem, case_files
from modgo_lsp.host.cases.case_result import CaseResult
from modgo_lsp.host.cases.case_selection import Matcher, Selection, select_cases
from modgo_lsp.host.cases.failed_cases import failed_before, has_failed, record_failed
from modgo_lsp.host.cases.run_cases import CaseRun, run_cases
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.load import load_module
from modgo_lsp.host.load_failure import LoadFailedError
from modgo_lsp.host.module import Opened
from modgo_lsp.host.result import Failure
from modgo_lsp.lint.config import Settings


class ModuleReport(msgspec.Struct, frozen=True):
    """The cases of one module that were run, in the order of the files. `seconds` is the time that they took
    together, `loading` the part of it before the first call; `unbuilt` is the failed build, `failure` why the
    module could not be loaded; `accepted` the number of cases whose expectations were written."""

    name: str
    results: tuple[CaseResult, ...] = ()
    problems: tuple[CaseProblem, ...] = ()
    seconds: float = 0.0
    loading: float = 0.0
    unbuilt: BuildResult | None = None
    failure: Failure | None = None
    accepted: int = 0

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        return tuple(result for result in self.results if not result.ok)

    @property
    def exit_code(self) -> int:
        """0 if all passed, 2 for cases that are not valid and for a wrong set-up, 1 for other failures."""
        if self.problems or (self.unbuilt is not None and self.unbuilt.toolchain_at_fault):
            return 2
        return 1 if self.failed or self.unbuilt is not None or self.failure is not None else 0


class Options(msgspec.Struct, frozen=True):
    """`matches` is of -k; `accept` changes a report before it is shown; `jobs`, `timeout` and `memory` are as
    in CaseRun; `quiet` shows no progress."""

    matches: Matcher | None
    stops: bool
    only_failed: bool
    accept: Callable[[ModuleReport, Path], ModuleReport] | None
    jobs: int
    timeout: float
    memory: int
    go: str | None
    cc: str | None
    quiet: bool
    counted: Callable[[tuple[bytes, bytes]], None] | None
    grants: Grants


async def run_targets(
    targets: Sequence[Target], options: Options, report: Callable[[ModuleReport], None]
) -> int:
    """Calls `report` for each module when it is done, also for the one that is interrupted. Returns how many
    cases were not selected."""
    deselected = 0
    for target in targets:
        settings = settings_for(target.path, options.go, options.cc)
        name = name_of(target)
        try:
            module, folder, found = await _prepare(target, settings, options)
        except BuildFailedError as failed:
            report(ModuleReport(name, unbuilt=failed.result))
            continue
        except LoadFailedError as error:
            report(ModuleReport(name, failure=error.failure))
            continue
        deselected += found.left_out
        if not found.cases and not found.problems:
            continue
        done = await _run(name, module, folder, found, settings, options, report)
        if options.stops and done:
            break
    return deselected


def name_of(target: Target) -> str:
    """The module's name in the report: its path, or the name of the working directory."""
    return os.path.relpath(target.path) if target.path != Path() else Path.cwd().name


async def _prepare(
    target: Target, settings: Settings, options: Options
) -> tuple[ModuleFile, Path, Selection]:
    """The module, the folder of its package, and its cases. Nothing is built for no cases."""
    if not target.is_built:
        found = _selected(target, (target.path,), options)
        if not found.cases:
            return ModuleFile(target.path, target.path), target.path, found
        coverage = options.counted is not None
        return await obtain(str(target.path), settings, options.quiet, coverage), target.path, found
    if options.counted is not None:
        raise CliError(f"{target.path} counts no coverage", "name the folder of its package, which is built")
    module = await obtain(str(target.path), settings, options.quiet)
    loaded = await load_module(module.path, cc=settings.cc, memory=options.memory, grants=options.grants)
    if loaded.failure is not None:
        raise LoadFailedError(loaded.failure, loaded.findings, loaded.setup)
    folders = _without_repetition(package_folders(module, loaded.properties))
    found = _selected(target, folders, options)
    if not (found.cases or found.problems or found.left_out):
        message = f"{target.path} has no cases: there are none in {' and '.join(map(str, folders))}"
        raise CliError(message, "name the package's folder")
    return module, folders[0], found


def _without_repetition(folders: Sequence[Path]) -> tuple[Path, ...]:
    return tuple({os.path.realpath(folder): folder for folder in folders}.values())


def _selected(target: Target, folders: Sequence[Path], options: Options) -> Selection:
    named = target.files
    if named is None:
        named = tuple((path, 0) for folder in folders for path in case_files(folder))
    matchers = [] if options.matches is None else [options.matches]
    if not options.only_failed:
        return select_cases(named, matchers)
    names = failed_before(folders[0])  # some of them may be gone
    return select_cases(named, matchers, lambda case: has_failed(case, names))


async def _run(
    name: str,
    module: ModuleFile,
    folder: Path,
    found: Selection,
    settings: Settings,
    options: Options,
    report: Callable[[ModuleReport], None],
) -> bool:
    """Runs the cases and reports them. Returns whether something failed."""
    how = CaseRun(
        workers=options.jobs,
        timeout=options.timeout,
        memory=options.memory,
        stops=options.stops,
        cc=settings.cc,
        package=module.package,
        counted=options.counted,
        grants=options.grants,
    )
    results: list[CaseResult] = []
    failure: Failure | None = None
    start = time.monotonic()
    loaded: list[float] = []

    def folders(opened: Opened) -> Sequence[Path]:
        loaded.append(time.monotonic() - start)
        return package_folders(module, opened.properties) if module.package is None else (folder,)

    try:
        if found.cases:
            with waiting(f"testing {name}", options.quiet):
                await run_cases(module.path, found.cases, how, folders, results.extend)
    except LoadFailedError as error:
        failure = error.failure
    finally:
        seconds = time.monotonic() - start
        place = {id(case): index for index, case in enumerate(found.cases)}
        results.sort(key=lambda result: place[id(result.case)])
        record_failed(folder, results)
        loading = loaded[0] if loaded else 0.0
        done = ModuleReport(name, tuple(results), found.problems, seconds, loading, failure=failure)
        if options.accept is not None and len(results) == len(found.cases):
            done = options.accept(done, folder)
        report(done)
    return done.exit_code != 0
