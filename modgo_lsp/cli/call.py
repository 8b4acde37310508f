"""`modgo call`: one function of a module, applied to one record.

Not for: how it is applied (host/).
"""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Any

import click

from modgo_lsp.cli.failure import CliError, is_coloured
from modgo_lsp.cli.module import (
    BuildFailedError,
    ModuleFile,
    complete,
    obtain,
    settings_for,
    show_build_failure,
    write_json,
)
from modgo_lsp.host.call import CALL_SECONDS, call_function
from modgo_lsp.host.json_forms import FormError, argument, json_of
from modgo_lsp.host.result import CallResult, call_json
from modgo_lsp.host.sample import (
    Record,
    SampleError,
    default_sample,
    read_sample,
    read_sample_file,
    sample_json,
)
from modgo_lsp.host.values import Value
from modgo_lsp.lint.config import Settings


@click.command(
    # Negative numbers are arguments of the function, not options of ours.
    context_settings={"help_option_names": ["-h", "--help"], "ignore_unknown_options": True},
    epilog="Exits with 0 for a result, 1 for a failed call, 2 for wrong arguments, a sample that is none "
    "or a wrong set-up.",
)
@click.argument("module", metavar="FILE.so|PKG")
@click.argument("function")
@click.argument("arguments", nargs=-1, metavar="[ARG]...")
@click.option("--record", metavar="FILE|JSON", help="The record (default: the module's own sample).")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), default=CALL_SECONDS, show_default=True,
    metavar="SECONDS", help="How long the call may take.",
)  # fmt: skip
@click.option("--go", metavar="GO", help="The go command, where a package is built first.")
@click.option("--cc", metavar="CC", help="The C compiler.")
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def command(
    module: str,
    function: str,
    arguments: tuple[str, ...],
    record: str | None,
    timeout: float,
    go: str | None,
    cc: str | None,
    as_json: bool,
) -> None:
    """Apply FUNCTION to a record and show the result and what became of the record.

    An ARG is a JSON value; a word that isn't JSON is a string. Without --record the sample is taken from
    testdata/udf/FUNCTION.record.json beside the module, then default.record.json, then a record that does
    not exist.

    \b
    Examples:
      modgo call ./counters add hits 5 100
      modgo call counters.so add hits 5 100 --record '{"bins": {"hits": 1}}'
      modgo call ./counters take 2.5 --record bucket.json --timeout 1 --json
    """
    values = [_value(index, word) for index, word in enumerate(arguments, 1)]
    settings = settings_for(Path(module), go, cc)
    try:
        result = complete(_call(module, function, values, record, timeout, settings, as_json))
    except BuildFailedError as failed:
        sys.exit(show_build_failure(failed.result, as_json))
    if as_json:
        write_json(call_json(result))
    else:
        _show(result)
    sys.exit(0 if result.failure is None else 2 if result.failure.kind == "usage" else 1)


async def _call(
    word: str,
    function: str,
    values: list[Value],
    record: str | None,
    timeout: float,
    settings: Settings,
    quiet: bool,
) -> CallResult:
    # A sample that is none is told before a build that may take a while.
    given = _given(record)
    module = await obtain(word, settings, quiet)
    sample = given if given is not None else _sample(module, function)
    return await call_function(
        module.path, function, values, sample, timeout=timeout, cc=settings.cc, package=module.package
    )


def _value(index: int, word: str) -> Value:
    try:
        return argument(word)
    except FormError as error:
        message = f"argument {index} is not JSON that modgo understands ({error})"
        raise CliError(message, "quote it for the shell, as in '[1, 2]' or '{\"a\": 1}'") from None


def _given(record: str | None) -> Record | None:
    try:
        return None if record is None else read_sample(record)
    except SampleError as error:
        raise CliError(str(error), _SAMPLE_HELP) from None


def _sample(module: ModuleFile, function: str) -> Record:
    path = default_sample(module.folder, function)
    try:
        return Record() if path is None else read_sample_file(path)
    except SampleError as error:
        raise CliError(str(error), _SAMPLE_HELP) from None


_SAMPLE_HELP = 'a record sample looks like {"key": ["test", "demo", "k1"], "bins": {"a": 1, "s": "x"}}'


def _show(result: CallResult) -> None:
    coloured = is_coloured(sys.stdout)

    def paint(text: str, colour: str) -> str:
        return click.style(text, fg=colour) if coloured else text

    for line in result.logs:
        place = f"{line.location}: " if line.location else ""
        click.echo(f"{line.level}: {place}{line.message}", err=True)
    failure = result.failure
    if failure is not None:
        click.echo(f"{paint(failure.kind, 'red')}: {failure.message}", err=True)
        for frame in failure.frames:
            click.echo(f"  at {frame}", err=True)
        if failure.remedy:
            click.echo(f"Help: {failure.remedy}", err=True)
        return
    click.echo(paint(_compact(json_of(result.value)), "green"))
    for change in _changes(result):
        colour = {"+": "green", "-": "red"}.get(change[0])
        click.echo(paint(change, colour) if colour else change)
    did = ", ".join(result.operations) or "no write"
    click.echo(f"{did} in {result.elapsed_ns / 1e6:.3f} ms")


def _changes(result: CallResult) -> list[str]:
    """The record before and after as a unified diff of one line a bin; empty where nothing changed."""
    before, after = _lines(result.before), _lines(result.after)
    if before == after:
        return []
    key = _compact(sample_json(result.before)["key"])
    diff = list(difflib.unified_diff(before, after, lineterm="", n=len(before)))[3:]  # without its heads
    return [f"  record {key}", *(f"{line[0]} {line[1:]}" for line in diff)]


def _lines(record: Record) -> list[str]:
    if not record.exists:
        return ["(does not exist)"]
    sample = sample_json(record)
    bins: dict[str, Any] = sample["bins"]
    return [
        *(f"{name}: {_compact(value)}" for name, value in bins.items()),
        f"(generation {sample['generation']}, ttl {sample['ttl']})",
    ]


def _compact(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)
