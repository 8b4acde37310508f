"""`modgo sdk`: installs the Go SDK for the go command, gopls and go.mod. `modgo build` does it itself."""

from __future__ import annotations

import os
from pathlib import Path

import click

from modgo_lsp.build.sdk import Sdk, install, require, sdk_directory, shipped_sdk
from modgo_lsp.build.toolchain import Go, discover_go
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, CommandGroup, json_option
from modgo_lsp.cli.completion import folders
from modgo_lsp.cli.local_module import complete, settings_for, write_json
from modgo_lsp.cli.terminal import say
from modgo_lsp.file_writer import explain


@click.group(cls=CommandGroup)
def command() -> None:
    """Install the SDK where the go command finds it, or print its folder.

    \b
    Examples:
      modgo sdk install             into the module cache: go build, go vet and gopls work offline
      modgo sdk install --write     and into this folder's go.mod and go.sum
      modgo sdk path                the folder of its sources
    """


@command.command("install", cls=Command)
@click.option("--write", is_flag=True, help="Also write go.mod and go.sum.")
@click.option(
    "--path",
    "folder",
    metavar="DIR",
    default=".",
    shell_complete=folders,
    help="A folder of the Go module to write (default: .).",
)
@click.option("--go", metavar="GO", help="The go command (default: the configured or the found one).")
@json_option
def install_command(write: bool, folder: str, go: str | None, as_json: bool) -> None:
    """Install the SDK in Go's module cache, without the network.

    \b
    Examples:
      modgo sdk install
      modgo sdk install --write --path ./counters
    """
    module = _module_directory(Path(folder)) if write else None
    sdk, found = complete(_install(settings_for(Path(folder), go).go, module))
    if as_json:
        path = None if module is None else str(module / "go.mod")
        write_json({"version": sdk.version, "path": str(sdk_directory(found, sdk)), "go_mod": path})
        return
    say(f"SDK {sdk.version} is in the module cache.")
    if module is not None:
        say(f"{os.path.relpath(module / 'go.mod')} requires it, and go.sum has its checksums.")


@command.command("path", cls=Command)
@click.option("--go", metavar="GO", help="The go command (default: the configured or the found one).")
@json_option
def path_command(go: str | None, as_json: bool) -> None:
    """Print the folder of the SDK's sources in the module cache, after installing it there.

    \b
    Example:
      ls $(modgo sdk path)
    """
    sdk, found = complete(_install(settings_for(Path(), go).go, None))
    path = str(sdk_directory(found, sdk))
    if as_json:
        write_json({"version": sdk.version, "path": path})
    else:
        say(path)


async def _install(go: str | None, module: Path | None) -> tuple[Sdk, Go]:
    found = await discover_go(go)
    sdk = shipped_sdk()
    await install(found, sdk)
    if module is not None:
        try:
            await require(found, sdk, module)
        except OSError as error:
            raise CliError(*explain(error, "check its permissions")) from None
    return sdk, found


def _module_directory(folder: Path) -> Path:
    start = Path(os.path.abspath(folder))  # noqa: PTH100
    if not start.is_dir():
        raise CliError(f"{folder} is not a folder", "name a folder of your Go module")
    for directory in (start, *start.parents):
        if (directory / "go.mod").is_file():
            return directory
    raise CliError(
        f"there is no go.mod in {start} or above it", "run `go mod init example.com/NAME` there first"
    )
