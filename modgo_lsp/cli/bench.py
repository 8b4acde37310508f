"""`modgo bench`: measures what a call of a function costs, and compares two versions of a module."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import msgspec

from modgo_lsp.cli.bench_report import show_bench
from modgo_lsp.cli.call_report import show_outcome
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import json_option, tool_options
from modgo_lsp.cli.completion import files, functions
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
from modgo_lsp.cli.options.records import completing, record_of, records_of
from modgo_lsp.cli.options.timeout import SECONDS, timeout_option
from modgo_lsp.cli.progress import progress, waiting
from modgo_lsp.cli.terminal import note
from modgo_lsp.host.bench_worker import BenchFailedError, Mode
from modgo_lsp.host.call_request import (
    CallRequest,
    CallRequestError,
    check,
    given_records,
    with_records,
)
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.result import CallResult
from modgo_lsp.host.run_bench import MODES, BenchRun, Samples, bench_json, first_call, run_bench
from modgo_lsp.host.run_call import Outcome, Work, is_misused, outcome_json
from modgo_lsp.host.sample import Record
from modgo_lsp.lint.config import Settings


@click.command(
    cls=FunctionCommand,
    epilog="Exits with 0 for a measurement, 1 for a failed call, 2 for wrong usage, an invalid sample or a "
    "wrong set-up.",
)
@click.argument("module", metavar="FILE.so|PKG", shell_complete=files)
@click.argument("function", metavar="FUNCTION", shell_complete=functions)
@click.argument("arguments", nargs=-1, metavar="[ARG]...")
@click.option(
    "--record", metavar="FILE|JSON", shell_complete=files,
    help="The record, - for standard input (default: the module's own sample).",
)  # fmt: skip
@click.option(
    "--records", metavar="FILE.jsonl", shell_complete=files,
    help="Call it on the records of a file in turn, - for standard input.",
)  # fmt: skip
@click.option("--stream", is_flag=True, help="Measure a stream UDF over the records, as one node runs it.")
@click.option(
    "--mode", type=click.Choice([*MODES, "both"]), default="both", show_default=True,
    help="With the fence (a worker process), without, or both.",
)  # fmt: skip
@click.option(
    "--compare", type=click.Path(path_type=Path), metavar="OLD.so|PKG", shell_complete=files,
    help="Measure this module as well, in turns, and say what has changed.",
)  # fmt: skip
@click.option(
    "--count", type=click.IntRange(1, 1000), default=10, show_default=True, metavar="N",
    help="Number of samples; fewer than 6 give no confidence interval.",
)  # fmt: skip
@click.option(
    "--time", "seconds", type=SECONDS, default=0.1, show_default=True, metavar="SECONDS",
    help="Time of a sample; it ends after 100,000 calls.",
)  # fmt: skip
@timeout_option
@grant_options
@tool_options
@json_option
def command(
    module: str,
    function: str,
    arguments: tuple[str, ...],
    record: str | None,
    records: str | None,
    stream: bool,
    mode: Mode | str,
    compare: Path | None,
    count: int,
    seconds: float,
    timeout: float,
    grants: Grants,
    go: str | None,
    cc: str | None,
    as_json: bool,
) -> None:
    """Measure what a call of FUNCTION costs: time, percentiles, allocations, and the fence's part.

    A host in C makes the calls, as the server does. Each call finds the record as the sample has it. The
    floor is an empty call of the same module: no function can cost less. Values are medians of the samples,
    with their 95 % confidence interval; --compare finds changes by the Mann-Whitney U test.

    The first call is made with the fence, as by `modgo call`. The unfenced mode then loads the module
    into a process of its own without a fence, as a server without fences would.

    \b
    Examples:
      modgo bench ./counters add hits 5 100
      modgo bench ./counters add hits 5 100 --compare old/counters.so
      modgo bench counters.so add hits 5 100 --record '{"bins": {"hits": 1}}' --mode fenced --json
      modgo bench ./counters top 10 --stream --records users.jsonl --count 20
    """
    request = CallRequest(record_of(record), records_of(records), stream)
    work = Work(function, argument_values(arguments), timeout=timeout, grants=grants)
    how = BenchRun(MODES if mode == "both" else (mode,), count, seconds)  # type: ignore[arg-type]
    settings = settings_for(Path(module), go, cc)
    samples = Samples(function)
    try:
        failed = complete(_bench(module, compare, work, request, how, settings, samples, as_json))
    except BuildFailedError as error:
        sys.exit(show_build_failure(error.result, as_json))
    except KeyboardInterrupt:
        _show(samples, as_json, mode)
        raise
    if failed is not None:
        sys.exit(_show_failed(failed, as_json))
    _show(samples, as_json, mode)


async def _bench(
    word: str,
    compare: Path | None,
    work: Work,
    request: CallRequest,
    how: BenchRun,
    settings: Settings,
    samples: Samples,
    quiet: bool,
) -> Outcome | None:
    """Measures into `samples`. Returns the outcome of a call that failed."""
    try:
        check(request)
        # An invalid sample is reported before a build, which may take a while.
        records = given_records(request)
        module = await obtain(word, settings, quiet)
        old = None if compare is None else await obtain(str(compare), settings, quiet)
        work = with_records(work, request, records or ())
        outcome, work = await _first_call(module, work, request, records is None, settings, quiet)
        if outcome.ok and old is not None:
            outcome, work = await _first_call(old, work, request, False, settings, quiet)
        if not outcome.ok:
            return outcome
    except CallRequestError as error:
        raise CliError(error.message, error.remedy) from None
    how = msgspec.structs.replace(how, old=None if old is None else old.path, cc=settings.cc)
    try:
        with progress(quiet) as report:
            await run_bench(module.path, work, how, samples, lambda text, _: report(text))
    except BenchFailedError as error:
        return CallResult(work.function, Record(), Record(), failure=error.failure)
    return None


async def _first_call(
    module: ModuleFile, work: Work, request: CallRequest, finds: bool, settings: Settings, quiet: bool
) -> tuple[Outcome, Work]:
    """The outcome of a call on each record, and the work with its records. With `finds`, they are those
    beside the package."""

    def report(path: Path) -> None:
        if not quiet:
            note(f"{'records' if request.stream else 'record'} of {os.path.relpath(path)}")

    completed = completing(module, request, finds, report)
    with waiting(f"calling {work.function}", quiet):
        return await first_call(
            module.path, work, cc=settings.cc, package=module.package, completed=completed
        )


def _show(samples: Samples, as_json: bool, mode: str) -> None:
    pairs = samples.pairs
    if as_json:
        rows = bench_json(pairs)
        write_json(rows if mode == "both" or not rows else rows[0])
    elif pairs:
        show_bench(pairs)


def _show_failed(outcome: Outcome, as_json: bool) -> int:
    """Shows the call that failed, and returns the exit code."""
    if as_json:
        write_json(outcome_json(outcome))
    else:
        show_outcome(outcome)
        note("nothing was measured: every call must succeed")
    return 2 if is_misused(outcome) else 1
