"""Runs `modgo lint`: once, at every change (--watch), with fixes (--fix, --diff), or to write a baseline."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click
import msgspec

from modgo_lsp.build.facts_cache import DiskFactsCache
from modgo_lsp.build.go_environment import find_go_environment
from modgo_lsp.build.lint_store import DiskStore
from modgo_lsp.build.lint_worker_pool import LintWorkerPool
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.lint.baseline import write_baseline_of
from modgo_lsp.cli.lint.fixes import fix_list, unified_diff, why_not_writable, write_changes
from modgo_lsp.cli.lint.options import Options, overridden_settings, scope_of
from modgo_lsp.cli.lint.output import show, show_problems, write
from modgo_lsp.cli.lint.progress import counting
from modgo_lsp.cli.standard_input import read_bytes
from modgo_lsp.cli.terminal import detail, note, say
from modgo_lsp.golang.files import DiskFiles, Files, OverlayFiles
from modgo_lsp.lint.apply_fixes import Fixed, fix_paths
from modgo_lsp.lint.config import configuration
from modgo_lsp.lint.lint_paths import Outcome, absolute, lint_paths
from modgo_lsp.lint.lint_result import finding_order
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.model.finding import SEVERITIES
from modgo_lsp.plural import counted
from modgo_lsp.report.sources import Sources, printable
from modgo_lsp.report.terminal_escapes import shown
from modgo_lsp.rules.mg406_toolchain import RULE as TOOLCHAIN

# A warm `modgo lint` takes 65 ms, so functions import what few runs need: the suppressions (1 ms), shutil for
# a terminal (2 ms), the parser (8 ms), --new-since (17 ms), --watch (21 ms), --build (0.3 s).
if TYPE_CHECKING:
    from modgo_lsp.model.load import Loader


def lint(options: Options) -> int:
    """Lints as the options say, writes the result and returns the exit code. Raises CliError."""
    files, paths = _input(options)
    if options.watch:
        return _watch(options, files, paths)
    if options.write_baseline:
        with _machine(options) as machine:
            return write_baseline_of(options, files, paths, machine)
    if options.fix or options.diff:
        return _fix(options, files, paths)
    if options.add_suppressions:
        from modgo_lsp.cli.lint.suppressions import add_suppressions

        with _machine(options) as machine:
            return _exit_code(options, add_suppressions(options, files, paths, machine))
    outcome = _outcome(options, files, paths)
    if options.new_since is not None:
        from modgo_lsp.cli.lint.new_since import only_new

        outcome = only_new(outcome, options, files, paths)
    show(options, outcome, files)
    return _exit_code(options, outcome)


def _input(options: Options) -> tuple[Files, list[str]]:
    """The files to read and the paths to lint. Standard input is a file over those on disk."""
    if options.stdin_filename is None:
        return DiskFiles(), list(options.paths) or ["."]
    from modgo_lsp.golang.syntax.document import parse

    path = absolute(options.stdin_filename)
    text = read_bytes("lint a smaller file")
    return OverlayFiles(DiskFiles(), {path: parse(path, text)}), [path]


def _outcome(
    options: Options, files: Files, paths: list[str], previous: Mapping[str, Loader] | None = None
) -> Outcome:
    """The lint result, with --build also the findings of building and loading."""
    with _machine(options) as machine:
        began = time.monotonic()
        outcome = lint_paths(paths, files, overridden_settings(options), previous, machine, scope_of(options))
        _show_details(outcome, time.monotonic() - began)
    if not options.build:
        return outcome
    from modgo_lsp.cli.lint.build import built_findings

    more = built_findings(outcome, quiet=options.output_format not in ("text", "concise"))
    findings = tuple(sorted((*outcome.findings, *more), key=finding_order))
    return msgspec.structs.replace(outcome, findings=findings)


def _show_details(outcome: Outcome, seconds: float) -> None:
    """The details of a run for -v."""
    for folder, settings in outcome.modules:
        detail(f"UDF module {folder}, settings relative to {settings.root}")
    detail(f"packages: {outcome.counts.packages}, files: {outcome.counts.files}, {seconds:.2f} s")


@contextmanager
def _machine(options: Options) -> Iterator[Machine]:
    """What lint may use of this machine: Go, the caches on disk, worker processes."""
    cache, store = (None, None) if options.no_cache else (DiskFactsCache(), DiskStore())
    # --watch has threads, which a fork would not copy.
    workers = None if options.watch else LintWorkerPool(cache)
    # Almost nothing becomes garbage during a run. Collecting takes 1.3 x the processor time on 300 packages
    # without a cache, and with a cache the collection at exit alone 1.1 x: `freeze` spares it.
    gc.disable()
    try:
        with counting() as show_line:
            yield Machine(find_go_environment, cache, store, workers, *_counters(show_line))
    finally:
        if not options.watch:
            gc.freeze()
        gc.enable()


def _counters(
    show_line: Callable[[str], None] | None,
) -> tuple[Callable[[int, int], None] | None, Callable[[int, str], None] | None]:
    """Functions that show how many packages were linted, and how many folders were searched."""
    if show_line is None:
        return None, None
    from shutil import get_terminal_size

    width = max(20, get_terminal_size().columns - 45)

    def linted(done: int, total: int) -> None:
        show_line(f"Linting packages: {done}/{total}")

    def searched(count: int, folder: str) -> None:
        place = printable(folder if len(folder) <= width else f"…{folder[-width:]}")
        show_line(f"Looking for packages: {count:,} folders, {shown(place)}")

    return linted, searched


def _fix(options: Options, files: Files, paths: list[str]) -> int:
    """--fix and --diff."""
    why_not: dict[str, str | None] = {}

    def may_change(path: str) -> bool:
        if options.stdin_filename is not None:
            return True
        if path not in why_not:
            why_not[path] = why_not_writable(path)
        return why_not[path] is None

    with _machine(options) as machine:
        settings = overridden_settings(options)
        scope = scope_of(options)
        fixed = fix_paths(paths, files, settings, options.unsafe_fixes, machine, may_change, scope)
    code = _show_diff(options, fixed) if options.diff else _write_fixes(options, fixed, files)
    sources = Sources(files, os.getcwd())
    if options.show_fixes:
        say(fix_list(fixed, sources), err=True)
    for path, why in sorted(why_not.items()):
        if why is not None:
            note(f"Note: {sources.shown(path)} is not fixed: {printable(why)}")
    return code


def _show_diff(options: Options, fixed: Fixed) -> int:
    diff = unified_diff(fixed.changes).rstrip("\n")
    if sys.stdout.isatty():
        write(diff)
    elif diff:  # a patch: control characters of the source must not be escaped
        sys.stdout.write(f"{diff}\n")
    show_problems(fixed.outcome)
    return 2 if fixed.outcome.problems else int(bool(fixed.changes) and not options.exit_zero)


def _write_fixes(options: Options, fixed: Fixed, files: Files) -> int:
    if options.stdin_filename is not None:
        path = absolute(options.stdin_filename)
        sys.stdout.buffer.write(fixed.changes[path][1] if path in fixed.changes else files.read(path))
        return _exit_code(options, fixed.outcome)
    write_changes(fixed.changes)
    show(options, fixed.outcome, files)
    if fixed.fixed and options.output_format == "text":
        write(f"Fixed {len(fixed.fixed)} in {counted(len(fixed.changes), 'file')}.")
    return _exit_code(options, fixed.outcome)


def _watch(options: Options, files: Files, paths: list[str]) -> NoReturn:
    """--watch: runs until Ctrl-C."""
    from modgo_lsp.cli.lint.watch import changes

    outcome: Outcome | None = None
    baselines: set[str] = set()
    changed = changes(paths, baselines)
    while True:
        next(changed)
        if sys.stdout.isatty():
            click.clear()
        outcome = _outcome(options, files, paths, outcome.loaders if outcome else None)
        baselines.update(_baselines(options, files, paths))
        show(options, outcome, files)
        if options.output_format == "text":
            write("Watching for changes; Ctrl-C ends it.")
        sys.stdout.flush()


def _baselines(options: Options, files: Files, paths: list[str]) -> Iterator[str]:
    """The paths of the baselines in effect."""
    for path in paths:
        overrides, named = overridden_settings(options), global_options().config
        settings = configuration(absolute(path), files, overrides, named=named).settings
        if settings.baseline is not None:
            yield os.path.join(settings.root, settings.baseline)


def _exit_code(options: Options, outcome: Outcome) -> int:
    # With --build: a module that was not built for lack of a toolchain may still have errors in its code.
    if outcome.problems or any(finding.code == TOOLCHAIN.code for finding in outcome.findings):
        return 2
    if options.exit_zero or outcome.fail_on == "never":
        return 0
    worst = SEVERITIES.index(outcome.fail_on)
    return int(any(SEVERITIES.index(finding.severity) <= worst for finding in outcome.findings))
