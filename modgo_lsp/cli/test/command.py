"""`modgo test`: runs the cases of modules."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, output_format_option, tool_options
from modgo_lsp.cli.completion import files
from modgo_lsp.cli.local_module import complete, write_json
from modgo_lsp.cli.options.grants import grant_options
from modgo_lsp.cli.options.memory import size_option
from modgo_lsp.cli.options.timeout import SECONDS
from modgo_lsp.cli.terminal import say
from modgo_lsp.cli.test.accept import accept
from modgo_lsp.cli.test.coverage import DEFAULT, Coverage, check_profile, write_profile
from modgo_lsp.cli.test.junit import report_junit
from modgo_lsp.cli.test.report import show_module, show_summary, shown_path
from modgo_lsp.cli.test.run import ModuleReport, Options, name_of, run_targets
from modgo_lsp.cli.test.targets import targets_of
from modgo_lsp.host.cases.case_result import ModuleError, cases_json
from modgo_lsp.host.cases.case_selection import ExpressionError, Matcher, matcher
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.sample import SAMPLES
from modgo_lsp.host.session import CALL_SECONDS
from modgo_lsp.report.build_json import findings_json

_JOBS_MAX = 64


class _TestCommand(Command):
    """The value of --coverage may be left out. For an option that may have a value, click would take the next
    word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        given = [f"--coverage={DEFAULT}" if word == "--coverage" else word for word in args[:end]]
        return super().parse_args(ctx, [*given, *args[end:]])


@click.command(
    cls=_TestCommand,
    epilog="Exits with 0 if all cases passed, 1 if one failed or a module has errors, 2 for wrong usage, "
    "cases that are not valid or a wrong set-up.",
)
@click.argument("modules", nargs=-1, metavar="[PKG|FILE]...", shell_complete=files)
@click.option("-k", "expression", metavar="EXPR", help="Run only the cases whose names match.")
@click.option("-x", "--exitfirst", "stops", is_flag=True, help="Stop at the first case that fails.")
@click.option(
    "--accept", "accepts", is_flag=True,
    help="Write the actual results into the case files as expected ones, and show the changes.",
)  # fmt: skip
@click.option("-w", "--watch", is_flag=True, help="Run the cases again whenever a file changes.")
@click.option("--failed", is_flag=True, help="Run only the cases that failed last time, if any did.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, _JOBS_MAX), metavar="N",
    help="Number of worker processes of a module (default: one for each processor).",
)  # fmt: skip
@click.option(
    "--timeout", type=SECONDS, default=CALL_SECONDS, show_default=True,
    metavar="SECONDS", help="Time limit of a call, for cases without their own.",
)  # fmt: skip
@click.option(
    "--memory", callback=size_option, metavar="SIZE", help="Memory limit, like 256MB (default: none)."
)
@grant_options
@click.option(
    "--coverage", metavar="[=FILE]",
    help="Write a cover profile of the Go code, as go test does (default: cover.out).",
)  # fmt: skip
@tool_options
@output_format_option("text", "json", "junit")
def command(
    modules: tuple[str, ...],
    expression: str | None,
    stops: bool,
    accepts: bool,
    watch: bool,
    failed: bool,
    jobs: int | None,
    timeout: float,
    memory: int,
    grants: Grants,
    coverage: str | None,
    go: str | None,
    cc: str | None,
    output_format: str,
) -> None:
    """Run the cases of modules: calls, and what they must return and store.

    Cases are in testdata/udf/NAME.case.yaml or NAME.case.json of a package. PKG is a package's folder
    (default: this one), ./... for all packages below it, a module (.so) or a case file; FILE:LINE is the case
    on that line. Packages are built first if they have changed. docs/testing.md describes case files.

    \b
    Examples:
      modgo test                           all cases of the package in this folder
      modgo test ./...                     of all packages below it
      modgo test ./counters -k "add and not limit"
      modgo test testdata/udf/add.case.yaml:12
      modgo test --failed -x               what failed last time, up to the first failure
      modgo test --accept                  write the actual results into the case files
      modgo test --coverage && go tool cover -html=cover.out
    """
    is_text = output_format == "text"
    if watch and coverage is not None:
        raise CliError("--watch writes no coverage", "leave out one of --watch and --coverage")
    if watch and accepts:  # each run that differs from the last one would start another
        raise CliError("--watch and --accept cannot be combined", "leave one of them out")
    if watch and not is_text:
        raise CliError("--watch shows text", f"leave out --output-format {output_format}")
    counted: list[tuple[bytes, bytes]] = []
    profile = None if coverage is None else Path(coverage)
    if profile is not None:
        check_profile(profile)
    options = Options(
        matches=_matcher(expression),
        stops=stops,
        only_failed=failed,
        accept=partial(accept, show_diff=is_text) if accepts else None,
        jobs=jobs or min(_JOBS_MAX, os.cpu_count() or 1),
        timeout=timeout,
        memory=memory,
        grants=grants,
        go=go,
        cc=cc,
        quiet=not is_text,
        counted=None if profile is None else counted.append,
    )
    if watch:
        _watch(modules, options)
    written = None if profile is None else lambda: write_profile(profile, options, counted)
    sys.exit(_run(modules, options, output_format, written))


def _run(
    modules: Sequence[str],
    options: Options,
    output_format: str,
    written: Callable[[], Coverage | None] | None = None,
) -> int:
    """Runs the cases, shows the results and returns the exit code."""
    is_text = output_format == "text"
    reports: list[ModuleReport] = []

    def report(one: ModuleReport) -> None:
        reports.append(one)
        if is_text:
            show_module(one, width)

    targets = targets_of(modules)
    width = max(len(name_of(target)) for target in targets)
    try:
        deselected = complete(run_targets(targets, options, report))
    except KeyboardInterrupt:
        if is_text and reports:
            show_summary(reports, interrupted=True)
        raise
    if not reports:
        if deselected:
            raise CliError(f"none of {deselected} cases matches", "`modgo test` without -k runs all")
        raise CliError("there are no cases", "write one as testdata/udf/NAME.case.yaml")
    coverage = None if written is None else written()
    if is_text:
        show_summary(reports)
        if coverage is not None:
            say(f"coverage: {coverage.percent:.1f}% of statements, in {coverage.profile}")
    elif output_format == "junit":
        say(report_junit(reports))
    else:
        more = {} if coverage is None else {"coverage": msgspec.to_builtins(coverage)}
        write_json({**_json(reports), **more})
    return max(one.exit_code for one in reports)


def _watch(modules: Sequence[str], options: Options) -> NoReturn:
    """Runs the cases again whenever a file changes, until Ctrl-C."""
    from modgo_lsp.cli.lint.watch import changes  # 8 ms of a run without --watch

    watched = [str(target.path) for target in targets_of(modules)]
    changed = changes(watched, set(), lambda path: f"/{SAMPLES}/" in Path(path).as_posix())
    while True:
        next(changed)
        if sys.stdout.isatty():
            click.clear()
        try:
            _run(modules, options, "text")
        except CliError as error:  # the next change may correct it
            error.show()
        say("Watching for changes; Ctrl-C ends it.")
        sys.stdout.flush()


def _matcher(expression: str | None) -> Matcher | None:
    try:
        return None if expression is None else matcher(expression)
    except ExpressionError as error:
        raise CliError(error.message, error.remedy) from None


def _json(reports: list[ModuleReport]) -> dict[str, Any]:
    """The cases of all modules, then why others could not be run."""
    results = [result for one in reports for result in one.results]
    problems = [problem for one in reports for problem in one.problems]
    findings = [finding for one in reports if one.unbuilt is not None for finding in one.unbuilt.findings]
    errors = [ModuleError(one.name, one.failure) for one in reports if one.failure is not None]
    return cases_json(results, problems, shown_path, findings_json(findings, str(Path.cwd())), errors)
