"""`modgo modules`: lists the modules of a cluster, and whether its nodes agree."""

from __future__ import annotations

import sys

import click

from modgo_lsp.cli.cluster_options import cluster_options
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.local_module import write_json
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.terminal import is_coloured, say
from modgo_lsp.report.terminal_escapes import styled
from modgo_lsp.ship.cluster import connected
from modgo_lsp.ship.cluster_access import Access
from modgo_lsp.ship.module_listing import RemoteModule, list_modules, module_json

_HEAD = ("NAME", "KIND", "BYTES", "SHA256", "PARTS", "NODES")
_KINDS = {"go": "Go", "lua": "Lua", "mixed": "Go and other"}


@click.command(
    cls=Command,
    epilog="Exits with 0 if all nodes agree, 1 if there is a problem with a module, 2 for a cluster that "
    "cannot be reached.",
)
@cluster_options
@json_option
def command(access: Access, as_json: bool) -> None:
    """List the modules of a cluster: Go and Lua.

    Bytes and checksum of a Go module are those of the .so as it was built: the stored parts are joined and
    decompressed.

    \b
    Examples:
      modgo modules --hosts 127.0.0.1:3000
      modgo modules --hosts 127.0.0.1:3000 --json
    """
    with waiting("asking the cluster", as_json), connected(access) as cluster:
        found = list_modules(cluster)
        nodes = len(cluster.nodes())
    if as_json:
        write_json({"nodes": nodes, "modules": [module_json(module) for module in found]})
    else:
        _show(found, nodes)
    sys.exit(0 if all(module.agree for module in found) else 1)


def _show(found: tuple[RemoteModule, ...], nodes: int) -> None:
    if not found:
        say("The cluster has no modules.")
        return
    rows = [_HEAD, *(_row(module, nodes) for module in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    coloured = is_coloured(sys.stdout)
    for module in found:
        for problem in module.problems:
            text = f"{module.name}: {problem}"
            say(styled(text, fg="yellow") if coloured else text)


def _row(module: RemoteModule, nodes: int) -> tuple[str, ...]:
    return (
        module.name,
        _KINDS[module.kind],
        "?" if module.bytes is None else f"{module.bytes:,}",
        "?" if module.sha256 is None else module.sha256[:12],
        str(module.parts or 1),
        f"all {nodes} agree" if module.agree else f"{module.nodes} of {nodes}, see below",
    )
