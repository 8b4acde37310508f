"""`modgo lint`: its options, and which of them can be combined. run.py does the work."""

from __future__ import annotations

import sys
from typing import Any

import click

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, output_format_option
from modgo_lsp.cli.completion import files, rules
from modgo_lsp.cli.lint.options import FAIL_ON, FORMATS, Options
from modgo_lsp.cli.lint.run import lint


@click.command(
    cls=Command,
    epilog="Exits with 0 without findings, 1 for findings of severity --fail-on or worse (with --diff: if "
    "there is something to fix), 2 for a wrong path, option or setting.",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=files)
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Also apply fixes that may change the meaning of code.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, without changing it.")
@click.option("--show-fixes", is_flag=True, help="List the fixes that --fix applies, or --diff shows.")
@click.option("--add-suppressions", is_flag=True, help="Add //modgo:ignore comments for all findings.")
@click.option("--reason", metavar="TEXT", help="The reason to write into them.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    shell_complete=rules,
    help="Report only these rules: MG101,MG2",
)
@click.option(
    "--ignore", multiple=True, metavar="CODES", shell_complete=rules, help="Don't report these rules."
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help="Don't lint these files and folders, as in .gitignore: gen/",
)
@output_format_option(*FORMATS)
@click.option("--statistics", is_flag=True, help="Show the number of findings of each rule instead.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="Least severity to exit with 1 for.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option(
    "--stdin-filename",
    metavar="FILE",
    shell_complete=files,
    help="Lint standard input as the content of FILE.",
)
@click.option(
    "--baseline", metavar="FILE", shell_complete=files, help="Don't report findings that are in this file."
)
@click.option("--write-baseline", is_flag=True, help="Write the findings to the baseline instead.")
@click.option("--force", is_flag=True, help="Replace the file even if it is not a baseline.")
@click.option("--new-since", metavar="REV", help="Report only findings that this git revision does not have.")
@click.option("-w", "--watch", is_flag=True, help="Lint again whenever a file changes.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--build", is_flag=True, help="Also build and load the modules, and report their errors.")
def command(**given: Any) -> None:
    """Find problems in the UDFs of files and folders (default: this one), and fix them.

    A folder is searched like ./..., without testdata, vendor, node_modules, names that begin with _ or a
    dot, and files that .gitignore excludes.

    \b
    Examples:
      modgo lint                                  everything below this folder
      modgo lint ./counters --fix                 apply the safe fixes
      modgo lint --diff --unsafe-fixes            show all fixes first
      modgo lint --select MG1 --output-format json
      modgo lint - --stdin-filename counters.go < edited.go
      modgo lint --write-baseline                 report only new findings from now on
      modgo lint --new-since main                 report what the branch adds
      modgo lint --add-suppressions --reason "known, see #12"
      modgo lint --build                          with errors of the compiler and the loader
    """
    options = Options(**given)
    _check_together(options)
    _check_input(options)
    sys.exit(lint(options))


# Options of which only one can be given, except that --fix --diff only shows.
_ALONE = ("fix", "diff", "write_baseline", "add_suppressions", "watch")


def _check_together(options: Options) -> None:
    """Rejects options that cannot be combined."""
    alone = [name for name in _ALONE if getattr(options, name)]
    alone = [name for name in alone if (name, "diff" in alone) != ("fix", True)]  # --fix --diff only shows
    words = ["--" + name.replace("_", "-") for name in alone]
    if options.stdin_filename is not None and {"write_baseline", "add_suppressions", "watch"} & set(alone):
        words = ["--stdin-filename", words[-1]]
    if options.build and ((alone and alone != ["watch"]) or options.stdin_filename is not None):
        words = ["--build", "--stdin-filename" if options.stdin_filename is not None else words[0]]
    if options.new_since is not None and (alone or options.build or options.stdin_filename is not None):
        other = "--build" if options.build else "--stdin-filename"
        words = ["--new-since", words[0] if words else other]
    if options.show_fixes and not (options.fix or options.diff):
        raise CliError("--show-fixes needs --fix or --diff", "add one of them")
    if options.reason is not None and not options.add_suppressions:
        raise CliError("--reason needs --add-suppressions", "add it, or leave --reason out")
    if options.force and not options.write_baseline:
        raise CliError("--force needs --write-baseline", "leave it out")
    if len(words) > 1:
        raise CliError(f"{' and '.join(words)} cannot be combined", "leave one of them out")


def _check_input(options: Options) -> None:
    """Rejects standard input without a file name or with other paths."""
    if options.stdin_filename is None:
        if "-" in options.paths:
            raise CliError("standard input has no file name", "add --stdin-filename FILE")
    elif any(path != "-" for path in options.paths):
        raise CliError("--stdin-filename and other paths cannot be combined", "leave the other paths out")
    elif not options.stdin_filename.endswith(".go"):
        raise CliError(f"{options.stdin_filename} is no Go file", "name a file that ends in .go")
