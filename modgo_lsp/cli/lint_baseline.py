"""`modgo lint --write-baseline`: what is found becomes what is known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from modgo_lsp.cli.failure import CliError
from modgo_lsp.cli.lint_run import Options
from modgo_lsp.cli.terminal import say
from modgo_lsp.file_writer import check_place, content_where, explain, workspace_of, write_file
from modgo_lsp.golang.files import Files
from modgo_lsp.lint.baseline import DEFAULT_NAME, is_baseline, write_baseline
from modgo_lsp.lint.config import configuration
from modgo_lsp.lint.lint_paths import absolute, lint_paths
from modgo_lsp.lint.linted_modules import Machine
from modgo_lsp.report.sources import Sources, printable

_BASELINE = content_where("a baseline", is_baseline)
_REMEDY = "name another file with --baseline"


def write_baseline_of(
    options: Options, files: Files, paths: list[str], overrides: Mapping[str, Any], machine: Machine
) -> int:
    """Lints, and writes the baseline in place of a report. Returns the exit code. Raises CliError."""
    configured = configuration(absolute(paths[0]), files).settings
    if options.baseline is None and configured.baseline:
        # A repository's configuration has no say over files elsewhere.
        path, within = os.path.join(configured.root, configured.baseline), configured.root
    else:
        path = DEFAULT_NAME if options.baseline is None else options.baseline
        within = workspace_of(path)
    if not path:
        raise CliError("--baseline names no file", "name one, or leave it out")
    path = os.path.abspath(path)
    try:
        check_place(path, replaces=_BASELINE, within=within, force=options.force)
        # What an older baseline knows is found again, so that it can be told anew.
        outcome = lint_paths(paths, files, {**overrides, "baseline": None}, machine=machine)
        text = write_baseline(outcome.findings, os.path.dirname(path))
        write_file(path, text, replaces=_BASELINE, within=within, force=options.force)
    except OSError as error:
        raise CliError(*explain(error, _REMEDY, force=True)) from None
    shown = Sources(files, os.getcwd()).shown(path)
    count = len(outcome.findings)
    say(f"{shown} knows {count} finding{'s' * (count != 1)} from now on.")
    if configured.baseline is None:
        say(f"Lint with --baseline {shown}, or name it as `baseline` in modgo.toml.")
    for problem in outcome.problems:
        say(f"Error: {printable(str(problem))}", err=True)
    return 2 if outcome.problems else 0
