"""`modgo plugin`: writes the server plugin that comes with modgo to a folder."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

import click

from modgo_lsp.build.module_file import ELF, SHARED_OBJECT
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.completion import folders
from modgo_lsp.cli.local_module import write_json
from modgo_lsp.cli.terminal import note, say
from modgo_lsp.file_writer import explain, workspace_of, write_file
from modgo_lsp.resources import PLUGIN_MACHINES, server_plugin

LIBRARY, WORKER = "lib/libmod_go_asd.so", "bin/mod-go-worker"


def _own_target() -> str:
    arch = next((go for go, uname in PLUGIN_MACHINES.items() if uname == platform.machine()), "amd64")
    return f"linux/{arch}"


@click.command(
    cls=Command,
    epilog="Exits with 0 when both files are written, 2 if not, or if this modgo has no plugin.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("modgo-plugin"), show_default=True,
    metavar="DIR", shell_complete=folders, help="The folder to write to.",
)  # fmt: skip
@click.option(
    "--target", type=click.Choice([f"linux/{arch}" for arch in PLUGIN_MACHINES]), default=_own_target,
    help="The platform of the servers (default: this one).",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace existing files of any kind.")
@json_option
def command(output: Path, target: str, force: bool, as_json: bool) -> None:
    """Write the server plugin to a folder: lib/libmod_go_asd.so, which makes a stock Aerospike server run Go
    modules, and bin/mod-go-worker, in which it runs them. Every node needs both.

    Existing files are replaced, not overwritten: a server that has loaded them runs the old ones until it
    restarts.

    \b
    Examples:
      modgo plugin                                      into ./modgo-plugin
      modgo plugin -o /opt/modgo
      modgo plugin -o build/arm64 --target linux/arm64
    """
    source = server_plugin(target.removeprefix("linux/"))
    if source is None:
        raise CliError(
            f"this modgo has no server plugin for {target}",
            "install a released wheel of modgo-lsp, or build it in a checkout: see docs/server.md",
        )
    written = {name: (source / name).read_bytes() for name in (LIBRARY, WORKER)}
    try:
        for name in (WORKER, LIBRARY):  # the library last, because it needs the worker
            _write(output / name, written[name], force)
    except OSError as error:
        remedy = "choose another folder with -o, or make it writable"
        raise CliError(*explain(error, remedy, force=True)) from None
    preload = str((output / LIBRARY).absolute())
    if as_json:
        files = [
            {"path": str(output / name), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in written.items()
        ]
        write_json({"ok": True, "target": target, "files": files, "environment": {"LD_PRELOAD": preload}})
        return
    for name, data in written.items():
        say(f"{output / name}: {len(data):,} bytes, {target}")
    note(f"Help: install both on each server and start it with LD_PRELOAD={preload}")


def _write(path: Path, content: bytes, force: bool) -> None:
    kind = ELF if path.name == Path(WORKER).name else SHARED_OBJECT
    write_file(path, content, replaces=kind, within=workspace_of(path), mode=0o777, force=force)
