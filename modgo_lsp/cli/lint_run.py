"""What `modgo lint` does: findings in files and folders, and their fixes.

A run that finds all as it was need not load click. Not for: what is found (lint/) or how it is shown
(report/), nor reading the command line (lint.py, lint_words.py).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.build.lint_worker_count import Crew
from modgo_lsp.cli.counting import counting
from modgo_lsp.cli.terminal import is_coloured, say
from modgo_lsp.golang.files import DiskFiles, Files, OverlayFiles
from modgo_lsp.lint.apply_fixes import Fixed, best, fix_paths
from modgo_lsp.lint.config import configuration
from modgo_lsp.lint.lint_paths import Outcome, absolute, lint_paths
from modgo_lsp.lint.lint_result import finding_order
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.lint.target_folders import NO_FILES
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.lint_report import LintReport, format_report
from modgo_lsp.report.problems import problems_of
from modgo_lsp.report.sources import Sources, printable
from modgo_lsp.report.terminal_escapes import shown
from modgo_lsp.rules.mg406_toolchain import RULE as TOOLCHAIN

if TYPE_CHECKING:
    from modgo_lsp.model.load import Loader

_MOST_INPUT = 64 << 20  # bytes, of a file that people write
# How many of the files that were passed over are named.
_FEW_PATHS = 5
_SEVERITIES = ("error", "warning", "information", "hint")
FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit")
FAIL_ON = (*_SEVERITIES, "never")


class Options(msgspec.Struct, frozen=True):
    """The command line, as given."""

    paths: tuple[str, ...] = ()
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    output_format: str = FORMATS[0]
    exit_zero: bool = False
    fail_on: str | None = None
    statistics: bool = False
    stdin_filename: str | None = None
    baseline: str | None = None
    write_baseline: bool = False
    force: bool = False
    watch: bool = False
    build: bool = False
    no_cache: bool = False


def lint(options: Options) -> int:
    """Lints as the options say, and shows it: the exit code."""
    files, paths = _input(options)
    if options.watch:
        _watch(options, files, paths)
        code = 0
    elif options.write_baseline:
        from modgo_lsp.cli.lint_baseline import write_baseline_of

        with _machine(options) as machine:
            code = write_baseline_of(options, files, paths, _overrides(options), machine)
    elif options.fix or options.diff:
        with _machine(options) as machine:
            kept = _Kept()
            may_change = kept.may_change if options.stdin_filename is None else lambda _: True
            unsafe = options.unsafe_fixes
            fixed = fix_paths(paths, files, _overrides(options), unsafe, machine, may_change)
        code = _mend(options, fixed, files)
        for path, why in kept.reasons():
            _complain(f"Note: {Sources(files, os.getcwd()).shown(path)} is not mended: {printable(why)}")
    else:
        outcome = _looked_at(options, files, paths)
        _show(options, outcome, files)
        code = _exit_code(options, outcome)
    return code


def _input(options: Options) -> tuple[Files, list[str]]:
    """Where to read from, and what; the standard input becomes a file over the disk."""
    if options.stdin_filename is None:
        return DiskFiles(), list(options.paths) or ["."]
    from modgo_lsp.golang.syntax.document import parse

    path = absolute(options.stdin_filename)
    text = sys.stdin.buffer.read(_MOST_INPUT + 1)
    if len(text) > _MOST_INPUT:
        from modgo_lsp.cli.failure import CliError

        raise CliError(f"the standard input has more than {_MOST_INPUT >> 20} MiB", "lint a smaller file")
    document = parse(path, text)
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
    return msgspec.structs.replace(
        outcome, findings=tuple(sorted((*outcome.findings, *more), key=finding_order))
    )


@contextmanager
def _machine(options: Options) -> Iterator[Machine]:
    """What lint may use of this machine."""
    cache, store = (None, None) if options.no_cache else (DiskFactsCache(), DiskStore())
    # What watches the files has threads, which a fork would not take along.
    crew = None if options.watch else Crew(cache)
    # Nothing that a run makes is garbage before its end: looking for it would take a fifth of the time.
    gc.disable()
    try:
        with counting() as show:
            yield Machine(find_go_environment, cache, store, crew, *_counts(show))
    finally:
        if not options.watch:
            gc.freeze()
        gc.enable()


def _counts(
    show: Callable[[str], None] | None,
) -> tuple[Callable[[int, int], None] | None, Callable[[int, str], None] | None]:
    """What shows how many packages are judged, and how many folders were looked into."""
    if show is None:
        return None, None
    from shutil import get_terminal_size

    width = max(20, get_terminal_size().columns - 45)

    def judged(done: int, total: int) -> None:
        show(f"Judging packages: {done}/{total}")

    def walked(count: int, folder: str) -> None:
        place = printable(folder if len(folder) <= width else f"…{folder[-width:]}")
        show(f"Looking for packages: {count:,} folders, {shown(place)}")

    return judged, walked


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
    sources = Sources(files, os.getcwd(), outcome.documents)
    if options.statistics:
        from modgo_lsp.report.statistics import statistics_json, statistics_text

        as_json = options.output_format == "json"
        _echo(statistics_json(outcome.findings) if as_json else statistics_text(outcome.findings))
    else:
        _report(options, outcome, sources)
    for directory in outcome.without_module:
        _complain(
            f"Note: {sources.shown(directory)} belongs to no Go module, so what it imports stays unknown; "
            "`go mod init` makes one"
        )
    for note in (*_unread(outcome), *_passed_over(options, outcome, sources)):
        _complain(f"Note: {printable(note)}")
    for problem in outcome.problems:
        _complain(f"Error: {printable(str(problem))}")


def _report(options: Options, outcome: Outcome, sources: Sources) -> None:
    """Writes the findings in the format that the options name."""
    problems = problems_of(outcome.problems, sources)
    paint = Painter(is_coloured(sys.stdout))
    report = LintReport(outcome.findings, sources, problems, outcome.counts, paint)
    is_text = options.output_format == "text"
    _echo(format_report(report, options.output_format), gap=is_text)
    if is_text:
        from modgo_lsp.report.text import closing_line

        _echo(closing_line(outcome.findings, outcome.counts))
        if not (options.fix or options.diff):
            _echo(_fixable(outcome.findings))


def _unread(outcome: Outcome) -> Iterator[str]:
    """What couldn't be judged, for it hangs on source that isn't here."""
    if not outcome.unread:
        return
    from modgo_lsp.golang.types.imports import may_be_standard

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


def _passed_over(options: Options, outcome: Outcome, sources: Sources) -> Iterator[str]:
    """What was not looked at, though it was asked for."""
    if os.sep in map(absolute, options.paths):
        yield f"{', '.join(f'/{name}' for name in NO_FILES)} are left out: they hold no source"
    if outcome.passed_over:
        few = ", ".join(map(sources.shown, outcome.passed_over[:_FEW_PATHS]))
        more = len(outcome.passed_over) - _FEW_PATHS
        yield (
            f"not looked at, for it can't be read or is larger than max-file-size: {few}"
            f"{f' and {more} more' if more > 0 else ''}"
        )


def _echo(text: str, gap: bool = False) -> None:
    """Writes to the standard output, as click would."""
    if not text:
        return
    text = shown(text) + "\n" * gap
    if sys.platform != "win32" and sys.stdout.encoding == "utf-8":
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    else:
        from click import echo

        echo(text, color=True)


def _complain(text: str) -> None:
    """Writes a line to the standard error."""
    say(text, err=True)


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
        diff = unified_diff(fixed.changes).rstrip("\n")
        if sys.stdout.isatty():
            _echo(diff)
        elif diff:  # a patch, with all that the source has in it
            sys.stdout.write(f"{diff}\n")
        for problem in fixed.outcome.problems:
            _complain(f"Error: {printable(str(problem))}")
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


class _Kept:
    """The files that --fix must not change, as far as it was asked."""

    def __init__(self) -> None:
        self._why: dict[str, str | None] = {}

    def may_change(self, path: str) -> bool:
        from modgo_lsp.cli.rewrite import why_not_writable

        if path not in self._why:
            self._why[path] = why_not_writable(path)
        return self._why[path] is None

    def reasons(self) -> list[tuple[str, str]]:
        """By path, those that would have been changed."""
        return [(path, why) for path, why in sorted(self._why.items()) if why is not None]


def _watch(options: Options, files: Files, paths: list[str]) -> None:
    """--watch: until Ctrl-C."""
    from modgo_lsp.cli.watch import changes

    outcome: Outcome | None = None
    baselines: set[str] = set()
    for _ in changes(paths, baselines):
        if sys.stdout.isatty():
            from click import clear

            clear()
        outcome = _looked_at(options, files, paths, outcome.loaders if outcome else None)
        baselines.update(_baselines(options, files, paths))
        _show(options, outcome, files)
        if options.output_format == "text":
            _echo("Watching for changes; Ctrl-C ends it.")
        sys.stdout.flush()


def _baselines(options: Options, files: Files, paths: list[str]) -> Iterator[str]:
    """The paths of the baselines in effect."""
    from pathlib import Path

    for path in paths:
        settings = configuration(absolute(path), files, _overrides(options)).settings
        if settings.baseline is not None:
            yield str(Path(settings.root, settings.baseline))


def _exit_code(options: Options, outcome: Outcome) -> int:
    # With --build: a module that could not be built for want of a toolchain says nothing about its code.
    if outcome.problems or any(finding.code == TOOLCHAIN.code for finding in outcome.findings):
        return 2
    if options.exit_zero or outcome.fail_on == "never":
        return 0
    worst = _SEVERITIES.index(outcome.fail_on)
    return int(any(_SEVERITIES.index(finding.severity) <= worst for finding in outcome.findings))
