"""Writes the findings of `modgo lint` to the standard output, and notes and errors to the standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.lint.options import Options
from modgo_lsp.cli.terminal import is_coloured, note, say
from modgo_lsp.golang.files import Files
from modgo_lsp.lint.apply_fixes import best
from modgo_lsp.lint.lint_paths import Outcome, absolute
from modgo_lsp.lint.target_folders import NO_FILES
from modgo_lsp.model.finding import Finding
from modgo_lsp.report.colours import Painter
from modgo_lsp.report.lint_report import LintReport, format_report
from modgo_lsp.report.problems import problems_of
from modgo_lsp.report.sources import Sources, printable
from modgo_lsp.report.statistics import statistics_json, statistics_text
from modgo_lsp.report.terminal_escapes import shown
from modgo_lsp.report.text import closing_line

_MOST_PATHS = 5  # that a note lists


def show(options: Options, outcome: Outcome, files: Files) -> None:
    """Writes the report, then notes and errors of the run."""
    sources = Sources(files, os.getcwd(), outcome.documents)
    if options.statistics:
        as_json = options.output_format == "json"
        write(statistics_json(outcome.findings) if as_json else statistics_text(outcome.findings))
    else:
        _report(options, outcome, sources)
    for directory in outcome.without_module:
        note(
            f"Note: {sources.shown(directory)} belongs to no Go module, so its imports cannot be resolved; "
            "`go mod init` makes one"
        )
    for text in (*_missing_source(outcome), *_skipped(options, outcome, sources)):
        note(f"Note: {printable(text)}")
    show_problems(outcome)


def show_problems(outcome: Outcome) -> None:
    for problem in outcome.problems:
        say(f"Error: {printable(str(problem))}", err=True)


def _report(options: Options, outcome: Outcome, sources: Sources) -> None:
    """Writes the findings in the format that the options name."""
    problems = problems_of(outcome.problems, sources)
    paint = Painter(is_coloured(sys.stdout))
    report = LintReport(outcome.findings, sources, problems, outcome.counts, paint)
    is_text = options.output_format == "text"
    write(format_report(report, options.output_format), gap=is_text)
    if is_text and not global_options().quiet:
        write(closing_line(outcome.findings, outcome.counts))
        if not (options.fix or options.diff):
            write(_fixable(outcome.findings))


def _missing_source(outcome: Outcome) -> Iterator[str]:
    """Names the imported packages whose source was not found."""
    if not outcome.unread:
        return
    # The types, of which a run that finds every result in the cache needs nothing else, take 30 ms.
    from modgo_lsp.golang.types.imports import may_be_standard

    library = [path for path in outcome.unread if may_be_standard(path)]
    others = [path for path in outcome.unread if path not in library]
    if library and not outcome.go_found:
        yield (
            f"Go was not found, so types of its library ({', '.join(library)}) are not checked; "
            "`modgo doctor` shows what to do"
        )
    if others:
        yield (
            f"the source of {', '.join(others)} was not found, so its types are not checked; "
            "`go mod download` fetches what go.mod requires"
        )


def _skipped(options: Options, outcome: Outcome, sources: Sources) -> Iterator[str]:
    """Names the folders and files that were not linted although the paths include them."""
    if os.sep in map(absolute, options.paths):
        yield f"{', '.join(f'/{name}' for name in NO_FILES)} are skipped: they contain no source"
    if outcome.excluded:
        named = _few(outcome.excluded, sources)
        yield f"not linted, because --exclude or the setting `exclude` covers it: {named}"
    if outcome.passed_over:
        yield f"skipped, unreadable or larger than max-file-size: {_few(outcome.passed_over, sources)}"


def _few(paths: tuple[str, ...], sources: Sources) -> str:
    """The first paths, and how many others there are."""
    more = len(paths) - _MOST_PATHS
    return ", ".join(map(sources.shown, paths[:_MOST_PATHS])) + (f" and {more} more" if more > 0 else "")


def write(text: str, gap: bool = False) -> None:
    """Writes text, unless it is empty, to the standard output; with `gap` an empty line after it."""
    if text:
        click.echo(shown(text) + "\n" * gap, color=True)


def _fixable(findings: tuple[Finding, ...]) -> str:
    safe = sum(best(finding, False) is not None for finding in findings)
    unsafe = sum(best(finding, True) is not None for finding in findings) - safe
    parts = [f"{safe} can be fixed with --fix"] * (safe > 0)
    parts += [f"{unsafe} {'more ' * (safe > 0)}with --fix --unsafe-fixes"] * (unsafe > 0)
    return f"{', '.join(parts)}." if parts else ""
