"""`modgo apply`: a function of a deployed module on a record of a cluster.

Not for: modules on this machine (call.py).
"""

from __future__ import annotations

import json
import sys

import click

from modgo_lsp.cli.call_report import show_failure
from modgo_lsp.cli.cluster_options import cluster_options
from modgo_lsp.cli.failure import CliError, is_coloured
from modgo_lsp.cli.module import write_json
from modgo_lsp.cli.words import argument_values
from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.sample import Record, SampleError, parse_key
from modgo_lsp.ship.access import Access
from modgo_lsp.ship.apply import APPLY_SECONDS, applied_json, apply
from modgo_lsp.ship.cluster import connected


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "ignore_unknown_options": True},
    epilog="Exits with 0 for a result, 1 for a failed call, 2 for wrong arguments or a cluster that cannot "
    "be reached.",
)
@click.argument("module", metavar="MODULE")
@click.argument("function")
@click.argument("arguments", nargs=-1, metavar="[ARG]...")
@cluster_options
@click.option("--key", metavar="JSON", required=True, help='The record, like ["test", "demo", "k1"].')
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), default=APPLY_SECONDS, show_default=True,
    metavar="SECONDS", help="How long the call may take.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
def command(
    module: str,
    function: str,
    arguments: tuple[str, ...],
    access: Access,
    key: str,
    timeout: float,
    as_json: bool,
) -> None:
    """Apply FUNCTION of a cluster's MODULE to a record, and show the result.

    MODULE is the name that `modgo modules` shows; modules in Lua can be called as well. An ARG is a JSON
    value, as with `modgo call`; a word that isn't JSON is a string. The call is never repeated by the client.

    \b
    Examples:
      modgo apply counters add hits 5 100 --hosts 127.0.0.1:3000 --key '["test", "demo", "k1"]'
      modgo apply counters take 2.5 --hosts 127.0.0.1:3000 --key '["test", "demo", 7]' --json
    """
    values = argument_values(arguments)
    record = _key(key)
    with connected(access) as cluster:
        result = apply(cluster, record, module, function, values, timeout)
    if as_json:
        write_json(applied_json(result, record))
    elif result.failure is not None:
        show_failure(result.failure)
    else:
        text = json.dumps(json_of(result.values[0]), ensure_ascii=False)
        click.echo(click.style(text, fg="green") if is_coloured(sys.stdout) else text)
        click.echo(f"in {result.elapsed_ns / 1e6:.3f} ms", err=True)
    sys.exit(0 if result.failure is None else 2 if result.failure.kind == "usage" else 1)


def _key(text: str) -> Record:
    try:
        record = parse_key(text)
    except SampleError as error:
        raise CliError(str(error), 'write --key \'["test", "demo", "k1"]\'') from None
    if record.key is None:
        raise CliError("--key names no key, and a cluster finds a record by nothing else", "give one")
    return record
