"""`modgo sdk`: installs the Go SDK for the go command, gopls and go.mod. `modgo build` does it itself."""

from __future__ import annotations

import os
from pathlib import Path

import click

from modgo_lsp.build.sdk import proxy_list, shipped_sdk
from modgo_lsp.build.sdk_install import InstalledSdk, install_sdk
from modgo_lsp.build.toolchain import ToolchainError, discover_go
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, CommandGroup, json_option
from modgo_lsp.cli.completion import folders
from modgo_lsp.cli.local_module import complete, settings_for, write_json
from modgo_lsp.cli.terminal import say
from modgo_lsp.file_writer import explain
from modgo_lsp.golang.modules.go_mod_folder import go_mod_folder


@click.group(cls=CommandGroup)
def command() -> None:
    """Install the SDK where the go command finds it, or print where it is.

    \b
    Examples:
      modgo sdk install             into the module cache: go build, go vet and gopls work offline
      modgo sdk install --write     and into this folder's go.mod and go.sum
      modgo sdk path                the folder of its sources
      modgo sdk proxy               a GOPROXY that has the SDK
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
    done = complete(_install(settings_for(Path(folder), go).go, module))
    if as_json:
        path = None if module is None else str(module / "go.mod")
        write_json({"version": done.sdk.version, "path": str(done.folder), "go_mod": path})
        return
    say(f"SDK {done.sdk.version} is in the module cache.")
    if module is not None:
        go_mod = os.path.relpath(module / "go.mod")
        say(f"{go_mod} requires it, and go.sum has its checksums.")
        if done.raised is not None:
            before = f"was {done.raised}" if done.raised else "was missing"
            say(f"Its go line is {done.sdk.go} now, which the SDK needs; it {before}.")


@command.command("path", cls=Command, short_help="Print the folder of the SDK's sources.")
@click.option("--go", metavar="GO", help="The go command (default: the configured or the found one).")
@json_option
def path_command(go: str | None, as_json: bool) -> None:
    """Print the folder of the SDK's sources in the module cache, after installing it there.

    \b
    Example:
      ls $(modgo sdk path)
    """
    done = complete(_install(settings_for(Path(), go).go, None))
    if as_json:
        write_json({"version": done.sdk.version, "path": str(done.folder)})
    else:
        say(str(done.folder))


@command.command("proxy", cls=Command, short_help="Print a GOPROXY that has the SDK.")
@click.option("--go", metavar="GO", help="The go command (default: the configured or the found one).")
@json_option
def proxy_command(go: str | None, as_json: bool) -> None:
    """Print a value of GOPROXY: a module proxy with the SDK, on the file system, then the proxies in use.

    `go get -u` and `go list -m -u` ask for newer versions of every module. With this value they find those of
    the SDK also where the proxy in use refuses an answer. Other commands need no proxy: `modgo sdk install`
    is enough.

    \b
    Example:
      GOPROXY=$(modgo sdk proxy) go get -u ./...
    """
    found = complete(discover_go(settings_for(Path(), go).go))
    try:
        value = proxy_list(found, shipped_sdk())
    except ToolchainError as error:
        raise CliError(error.message, error.remedy) from None
    except OSError as error:
        raise CliError(*explain(error, "set XDG_CACHE_HOME to a folder that can be written")) from None
    if as_json:
        write_json({"goproxy": value})
    else:
        say(value)


async def _install(go: str | None, module: Path | None) -> InstalledSdk:
    try:
        return await install_sdk(go, module)
    except OSError as error:
        raise CliError(*explain(error, "check its permissions")) from None


def _module_directory(folder: Path) -> Path:
    start = Path(os.path.abspath(folder))  # noqa: PTH100
    if not start.is_dir():
        raise CliError(f"{folder} is not a folder", "name a folder of your Go module")
    found = go_mod_folder(start)
    if found is None:
        raise CliError(
            f"there is no go.mod in {start} or above it", "run `go mod init example.com/NAME` there first"
        )
    return found
