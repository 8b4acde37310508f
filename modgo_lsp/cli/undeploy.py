"""`modgo undeploy`: removes a Go module from a cluster."""

from __future__ import annotations

import click

from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.confirmation import ask
from modgo_lsp.cli.local_module import write_json
from modgo_lsp.cli.options.cluster import cluster_options
from modgo_lsp.cli.options.timeout import SECONDS
from modgo_lsp.cli.progress import progress, waiting
from modgo_lsp.cli.terminal import say
from modgo_lsp.plural import counted
from modgo_lsp.ship.cluster import connected
from modgo_lsp.ship.cluster_access import Access
from modgo_lsp.ship.deploy import WAIT_SECONDS, find_existing, undeploy, undeployed_json


@click.command(
    cls=Command,
    epilog="Exits with 0 when no node has the module any more, 1 if a node still has it, 2 if there is no "
    "such module or the cluster cannot be reached.",
)
@click.argument("name", metavar="NAME")
@cluster_options
@click.option("--yes", "-y", is_flag=True, help="Remove it without asking.")
@click.option(
    "--timeout", type=SECONDS, default=WAIT_SECONDS, show_default=True,
    metavar="SECONDS", help="How long to wait for the nodes.",
)  # fmt: skip
@json_option
def command(name: str, access: Access, yes: bool, timeout: float, as_json: bool) -> None:
    """Remove the Go module NAME from every node of a cluster, and wait until it is gone.

    Its manifest is removed first, so that no node runs a module without one of its parts. From then on,
    calls of its functions fail.

    \b
    Examples:
      modgo undeploy counters --hosts 127.0.0.1:3000
      modgo undeploy counters --hosts 10.0.0.5:3000,10.0.0.6:3000 --yes
    """
    name = name.removesuffix(".so")
    with connected(access) as cluster:
        with waiting("asking the cluster", as_json):
            there = find_existing(cluster, name)
            nodes = len(cluster.nodes())
        if not yes:
            ask(f"{counted(nodes, 'node')} would lose the module {name}", "remove", as_json)
        with progress(as_json) as report:
            result = undeploy(cluster, name, there, timeout, report)
    if as_json:
        write_json(undeployed_json(result))
        return
    say(f"{name} undeployed")
    for node in result.nodes:
        say(f"  {node} no longer has it")
