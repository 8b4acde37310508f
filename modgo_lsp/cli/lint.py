"""`modgo lint`: findings in files and folders, and their fixes.

Not for: what is found (lint/) or how it is shown (report/).
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.lint_crew import Crew
from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.cli.completion import files, rules
from modgo_lsp.cli.failure import CliError, is_coloured
from modgo_lsp.cli.progress import counting
from modgo_lsp.lint.check import order
from modgo_lsp.lint.config import configuration
from modgo_lsp.lint.fix import Fixed, best, fix_paths
from modgo_lsp.lint.modules import Machine
from modgo_lsp.lint.run import Outcome, absolute, lint_paths
from modgo_lsp.model.files import DiskFiles, Files, OverlayFiles
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.sources import Sources, printable
from modgo_lsp.report.style import Painter

if TYPE_CHECKING:
    from modgo_lsp.model.load import Loader

_SEVERITIES = ("error", "warning", "information", "hint")


class Options(msgspec.Struct, frozen=True):
    """The command line, as given."""

    paths: tuple[str, ...]
    fix: bool
    unsafe_fixes: bool
    diff: bool
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    output_format: str
    exit_zero: bool
    fail_on: str | None
    statistics: bool
    stdin_filename: str | None
    baseline: str | None
    write_baseline: bool
    watch: bool
    build: bool
    no_cache: bool


@click.command(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exits with 0 where nothing is wrong, 1 for findings of severity --fail-on or worse (or, with "
    "--diff, where there is something to mend), 2 for a path or a setting that is wrong.",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=files)
@click.option("--fix", is_flag=True, help="Mend what can be mended safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Also take fixes that may change what code means.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    shell_complete=rules,
    help="Report these rules alone: MG101,MG2",
)
@click.option(
    "--ignore", multiple=True, metavar="CODES", shell_complete=rules, help="Don't report these rules."
)
@click.option(
    "--output-format",
    type=click.Choice(["text", "concise", "json", "sarif", "github", "gitlab", "junit"]),
    default="text",
    show_default=True,
    help="How to show findings.",
)
@click.option("--statistics", is_flag=True, help="Show how often each rule is broken instead.")
@click.option(
    "--fail-on", type=click.Choice([*_SEVERITIES, "never"]), help="Least severity to exit with 1 for."
)
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option(
    "--stdin-filename",
    metavar="FILE",
    shell_complete=files,
    help="Lint the standard input in the place of FILE.",
)
@click.option("--baseline", metavar="FILE", shell_complete=files, help="Don't report what this file knows.")
@click.option("--write-baseline", is_flag=True, help="Write what is found to the baseline instead.")
@click.option("-w", "--watch", is_flag=True, help="Lint again whenever a file changes.")
@click.option("--no-cache", is_flag=True, help="Judge everything anew, and keep nothing for the next run.")
@click.option("--build", is_flag=True, help="Also build and load the modules, and report what that says.")
def command(**given: Any) -> None:
    """Say what is wrong with the UDFs in files and folders (default: below this one), and mend it.

    A folder is walked like ./..., without testdata, vendor, node_modules, names that begin with _ or a dot,
    and what .gitignore names.

    \b
    Examples:
      modgo lint                                  everything below this folder
      modgo lint ./counters --fix                 mend what can be mended safely
      modgo lint --diff --unsafe-fixes            look at the fixes first
      modgo lint --select MG1 --output-format json
      modgo lint - --stdin-filename counters.go < edited.go
      modgo lint --write-baseline                 from here on, only news
      modgo lint --build                          and what the compiler and the loader say
    """
    options = Options(**given)
    _check_together(options)
    files, paths = _input(options)
    if options.watch:
        _watch(options, files, paths)
        code = 0
    elif options.write_baseline:
        code = _write_baseline(options, files, paths)
    elif options.fix or options.diff:
        with _machine(options) as machine:
            fixed = fix_paths(paths, files, _overrides(options), options.unsafe_fixes, machine)
        code = _mend(options, fixed, files)
    else:
        outcome = _looked_at(options, files, paths)
        _show(options, outcome, files)
        code = _exit_code(options, outcome)
    sys.exit(code)


def _check_together(options: Options) -> None:
    """Refuses options that contradict each other."""
    alone = [name for name in ("fix", "diff", "write_baseline", "watch") if getattr(options, name)]
    alone = [name for name in alone if (name, "diff" in alone) != ("fix", True)]  # --fix --diff only shows
    words = ["--" + name.replace("_", "-") for name in alone]
    if options.stdin_filename is not None and {"write_baseline", "watch"} & set(alone):
        words = ["--stdin-filename", words[-1]]
    if options.build and ((alone and alone != ["watch"]) or options.stdin_filename is not None):
        words = ["--build", "--stdin-filename" if options.stdin_filename is not None else words[0]]
    if len(words) > 1:
        raise CliError(f"{' and '.join(words)} don't go together", "leave one of them out")


def _input(options: Options) -> tuple[Files, list[str]]:
    """Where to read from, and what; the standard input becomes a file over the disk."""
    named = [path for path in options.paths if path != "-"]
    if options.stdin_filename is None:
        if "-" in options.paths:
            raise CliError("the standard input has no name", "say --stdin-filename FILE, as an editor would")
        return DiskFiles(), named or ["."]
    if named:
        raise CliError("--stdin-filename and other paths don't go together", "leave the other paths out")
    if not options.stdin_filename.endswith(".go"):
        raise CliError(f"{options.stdin_filename} is no Go file", "name a file that ends in .go")
    from modgo_lsp.syntax.document import parse

    path = absolute(options.stdin_filename)
    document = parse(path, sys.stdin.buffer.read())
    return OverlayFiles(DiskFiles(), {path: document}), [path]


def _looked_at(
    options: Options, files: Files, paths: list[str], previous: Mapping[str, Loader] | None = None
) -> Outcome:
    """What lint finds and, with --build, what building and loading say."""
    with _machine(options) as machine:
        outcome = lint_paths(paths, files, _overrides(options), previous, machine)
    if not options.build:
        return outcome
    from modgo_lsp.cli.lint_build import built_findings

    quiet = options.output_format not in ("text", "concise")
    more = built_findings(outcome, quiet)
    return msgspec.structs.replace(outcome, findings=tuple(sorted((*outcome.findings, *more), key=order)))


@contextmanager
def _machine(options: Options) -> Iterator[Machine]:
    """What lint may use of this machine."""
    cache, store = (None, None) if options.no_cache else (DiskFactsCache(), DiskStore())
    # What watches the files has threads, which a fork would not take along.
    crew = None if options.watch else Crew(cache)
    # Nothing that a run makes is garbage before its end: looking for it would take a fifth of the time.
    gc.disable()
    try:
        with counting("Judging packages:", quiet=False) as count:
            yield Machine(find_go_environment, cache, store, crew, count)
    finally:
        if not options.watch:
            gc.freeze()
        gc.enable()


def _overrides(options: Options) -> dict[str, Any]:
    """The settings that the command line gives. --select starts afresh: what a file ignores is forgotten."""
    overrides: dict[str, Any] = {}
    if options.select:
        overrides["select"] = _codes(options.select)
        overrides["ignore"] = []
    if options.ignore:
        overrides["ignore"] = _codes(options.ignore)
    if options.fail_on:
        overrides["fail-on"] = options.fail_on
    if options.baseline is not None and not options.write_baseline:
        overrides["baseline"] = absolute(options.baseline)
    return overrides


def _codes(given: tuple[str, ...]) -> list[str]:
    return [code.strip() for codes in given for code in codes.split(",") if code.strip()]


def _show(options: Options, outcome: Outcome, files: Files) -> None:
    """Writes the report; what is wrong with the run itself goes to the standard error."""
    sources = Sources(files, str(Path.cwd()), outcome.documents)
    if options.statistics:
        from modgo_lsp.report.statistics import statistics_json, statistics_text

        as_json = options.output_format == "json"
        _echo(statistics_json(outcome.findings) if as_json else statistics_text(outcome.findings))
    else:
        _report(options, outcome, sources)
    for directory in outcome.without_module:
        click.echo(
            f"Note: {sources.shown(directory)} belongs to no Go module, so what it imports stays unknown; "
            "`go mod init` makes one",
            err=True,
        )
    for note in _unread(outcome):
        click.echo(f"Note: {printable(note)}", err=True)
    for problem in outcome.problems:
        click.echo(f"Error: {printable(str(problem))}", err=True)


def _report(options: Options, outcome: Outcome, sources: Sources) -> None:
    """Writes the findings in the format that was asked for; each format loads what it needs itself."""
    findings, counts = outcome.findings, outcome.counts
    if options.output_format == "json":
        from modgo_lsp.report.json import report_json

        _echo(report_json(findings, counts, sources))
    elif options.output_format == "sarif":
        from modgo_lsp.report.sarif import report_sarif

        _echo(report_sarif(findings, sources, [printable(str(each)) for each in outcome.problems]))
    elif options.output_format == "github":
        from modgo_lsp.report.github import report_github

        _echo(report_github(findings, sources))
    elif options.output_format == "gitlab":
        from modgo_lsp.report.gitlab import report_gitlab

        _echo(report_gitlab(findings, sources))
    elif options.output_format == "junit":
        from modgo_lsp.report.junit import report_junit

        _echo(report_junit(findings, sources))
    elif options.output_format == "concise":
        from modgo_lsp.report.concise import report_concise

        _echo(report_concise(findings, sources, Painter(is_coloured(sys.stdout))))
    else:
        from modgo_lsp.report.text import closing_line, report_text

        _echo(report_text(findings, sources, Painter(is_coloured(sys.stdout))), gap=True)
        _echo(closing_line(findings, counts))
        if not (options.fix or options.diff):
            _echo(_fixable(findings))


def _unread(outcome: Outcome) -> Iterator[str]:
    """What couldn't be judged, for it hangs on source that isn't here."""
    if not outcome.unread:
        return
    from modgo_lsp.model.imports import may_be_standard

    library = [path for path in outcome.unread if may_be_standard(path)]
    others = [path for path in outcome.unread if path not in library]
    if library and not outcome.go_found:
        yield (
            f"Go was not found, so the types of its library ({', '.join(library)}) are not judged; "
            "`modgo doctor` says what to do"
        )
    if others:
        yield (
            f"the source of {', '.join(others)} is not here, so types from there are not judged; "
            "`go mod download` fetches what go.mod requires"
        )


def _echo(text: str, gap: bool = False) -> None:
    if text:
        click.echo(text + "\n" * gap, color=True)


def _fixable(findings: tuple[Finding, ...]) -> str:
    safe = sum(best(finding, False) is not None for finding in findings)
    unsafe = sum(best(finding, True) is not None for finding in findings) - safe
    told = [f"{safe} can be mended with --fix"] * (safe > 0)
    told += [f"{unsafe} {'more ' * (safe > 0)}with --fix --unsafe-fixes"] * (unsafe > 0)
    return f"{', '.join(told)}." if told else ""


def _mend(options: Options, fixed: Fixed, files: Files) -> int:
    """--fix and --diff: the exit code."""
    from modgo_lsp.cli.rewrite import unified_diff, write_changes

    if options.diff:
        _echo(unified_diff(fixed.changes).rstrip("\n"))
        for problem in fixed.outcome.problems:
            click.echo(f"Error: {printable(str(problem))}", err=True)
        return 2 if fixed.outcome.problems else int(bool(fixed.changes) and not options.exit_zero)
    if options.stdin_filename is not None:
        path = absolute(options.stdin_filename)
        sys.stdout.buffer.write(fixed.changes[path][1] if path in fixed.changes else files.read(path))
        return _exit_code(options, fixed.outcome)
    write_changes(fixed.changes)
    _show(options, fixed.outcome, files)
    if fixed.count and options.output_format == "text":
        _echo(f"Mended {fixed.count} in {len(fixed.changes)} file{'s' * (len(fixed.changes) > 1)}.")
    return _exit_code(options, fixed.outcome)


def _write_baseline(options: Options, files: Files, paths: list[str]) -> int:
    """--write-baseline: the exit code."""
    from modgo_lsp.cli.rewrite import write_file
    from modgo_lsp.lint.baseline import DEFAULT_NAME, write_baseline

    # What an older baseline knows is found again, so that it can be told anew.
    with _machine(options) as machine:
        outcome = lint_paths(paths, files, {**_overrides(options), "baseline": None}, machine=machine)
    configured = configuration(absolute(paths[0]), files).settings
    named = options.baseline or (
        str(Path(configured.root, configured.baseline)) if configured.baseline else DEFAULT_NAME
    )
    path = Path(absolute(named))
    write_file(path, write_baseline(outcome.findings, str(path.parent)))
    sources = Sources(files, str(Path.cwd()))
    count = len(outcome.findings)
    _echo(f"{sources.shown(str(path))} knows {count} finding{'s' * (count != 1)} from now on.")
    if configured.baseline is None:
        _echo(f"Lint with --baseline {sources.shown(str(path))}, or name it as `baseline` in modgo.toml.")
    for problem in outcome.problems:
        click.echo(f"Error: {printable(str(problem))}", err=True)
    return 2 if outcome.problems else 0


def _watch(options: Options, files: Files, paths: list[str]) -> None:
    """--watch: until Ctrl-C."""
    from modgo_lsp.cli.watch import changes

    outcome: Outcome | None = None
    baselines: set[str] = set()
    for _ in changes(paths, baselines):
        if sys.stdout.isatty():
            click.clear()
        outcome = _looked_at(options, files, paths, outcome.loaders if outcome else None)
        baselines.update(_baselines(options, files, paths))
        _show(options, outcome, files)
        if options.output_format == "text":
            _echo("Watching for changes; Ctrl-C ends it.")
        sys.stdout.flush()


def _baselines(options: Options, files: Files, paths: list[str]) -> Iterator[str]:
    """The paths of the baselines in effect."""
    for path in paths:
        settings = configuration(absolute(path), files, _overrides(options)).settings
        if settings.baseline is not None:
            yield str(Path(settings.root, settings.baseline))


def _exit_code(options: Options, outcome: Outcome) -> int:
    if outcome.problems:
        return 2
    if options.exit_zero or outcome.fail_on == "never":
        return 0
    worst = _SEVERITIES.index(outcome.fail_on)
    return int(any(_SEVERITIES.index(finding.severity) <= worst for finding in outcome.findings))
