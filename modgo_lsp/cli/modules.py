"""`modgo modules`: which nodes of a cluster run Go, and its modules with their counters."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence

import click
import msgspec

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.local_module import write_json
from modgo_lsp.cli.modules_tables import tables
from modgo_lsp.cli.options.cluster import cluster_errors, cluster_options
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.terminal import painted, say
from modgo_lsp.ship.cluster import Cluster, connected
from modgo_lsp.ship.cluster_access import Access
from modgo_lsp.ship.module_listing import (
    RemoteModule,
    Survey,
    list_modules,
    module_json,
    survey,
    with_load_problems,
)
from modgo_lsp.ship.node_status import NodeReport, ask_nodes, report_json
from modgo_lsp.ship.prometheus_text import prometheus_text

_WATCH_SECONDS = 2.0


class _Listing(msgspec.Struct, frozen=True):
    """What the cluster answered at one time. `nodes` are those that the client knows."""

    nodes: tuple[NodeReport, ...]
    modules: tuple[RemoteModule, ...]

    def problems(self) -> Iterator[str]:
        for one in self.nodes:
            if one.problem:
                yield f"{one.node} {one.problem}"
            elif one.status is not None and one.status.lacks:
                yield f"{one.node} lacks a part of the fence: {one.status.lacks}"
        for module in self.modules:
            for problem in module.problems:
                yield f"{module.name}: {problem}"

    def is_good(self) -> bool:
        return all(one.status is not None for one in self.nodes) and all(one.agree for one in self.modules)


@click.command(
    cls=Command,
    epilog="Exits with 0 if all nodes run Go and agree, 1 if a node does not run Go or there is a problem "
    "with a module, 2 for a cluster that cannot be reached.",
)
@cluster_options
@click.option("-w", "--watch", is_flag=True, help="Ask again every 2 seconds, and show what changed since.")
@click.option("--metrics", is_flag=True, help="Write the counters in Prometheus's text format.")
@json_option
def command(access: Access, watch: bool, metrics: bool, as_json: bool) -> None:
    """Show which nodes of a cluster run Go modules, and the cluster's modules, Go and Lua.

    Each node reports its mode (fenced or unfenced), its fence, since when it runs Go, and the counters of its
    modules: calls since the module was loaded, failed ones, the time that half and 99% of them took at most,
    workers, and their memory. Bytes and checksum of a Go module are those of the .so as it was built: the
    stored parts are joined and decompressed.

    \b
    Examples:
      modgo modules --hosts 127.0.0.1:3000
      modgo modules --hosts 127.0.0.1:3000 --watch
      modgo modules --hosts 127.0.0.1:3000 --metrics > modgo.prom
    """
    if sum((watch, metrics, as_json)) > 1:
        raise CliError("--watch, --metrics and --json exclude each other", "use one of them")
    with connected(access) as cluster:
        if watch:
            _watch(cluster)
        with waiting("asking the cluster", metrics or as_json):
            found = _listing(cluster, survey(cluster), None)
    if as_json:
        nodes = [report_json(one) for one in found.nodes]
        write_json({"nodes": nodes, "modules": [module_json(module) for module in found.modules]})
    elif metrics:
        click.echo(prometheus_text(found.nodes, found.modules), nl=False)
    else:
        _show(found, None, 0)
    sys.exit(0 if found.is_good() else 1)


def _listing(cluster: Cluster, files: Survey, unchanged: Sequence[RemoteModule] | None) -> _Listing:
    """Asks all nodes. `unchanged` are the modules of the same files, which are not read again."""
    nodes = ask_nodes(cluster)
    modules = list_modules(cluster, files) if unchanged is None else unchanged
    running = {one.node for one in nodes if one.status is not None}
    return _Listing(nodes, tuple(with_load_problems(cluster, files, running, one) for one in modules))


def _watch(cluster: Cluster) -> None:
    """Shows the cluster again and again, until Ctrl-C."""
    files: Survey | None = None
    modules: tuple[RemoteModule, ...] = ()
    before: _Listing | None = None
    asked = time.monotonic()
    while True:
        try:
            with cluster_errors():
                now = survey(cluster)
                if now != files:
                    files, modules = now, list_modules(cluster, now)
                found = _listing(cluster, now, modules)
                last, asked = asked, time.monotonic()
        except CliError as error:  # the cluster may answer again
            _clear()
            error.show()
            before = None
        else:
            _clear()
            _show(found, before, asked - last if before else 0)
            before = found
        say(f"{time.strftime('%H:%M:%S')}, every {_WATCH_SECONDS:g} s; Ctrl-C ends it.")
        sys.stdout.flush()
        time.sleep(_WATCH_SECONDS)


def _clear() -> None:
    if sys.stdout.isatty():
        click.clear()


def _show(found: _Listing, before: _Listing | None, seconds: float) -> None:
    for line in tables(found.nodes, found.modules, before.nodes if before else (), seconds):
        say(line)
    problems = list(found.problems())
    if problems:
        say()
    for text in problems:
        say(painted(text, "yellow"))
