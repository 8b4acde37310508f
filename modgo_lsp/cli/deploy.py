"""`modgo deploy`: deploys a module to every node of a cluster."""

from __future__ import annotations

from pathlib import Path

import click

from modgo_lsp.cli.command import Command, json_option
from modgo_lsp.cli.confirmation import ask
from modgo_lsp.cli.local_module import complete, settings_for, write_json
from modgo_lsp.cli.options.cluster import cluster_options
from modgo_lsp.cli.options.grants import grant_options
from modgo_lsp.cli.options.timeout import SECONDS
from modgo_lsp.cli.progress import progress, waiting
from modgo_lsp.cli.terminal import note, say
from modgo_lsp.host.fenced import Grants
from modgo_lsp.ship.cluster import connected
from modgo_lsp.ship.cluster_access import Access
from modgo_lsp.ship.deploy import (
    WAIT_SECONDS,
    Deployed,
    check_free,
    confirm,
    deploy,
    deployed_json,
    existing_files,
    load_upload,
)
from modgo_lsp.ship.module_listing import find_module, survey
from modgo_lsp.ship.node_status import check_plugin
from modgo_lsp.ship.trial_load import try_module


@click.command(
    cls=Command,
    epilog="Exits with 0 when every node has the module, 1 if it is rejected or a node does not get or "
    "cannot load it, 2 for wrong usage or a cluster that cannot be reached.",
)
@click.argument("module", metavar="FILE.so", type=click.Path(path_type=Path))
@cluster_options
@click.option("--yes", "-y", is_flag=True, help="Replace a module of the same name without asking.")
@click.option("--no-load", is_flag=True, help="Don't load the module on this machine first.")
@click.option("--no-probe", is_flag=True, help="Don't check that the nodes run Go modules.")
@click.option(
    "--timeout", type=SECONDS, default=WAIT_SECONDS, show_default=True,
    metavar="SECONDS", help="How long to wait for the nodes.",
)  # fmt: skip
@grant_options
@json_option
def command(
    module: Path,
    access: Access,
    yes: bool,
    no_load: bool,
    no_probe: bool,
    timeout: float,
    grants: Grants,
    as_json: bool,
) -> None:
    """Deploy FILE.so to a cluster and wait until every node has it and has loaded it.

    The module is inspected first, and loaded here if it is for this platform, with what --allow-network and
    --allow-read grant; on the nodes, their operator grants more. It is sent compressed, in parts if it
    exceeds the server's limit, and is named after the file. Its bytes are read back from every node and
    compared, and every node reports whether it could load it. The servers need the plugin that runs Go
    modules.

    \b
    Examples:
      modgo deploy counters.so --hosts 127.0.0.1:3000
      modgo deploy counters.so --hosts 10.0.0.5:3000,10.0.0.6:3000 --yes
      modgo deploy counters.so --hosts db1:db1.example.com:4333 --tls-cafile ca.pem --user ops
    """
    upload = load_upload(module)
    if not no_load:
        _try(module, grants, as_json)
    with connected(access) as cluster:
        with waiting("asking the cluster", as_json):
            found = survey(cluster)
            there = existing_files(found, upload.module)
            check_free(upload.module, there)
            present = find_module(cluster, found, upload.module)
        same = present is not None and present.agree and present.sha256 == upload.sha256
        if present is not None and not same and not yes:
            version = f" (sha256 {present.sha256[:12]}…)" if present.sha256 else ""
            ask(f"the cluster has a module {present.name}{version}", "replace", as_json)
        with progress(as_json) as report:
            if same:
                result = confirm(cluster, upload, timeout, report, loads=not no_probe)
            else:
                if not no_probe:
                    report("checking that every node runs Go modules")
                    check_plugin(cluster)
                result = deploy(cluster, upload, there, timeout, report, loads=not no_probe)
    if as_json:
        write_json(deployed_json(result))
    else:
        _show(result, "" if no_probe else ", loaded")


def _try(module: Path, grants: Grants, as_json: bool) -> None:
    settings = settings_for(module)
    with waiting(f"loading {module} here", as_json):
        untried = complete(try_module(module, settings.cc, grants))
    if untried:
        note(f"Note: {module} was not loaded here first: {untried}")


def _show(result: Deployed, loaded: str) -> None:
    upload = result.upload
    parts = f" in {len(upload.files)} files" if len(upload.files) > 1 else ""
    did = {"new": "deployed", "replaced": "replaced", "unchanged": "was already deployed"}[result.change]
    say(
        f"{upload.module} {did}: {upload.size:,} bytes ({upload.sent_bytes:,} compressed{parts}), "
        f"sha256 {upload.sha256[:12]}…"
    )
    for node in result.nodes:
        say(f"  {node} has it, checksum verified{loaded}")
