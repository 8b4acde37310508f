"""`modgo config`: shows the settings in effect, and where each comes from."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click
import msgspec

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.completion import folders
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.terminal import say
from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.config import KEYS, configuration, schema


@click.command(cls=Command)
@click.argument("directory", default=".", metavar="[FOLDER]", shell_complete=folders)
@click.option("--schema", "show_schema", is_flag=True, help="The JSON schema of modgo.toml.")
@json_option
def command(directory: str, show_schema: bool, as_json: bool) -> None:
    """Show the settings in effect in FOLDER (default: this one), and where each comes from.

    Settings are read from modgo.toml, or [tool.modgo] in pyproject.toml, in the nearest folder upwards.

    \b
    Examples:
      modgo config
      modgo config ./counters --json
      modgo config --schema > modgo.schema.json
    """
    if show_schema:
        say(json.dumps(schema(), indent=2))
        return
    if not Path(directory).is_dir():
        raise CliError(f"{directory}: no such folder", "name the folder of a package or module")
    found = configuration(str(Path(directory).resolve()), DiskFiles(), named=global_options().config)
    values = msgspec.to_builtins(found.settings)
    if as_json:
        settings = {key: {"value": values[key], "source": found.sources[key]} for key in KEYS}
        say(json.dumps({"file": found.file, "settings": settings}, indent=2))
    else:
        width = max(len(key) for key in KEYS)
        for key in KEYS:
            say(f"{key:<{width}} = {json.dumps(values[key])}  ({_shown(found.sources[key])})")
    for problem in found.problems:
        say(f"Error: {problem}", err=True)
    sys.exit(2 if found.problems else 0)


def _shown(source: str) -> str:
    return os.path.relpath(source) if Path(source).is_absolute() else source
