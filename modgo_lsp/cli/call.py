"""`modgo call`: calls a function of a module on a record, on each of many records, or on a stream of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click
import msgspec

from modgo_lsp.cli.call_report import show_one_of_many, show_outcome
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import json_option, tool_options
from modgo_lsp.cli.completion import files, functions
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.local_module import (
    BuildFailedError,
    ModuleFile,
    complete,
    obtain,
    settings_for,
    show_build_failure,
    write_json,
)
from modgo_lsp.cli.options.arguments import FunctionCommand, argument_values
from modgo_lsp.cli.options.grants import grant_options
from modgo_lsp.cli.options.memory import size_option
from modgo_lsp.cli.options.records import completing, record_of, records_of
from modgo_lsp.cli.options.timeout import timeout_option
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.terminal import say
from modgo_lsp.host.call_request import (
    CallRequest,
    CallRequestError,
    check,
    given_records,
    with_records,
)
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.record_store import StoreError
from modgo_lsp.host.replay_files import ReplayError, read_replay
from modgo_lsp.host.result import NumberedResult
from modgo_lsp.host.run_call import Outcome, Work, do_work, is_misused, outcome_json, work_of
from modgo_lsp.lint.config import Settings

Show = Callable[[NumberedResult], None]


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
    help="The record, - for standard input (default: the module's own sample).",
)  # fmt: skip
@click.option(
    "--records", metavar="FILE.jsonl", shell_complete=files,
    help="Call it on each record of a file with one record per line, - for standard input.",
)  # fmt: skip
@click.option("--stream", is_flag=True, help="Call a stream UDF on the records.")
@click.option(
    "--nodes", type=click.IntRange(1, 1024), metavar="N",
    help="Number of simulated nodes for a stream (default: 1).",
)  # fmt: skip
@click.option(
    "--store", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Store records in this file (SQLite) between calls.",
)  # fmt: skip
@click.option("--key", metavar="JSON", help='The record\'s key, like ["test", "demo", "k1"].')
@timeout_option
@click.option(
    "--memory",
    callback=size_option,
    metavar="SIZE",
    help="Memory limit, like 256MB (default: none).",
)
@grant_options
@click.option("--replay", type=click.Path(path_type=Path), metavar="FILE", help="Repeat a failed call.")
@click.option("--force", is_flag=True, help="Replay it even if the module has changed.")
@tool_options
@json_option
def command(
    module: str | None,
    function: str | None,
    arguments: tuple[str, ...],
    record: str | None,
    records: str | None,
    stream: bool,
    nodes: int | None,
    store: Path | None,
    key: str | None,
    timeout: float,
    memory: int,
    grants: Grants,
    replay: Path | None,
    force: bool,
    go: str | None,
    cc: str | None,
    as_json: bool,
) -> None:
    """Call FUNCTION on a record and show the result and the changes of the record.

    An ARG is a JSON value; anything else is a string. Without --record, the sample is
    testdata/udf/FUNCTION.record.json in the package's folder (a .so contains its path), then
    default.record.json, then a record that does not exist. A stream reads FUNCTION.records.jsonl, then
    default.records.jsonl.

    A call that crashes, panics or times out is recorded, and the last line shows how to repeat it.

    \b
    Examples:
      modgo call ./counters add hits 5 100
      modgo call counters.so add hits 5 100 --record '{"bins": {"hits": 1}}'
      echo '{"bins": {"hits": 1}}' | modgo call counters.so add hits 5 100 --record -
      modgo call ./counters take 2.5 --record bucket.json --timeout 1 --json
      modgo call ./counters add hits 5 100 --store my.db --key '["test", "demo", "k1"]'
      modgo call ./counters add hits 5 100 --records users.jsonl
      modgo call ./counters top 10 --stream --records users.jsonl --nodes 3
    """
    if replay is not None:
        wrong = module is not None or record or records or stream or nodes or store or key
        sys.exit(_replay(replay, force, grants, go, cc, as_json) if not wrong else _refuse_beside_replay())
    if module is None or function is None:
        hint = "'FILE.so|PKG'" if module is None else "'FUNCTION'"
        raise click.MissingParameter(param_type="argument", param_hint=hint)
    if force:
        raise CliError("--force needs --replay", "leave it out")
    request = CallRequest(record_of(record), records_of(records), stream, nodes, store, key)
    values = argument_values(arguments)
    settings = settings_for(Path(module), go, cc)
    work = Work(function, values, timeout=timeout, memory=memory, grants=grants)
    try:
        outcome, sample = complete(_call(module, work, request, settings, as_json))
    except BuildFailedError as failed:
        sys.exit(show_build_failure(failed.result, as_json))
    code = _finish(outcome, as_json)
    if sample is not None and not as_json and not global_options().quiet:
        # Below the result and in the same stream: an editor may show only one of the two streams.
        say(f"{'records' if stream else 'record'} of {os.path.relpath(sample)}", err=not outcome.ok)
    sys.exit(code)


async def _call(
    word: str, work: Work, request: CallRequest, settings: Settings, quiet: bool
) -> tuple[Outcome, Path | None]:
    """The outcome, and the sample file beside the package from which the records came."""
    samples: list[Path] = []
    try:
        check(request)
        # An invalid sample is reported before a build, which may take a while.
        records = given_records(request)
        module = await obtain(word, settings, quiet)
        work = with_records(work, request, records or ())
        source = str(request.records) if isinstance(request.records, Path) else "standard input"
        show = show_one_of_many(source) if work.shape == "each" and not quiet else None
        completed = completing(module, request, records is None, samples.append)
        outcome = await _do(module, work, settings, quiet, show, completed=completed)
        return outcome, next(iter(samples), None)
    except CallRequestError as error:
        raise CliError(error.message, error.remedy) from None


async def _do(
    module: ModuleFile,
    work: Work,
    settings: Settings,
    quiet: bool,
    show: Show | None,
    keeps: bool = True,
    completed: Callable[[Work, Mapping[str, str]], Work] | None = None,
) -> Outcome:
    """`show` shows each of many results as it arrives."""
    try:
        with waiting(f"calling {work.function}", quiet or show is not None):
            return await do_work(
                module.path,
                work,
                cc=settings.cc,
                package=module.package,
                report=show,
                keeps=keeps,
                completed=completed,
            )
    except StoreError as error:
        raise CliError(str(error)) from None


def _finish(outcome: Outcome, as_json: bool) -> int:
    """Shows the outcome and returns the exit code."""
    if as_json:
        write_json(outcome_json(outcome))
    else:
        show_outcome(outcome)
    return 0 if outcome.ok else 2 if is_misused(outcome) else 1


def _replay(path: Path, force: bool, grants: Grants, go: str | None, cc: str | None, as_json: bool) -> int:
    try:
        replay = read_replay(path, force=force)
    except ReplayError as error:
        raise CliError(error.message, error.remedy) from None
    settings = settings_for(replay.module, go, cc)
    module = ModuleFile(replay.module, replay.module.parent)
    work = msgspec.structs.replace(work_of(replay), grants=grants)
    return _finish(complete(_do(module, work, settings, as_json, None, keeps=False)), as_json)


def _refuse_beside_replay() -> int:
    raise CliError("--replay already has module, function and records", "leave the other arguments out")
