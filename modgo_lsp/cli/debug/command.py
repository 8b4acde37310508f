"""`modgo debug`: calls a function in the debugger Delve, on its prompt or for an editor (DAP)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from modgo_lsp.build import delve as debugger
from modgo_lsp.build.toolchain import discover_go
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.completion import files, functions
from modgo_lsp.cli.debug.dap_launch import LaunchDefaults
from modgo_lsp.cli.debug.program import DebugRequest, make_program, sample_text
from modgo_lsp.cli.debug.prompt import run_prompt
from modgo_lsp.cli.debug.server import serve
from modgo_lsp.cli.local_module import BuildFailedError, complete, settings_for, show_build_failure
from modgo_lsp.cli.options.arguments import FunctionCommand, argument_values
from modgo_lsp.cli.options.records import record_of, records_of
from modgo_lsp.cli.progress import progress
from modgo_lsp.cli.terminal import note, say
from modgo_lsp.host.call_request import CallRequest, CallRequestError
from modgo_lsp.lint.config import Settings


@click.command(
    cls=FunctionCommand,
    epilog="Exits with 0 for a result, 1 for a failed call, 2 for wrong usage, an invalid sample or a "
    "wrong set-up.",
)
@click.argument("module", metavar="FILE.so|PKG", required=False, shell_complete=files)
@click.argument("function", metavar="FUNCTION", required=False, shell_complete=functions)
@click.argument("arguments", nargs=-1, metavar="[ARG]...")
@click.option(
    "--record", metavar="FILE|JSON", shell_complete=files,
    help="The record (default: the module's own sample).",
)  # fmt: skip
@click.option(
    "--records", metavar="FILE.jsonl", shell_complete=files,
    help="Call it on each record of a file with one record per line.",
)  # fmt: skip
@click.option("--stream", is_flag=True, help="Call a stream UDF on the records.")
@click.option(
    "--nodes", type=click.IntRange(1, 1024), metavar="N",
    help="Number of simulated nodes for a stream (default: 1).",
)  # fmt: skip
@click.option("--key", metavar="JSON", help='The record\'s key, like ["test", "demo", "k1"].')
@click.option("--case", metavar="NAME", help="Make the call of a case: its function, arguments and records.")
@click.option(
    "--dap", metavar="stdio|PORT",
    help="Serve an editor by the Debug Adapter Protocol: on standard input and output, or on a port of this "
    "machine (0: a free one).",
)  # fmt: skip
@click.option("--install-delve", is_flag=True, help="Install Delve into modgo's cache, by go install.")
@click.option("--find-delve", is_flag=True, help="Show which Delve is used.")
@click.option("--go", metavar="GO", help="The go command.")
@click.option("--cc", metavar="CC", help="The C compiler, if a package has C code.")
def command(
    module: str | None,
    function: str | None,
    arguments: tuple[str, ...],
    record: str | None,
    records: str | None,
    stream: bool,
    nodes: int | None,
    key: str | None,
    case: str | None,
    dap: str | None,
    install_delve: bool,
    find_delve: bool,
    go: str | None,
    cc: str | None,
) -> None:
    """Call FUNCTION as `modgo call` does, in the debugger Delve, stopped at the function's first line.

    Arguments and records are those of `modgo call`. The package is built as a program without optimizations,
    outside of your folders. `continue` at Delve's prompt runs to the next breakpoint or to the end, where the
    result and the changes of the record are shown; `restart` begins again, `quit` ends. There is no time
    limit, and no fence: the function can use the network and files without a grant.

    Editors start it with --dap and say in their launch request what to call; docs/debugging.md has the
    configurations.

    \b
    Examples:
      modgo debug ./counters add hits 5 100
      modgo debug counters.so add hits 5 100 --record '{"bins": {"hits": 1}}'
      modgo debug ./counters --case "adds up to the limit"
      modgo debug ./counters top 10 --stream --records users.jsonl --nodes 3
      modgo debug --install-delve
      modgo debug --dap stdio
    """
    if install_delve or find_delve:
        if module is not None:
            raise CliError("--install-delve and --find-delve take no module", "leave it out")
        _install(go) if install_delve else _find()
        return
    if "-" in (record, records):
        raise CliError("the standard input is the debugger's", "name a file, or give the record as JSON")
    if nodes is not None:
        stream = True
    request = CallRequest(record_of(record), records_of(records), stream, nodes, None, key)
    values = argument_values(arguments)
    if dap is not None:
        default = (
            None if module is None else DebugRequest(Path(module), function or "", values, request, case)
        )
        sys.exit(serve(dap, LaunchDefaults(default, go, cc)))
    if module is None or (function is None and case is None):
        hint = "'FILE.so|PKG'" if module is None else "'FUNCTION'"
        raise click.MissingParameter(param_type="argument", param_hint=hint)
    settings = settings_for(Path(module), go, cc)
    debugged = DebugRequest(Path(module), function or "", values, request, case)
    try:
        sys.exit(complete(_debug(debugged, settings)))
    except BuildFailedError as failed:
        sys.exit(show_build_failure(failed.result, False))
    except CallRequestError as error:
        raise CliError(error.message, error.remedy) from None


async def _debug(request: DebugRequest, settings: Settings) -> int:
    delve = await debugger.find_delve()
    with progress(False) as report:
        program = await make_program(request, settings, report)
    for each in program.notes:
        note(f"Note: {each}")
    source = str(request.records.records or request.case)
    code = await run_prompt(delve, program, source)
    if program.sample is not None:
        say(sample_text(program))
    return code


def _find() -> None:
    found = complete(debugger.find_delve())
    say(f"Delve {found.version}: {found.path}")


def _install(go: str | None) -> None:
    settings = settings_for(Path(), go)

    async def install() -> debugger.Delve:
        found = await discover_go(settings.go)
        with progress(False) as report:
            return await debugger.install_delve(found, report)

    installed = complete(install())
    say(f"Delve {installed.version} is installed: {installed.path}")
