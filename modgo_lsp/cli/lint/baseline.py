"""`modgo lint --write-baseline`: writes a baseline, so that later runs report only new findings."""

from __future__ import annotations

import os

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.lint.options import Options, overridden_settings, scope_of
from modgo_lsp.cli.lint.output import show_problems
from modgo_lsp.cli.terminal import say
from modgo_lsp.file_writer import check_place, content_where, explain, workspace_of, write_file
from modgo_lsp.golang.files import Files
from modgo_lsp.lint.baseline import DEFAULT_NAME, is_baseline, write_baseline
from modgo_lsp.lint.config import configuration
from modgo_lsp.lint.lint_paths import absolute, lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.plural import counted
from modgo_lsp.report.sources import Sources

_BASELINE = content_where("a baseline", is_baseline)
_REMEDY = "name another file with --baseline"


def write_baseline_of(options: Options, files: Files, paths: list[str], machine: Machine) -> int:
    """Lints, writes a baseline instead of a report, and returns the exit code. Raises CliError."""
    named = global_options().config
    configured = configuration(absolute(paths[0]), files, named=named).settings
    if options.baseline is None and configured.baseline:
        # The configuration of a repository must not decide about files outside it.
        path, within = os.path.join(configured.root, configured.baseline), configured.root
    else:
        path = DEFAULT_NAME if options.baseline is None else options.baseline
        within = workspace_of(path)
    if not path:
        raise CliError("--baseline names no file", "name one, or leave it out")
    path = os.path.abspath(path)
    try:
        check_place(path, replaces=_BASELINE, within=within, force=options.force)
        # Without the old baseline, so that the new one has its findings, too.
        overrides = {**overridden_settings(options), "baseline": None}
        outcome = lint_paths(paths, files, overrides, machine=machine, scope=scope_of(options))
        text = write_baseline(outcome.findings, os.path.dirname(path))
        write_file(path, text, replaces=_BASELINE, within=within, force=options.force)
    except OSError as error:
        raise CliError(*explain(error, _REMEDY, force=True)) from None
    shown = Sources(files, os.getcwd()).shown(path)
    say(f"Wrote {counted(len(outcome.findings), 'finding')} to {shown}.")
    if configured.baseline is None:
        say(f"Lint with --baseline {shown}, or set it as `baseline` in modgo.toml.")
    show_problems(outcome)
    return 2 if outcome.problems else 0
