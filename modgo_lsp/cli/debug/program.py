"""What `modgo debug` runs: the program built for the debugger, its calls, and where it first stops."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from modgo_lsp.build.build import BuildRequest, BuildResult, build_module
from modgo_lsp.build.build_sources import built_from, members_of, written_build
from modgo_lsp.build.cache import cached_module
from modgo_lsp.build.module_inspection import inspect
from modgo_lsp.build.wrappers import static_registrations
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.local_module import BuildFailedError, tools_for
from modgo_lsp.golang.syntax.positions import LineIndex
from modgo_lsp.host.call_request import (
    CallRequest,
    check,
    given_records,
    records_beside,
    with_records,
)
from modgo_lsp.host.cases.case_file import Case, case_files, read_case_file
from modgo_lsp.host.records_file import NumberedRecord
from modgo_lsp.host.result import FunctionInfo
from modgo_lsp.host.run_call import Work
from modgo_lsp.host.values import Value
from modgo_lsp.lint.config import Settings
from modgo_lsp.model.finding import Location
from modgo_lsp.model.package import Package
from modgo_lsp.report.sources import printable
from modgo_lsp.spelling import did_you_mean

# Why the result of a case with `now` is not compared.
SETS_THE_TIME = "the case sets the time (now), but under the debugger the function reads the real one"


class DebugRequest(msgspec.Struct, frozen=True):
    """`module` is a package's folder or a .so, `function` may be "" beside a case, which has its own.
    `case_file` is the name of the case's file, None for any."""

    module: Path
    function: str
    arguments: tuple[Value, ...]
    records: CallRequest
    case: str | None
    case_file: str | None = None


class DebugProgram(msgspec.Struct, frozen=True):
    """`path` is the program. `entry` is the file and line of the function, None if it is not known, and
    `symbol` its name for Delve, "" for a function literal. `sample` is the file of the records. `generated`
    maps files that the build added to their text's files, `sources` the names of the module's files to their
    paths."""

    path: Path
    folder: Path
    work: Work
    entry: tuple[str, int] | None
    symbol: str
    sample: Path | None
    generated: Mapping[str, str]
    sources: Mapping[str, str]
    notes: tuple[str, ...]
    case: Case | None


async def make_program(
    request: DebugRequest, settings: Settings, progress: Callable[[str], None]
) -> DebugProgram:
    """Builds the program. Raises CliError, CallRequestError, BuildFailedError, RequestError and
    ToolchainError."""
    folders = await _folders(request.module)
    case: Case | None = None
    notes: tuple[str, ...] = ()
    if request.case is not None:
        case = await asyncio.to_thread(_case, folders, request.case, request.case_file)
        if request.function and request.function != case.function:
            raise CliError(
                f"the case {request.case!r} calls {case.function}, not {request.function}",
                "leave the function out",
            )
        if case.now is not None:
            notes = (SETS_THE_TIME,)
    elif not request.function:
        raise CliError("no function was named", "name a function as it is registered, or a case with --case")
    check(request.records)
    # An invalid sample is reported before a build, which may take a while.
    records = given_records(request.records)
    result = await _build(folders, settings, progress)
    assert result.package is not None
    function = case.function if case is not None else request.function
    stream = _is_stream(result, function, request)
    asked = msgspec.structs.replace(request.records, stream=stream)
    check(asked)
    sample = None
    if records is None and case is not None:
        one = () if case.record is None else (NumberedRecord(1, case.record),)
        records = case.records if stream else one or None
    if records is None:
        records, sample = records_beside(asked, folders, function)
    work = with_records(Work(function, request.arguments if case is None else case.arguments), asked, records)
    if case is not None and case.nodes is not None:
        work = msgspec.structs.replace(work, nodes=case.nodes)
    packages = members_of([result.package])
    return DebugProgram(
        path=Path(result.output),
        folder=folders[0],
        work=work,
        entry=_entry(packages, function),
        symbol=_symbol(packages, function),
        sample=sample,
        generated=result.generated,
        sources={Path(file.document.path).name: file.document.path for one in packages for file in one.files},
        notes=notes,
        case=case,
    )


def sample_text(program: DebugProgram, folder: Path = Path()) -> str:
    """Says from which file the records are, relative to `folder`."""
    assert program.sample is not None
    path = os.path.relpath(program.sample, folder)
    return f"{'records' if program.work.shape == 'stream' else 'record'} of {path}"


async def _folders(module: Path) -> tuple[Path, ...]:
    """The packages' folders: that of the argument, or those that a .so was built from."""
    if await asyncio.to_thread(module.is_dir):
        return (module,)
    if not await asyncio.to_thread(module.exists):
        raise CliError(f"{module} does not exist", "name a module (.so) or the folder of its package")
    try:
        found = await asyncio.to_thread(inspect, module)
        if not found.is_module:
            raise CliError(f"{module} is no UDF module: {'; '.join(found.problems)}")
        # It is not loaded: it may want what only the debugged program, which has no fence, may do.
        origin = built_from(written_build(await asyncio.to_thread(module.read_bytes)))
    except OSError as error:
        raise CliError(f"{module} cannot be read ({error.strerror})", "name a module (.so)") from None
    if origin is None:
        raise CliError(
            f"{module} does not name the folder that it was built from, as with --release, or that is gone",
            "name the folder of its package",
        )
    return origin.folders


def _case(folders: tuple[Path, ...], name: str, file: str | None) -> Case:
    files = [
        path for folder in folders for path in case_files(folder) if file in (None, printable(path.name))
    ]
    cases = [case for path in files for case in read_case_file(path).cases]
    found = next((case for case in cases if case.name == name), None)
    if found is None:
        names = [case.name for case in cases]
        raise CliError(
            f"there is no case {name!r}", did_you_mean(name, names, "their names are in testdata/udf")
        )
    return found


async def _build(
    folders: tuple[Path, ...], settings: Settings, progress: Callable[[str], None]
) -> BuildResult:
    output = cached_module(str(await asyncio.to_thread(folders[0].absolute)), "debug").with_suffix("")
    tools = await asyncio.to_thread(tools_for, folders[0], settings.go, settings.cc)
    request = BuildRequest(folders, output=output, go=tools.go, cc=tools.cc, debug=True)
    result = await build_module(request, progress)
    if not result.ok:
        raise BuildFailedError(result)
    return result


def _is_stream(result: BuildResult, function: str, request: DebugRequest) -> bool:
    """Whether it is a stream UDF, by its signature or, if that is not known before it runs, as the options
    say."""
    functions = msgspec.convert(result.functions, tuple[FunctionInfo, ...])
    found = next((one for one in functions if one.name == function), None)
    if found is None:
        registrations = () if result.package is None else result.package.registrations
        if any(one.dynamic for one in registrations):
            return request.records.stream
        names = [one.name for one in functions]
        there = (
            f"there {'is' if len(names) == 1 else 'are'} {', '.join(names)}"
            if names
            else "the module registers none"
        )
        raise CliError(f"no function is registered as {function!r}", did_you_mean(function, names, there))
    if found.kind == "record" and request.records.stream:
        raise CliError(f"{function} is a record UDF", "debug it without --stream")
    return found.kind == "stream"


def _entry(packages: tuple[Package, ...], function: str) -> tuple[str, int] | None:
    """The line on which the registered function is declared: the first one of it that has code."""
    for package in packages:
        for one in static_registrations(package):
            if one.name == function:
                place = one.target.location if one.target is not None else one.function_argument
                return _line(packages, place, one.target is not None)
    return None


def _symbol(packages: tuple[Package, ...], function: str) -> str:
    registrations = (one for package in packages for one in static_registrations(package))
    target = next((one.target for one in registrations if one.name == function), None)
    for package in packages if target is not None else ():
        assert target is not None
        if any(file.document.path == target.location.path for file in package.files):
            # Delve takes a dot in the last element of a path for the end of the package's name.
            dotted = "." in package.import_path.rpartition("/")[2]
            return "" if dotted else f"{package.import_path}.{target.name}"
    return ""


def _line(packages: tuple[Package, ...], place: Location, declared: bool) -> tuple[str, int] | None:
    for package in packages:
        for file in package.files:
            if file.document.path == place.path:
                text = file.document.text
                if declared or text[place.span.start :].startswith(b"func"):
                    return place.path, LineIndex(text).line_of(place.span.start) + 1
    return None
