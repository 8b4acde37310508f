"""`modgo lint`: its options, and which of them can be combined. lint_run.py does the work."""

from __future__ import annotations

import sys
from typing import Any

import click

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.completion import files, rules
from modgo_lsp.cli.lint_options import FAIL_ON, FORMATS, Options
from modgo_lsp.cli.lint_run import lint


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
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="How to show findings.",
)
@click.option("--statistics", is_flag=True, help="Show how often each rule is broken instead.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="Least severity to exit with 1 for.")
@click.option("-e", "--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option(
    "--stdin-filename",
    metavar="FILE",
    shell_complete=files,
    help="Lint the standard input in the place of FILE.",
)
@click.option("--baseline", metavar="FILE", shell_complete=files, help="Don't report what this file knows.")
@click.option("--write-baseline", is_flag=True, help="Write what is found to the baseline instead.")
@click.option("--force", is_flag=True, help="Replace the file even if it is not a baseline.")
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
    _check_input(options)
    sys.exit(lint(options))


def _check_together(options: Options) -> None:
    """Refuses options that contradict each other."""
    alone = [name for name in ("fix", "diff", "write_baseline", "watch") if getattr(options, name)]
    alone = [name for name in alone if (name, "diff" in alone) != ("fix", True)]  # --fix --diff only shows
    words = ["--" + name.replace("_", "-") for name in alone]
    if options.stdin_filename is not None and {"write_baseline", "watch"} & set(alone):
        words = ["--stdin-filename", words[-1]]
    if options.build and ((alone and alone != ["watch"]) or options.stdin_filename is not None):
        words = ["--build", "--stdin-filename" if options.stdin_filename is not None else words[0]]
    if options.force and not options.write_baseline:
        raise CliError("--force is about --write-baseline", "leave it out")
    if len(words) > 1:
        raise CliError(f"{' and '.join(words)} don't go together", "leave one of them out")


def _check_input(options: Options) -> None:
    """Refuses a standard input without a name, and one with paths beside it."""
    if options.stdin_filename is None:
        if "-" in options.paths:
            raise CliError("the standard input has no name", "say --stdin-filename FILE, as an editor would")
    elif any(path != "-" for path in options.paths):
        raise CliError("--stdin-filename and other paths don't go together", "leave the other paths out")
    elif not options.stdin_filename.endswith(".go"):
        raise CliError(f"{options.stdin_filename} is no Go file", "name a file that ends in .go")
