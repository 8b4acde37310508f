"""`modgo new`: makes a UDF module to start from."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from modgo_lsp.build.new_module import NewModule, NewModuleError, NewModuleRequest, make_module
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.completion import folders
from modgo_lsp.cli.global_options import global_options
from modgo_lsp.cli.local_module import complete, settings_for, write_json
from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.report.module_json import new_module_json


@click.command(cls=Command, epilog="Exits with 0 if the module was made, 2 for wrong usage or set-up.")
@click.argument("name", metavar="NAME", shell_complete=folders)
@click.option("--stream", is_flag=True, help="Start with a stream UDF.")
@click.option("--module", metavar="PATH", help="The path of the Go module (default: example.com/NAME).")
@click.option("--go", metavar="GO", help="The go command (default: the configured or the found one).")
@json_option
def command(name: str, stream: bool, module: str | None, go: str | None, as_json: bool) -> None:
    """Make a folder with a UDF module: a UDF, its Go test, a sample, a case, go.mod and go.sum.

    NAME is the name that clients use, or a path that ends in it. The folder must not exist, or be empty (but
    for .git). The SDK is put into Go's module cache, so that everything works without the network.

    \b
    Examples:
      modgo new limiter
      modgo new services/limiter --module github.com/me/services/limiter
      modgo new by-city --stream
      modgo new .                             in this folder, named after it
    """
    if not name:
        raise CliError("NAME is empty", "name the module: modgo new limiter")
    request = NewModuleRequest(Path(name), stream, module, settings_for(Path(), go).go)
    try:
        made = complete(make_module(request))
    except NewModuleError as error:
        raise CliError(error.message, error.remedy) from None
    if as_json:
        write_json(new_module_json(made))
    else:
        _show(made)


def _show(made: NewModule) -> None:
    where = os.path.relpath(made.folder)
    if where.startswith(os.pardir + os.sep + os.pardir):
        where = str(made.folder)  # easier to read
    title = made.name if where == "." else f"{where}/"
    say(f"Made {painted(title, bold=True)}, Go module {made.module}:")
    for file in made.files:
        say(f"  {file}")
    if global_options().quiet:
        return
    if made.outer is not None:
        say(f"\nIt is a Go module of its own: `go build ./...` in {made.outer} leaves it out.")
    say("\nNext:")
    if where != ".":
        say(f"  cd {shlex.quote(where)}")
    if made.go_work is not None:
        say("  go work use .")
    for line in ("modgo lint", "modgo build", f"modgo call {' '.join(made.call)}", "modgo test"):
        say(f"  {line}")
    if made.has_go_command:
        say("  go test ./...")
