"""`modgo apply`: calls a function of a deployed module on a record or on the records of a set."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import msgspec

from modgo_lsp.cli.call_report import show_failure, show_outcome
from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.cli.command import json_option, tool_options
from modgo_lsp.cli.completion import files
from modgo_lsp.cli.local_module import (
    BuildFailedError,
    ModuleFile,
    complete,
    obtain,
    settings_for,
    show_build_failure,
    write_json,
)
from modgo_lsp.cli.options.arguments import FunctionCommand, argument_values
from modgo_lsp.cli.options.cluster import cluster_options
from modgo_lsp.cli.options.grants import grant_options
from modgo_lsp.cli.options.timeout import SECONDS
from modgo_lsp.cli.progress import waiting
from modgo_lsp.cli.terminal import note, painted, say
from modgo_lsp.host.fenced import Grants
from modgo_lsp.host.json_forms import json_of
from modgo_lsp.host.result import Failure
from modgo_lsp.host.sample import Record, SampleError, parse_key
from modgo_lsp.host.values import Value
from modgo_lsp.lint.config import Settings
from modgo_lsp.ship.aggregate import (
    Scope,
    aggregated_json,
    connected_for_stream,
    failed_json,
    finish,
    name_problem,
    node_values,
)
from modgo_lsp.ship.apply import APPLY_SECONDS, Applied, applied_json, apply
from modgo_lsp.ship.cluster import connected
from modgo_lsp.ship.cluster_access import Access
from modgo_lsp.ship.module_name import checked_name


class Target(msgspec.Struct, frozen=True):
    """The record or the records that the options name."""

    key: str | None
    stream: bool
    namespace: str | None
    set_name: str | None
    source: str | None


class Call(msgspec.Struct, frozen=True):
    """`seconds` limits the whole call. `grants` are for the client's part of a stream UDF."""

    access: Access
    module: str
    function: str
    arguments: tuple[Value, ...]
    seconds: float
    as_json: bool
    grants: Grants


@click.command(
    cls=FunctionCommand,
    epilog="Exits with 0 for a result, 1 for a failed call, 2 for wrong usage or a cluster that cannot be "
    "reached.",
)
@click.argument("module", metavar="MODULE")
@click.argument("function")
@click.argument("arguments", nargs=-1, metavar="[ARG]...")
@cluster_options
@click.option("--key", metavar="JSON", help='The record, like ["test", "demo", "k1"].')
@click.option("--stream", is_flag=True, help="Run a stream UDF over the records of a set.")
@click.option("--namespace", metavar="NAME", help="The records' namespace, with --stream.")
@click.option("--set", "set_name", metavar="NAME", help="The records' set (default: the whole namespace).")
@click.option(
    "--module", "source", metavar="FILE.so|PKG", shell_complete=files,
    help="The module on this machine, for the client's part of a stream UDF.",
)  # fmt: skip
@click.option(
    "--timeout", type=SECONDS, default=APPLY_SECONDS, show_default=True,
    metavar="SECONDS", help="Time limit of the call.",
)  # fmt: skip
@grant_options
@tool_options
@json_option
def command(
    module: str,
    function: str,
    arguments: tuple[str, ...],
    access: Access,
    key: str | None,
    stream: bool,
    namespace: str | None,
    set_name: str | None,
    source: str | None,
    timeout: float,
    grants: Grants,
    go: str | None,
    cc: str | None,
    as_json: bool,
) -> None:
    """Apply FUNCTION of a cluster's MODULE to a record, or with --stream to the records of a set.

    MODULE is the name that `modgo modules` shows; record functions in Lua can be called as well. An ARG is a
    JSON value, as with `modgo call`; anything else is a string. The client never retries a call.

    The nodes run a stream UDF up to the first Reduce. The client does the rest: a worker process on this
    machine runs it, from the module that --module names.

    \b
    Examples:
      modgo apply counters add hits 5 100 --hosts 127.0.0.1:3000 --key '["test", "demo", "k1"]'
      modgo apply counters take 2.5 --hosts 127.0.0.1:3000 --key '["test", "demo", 7]' --json
      modgo apply --stream stats total a --hosts 127.0.0.1:3000 --namespace test --set demo --module stats.so
    """
    target = Target(key, stream, namespace, set_name, source)
    _check(target, grants)
    call = Call(access, checked_name(module), function, argument_values(arguments), timeout, as_json, grants)
    if stream:
        sys.exit(_stream(call, target, settings_for(Path(source or "."), go, cc)))
    sys.exit(_record(call, _key(key or "")))


def _check(target: Target, grants: Grants) -> None:
    """Rejects options that cannot be combined."""
    if target.stream:
        if target.key is not None:
            raise CliError(
                "--key cannot be combined with --stream", "name the records with --namespace and --set"
            )
        if target.namespace is None:
            raise CliError("--stream needs --namespace", "add it, and --set for one set")
        if target.source is None:
            raise CliError(
                "--stream needs --module, because the last part of a stream UDF runs on this machine",
                "add --module FILE.so or the package's folder",
            )
        return
    for name in ("namespace", "set_name", "source"):
        if getattr(target, name) is not None:
            option = {"set_name": "set", "source": "module"}.get(name, name)
            raise CliError(f"--{option} needs --stream", "add --stream, or leave it out")
    if grants:
        raise CliError(
            "--allow-network and --allow-read are for the part of a stream UDF that runs on this machine",
            "leave them out; a node's operator grants modules more with MODGO_ALLOW",
        )
    if target.key is None:
        raise CliError("no record is given", 'add --key \'["test", "demo", "k1"]\', or --stream')


def _record(call: Call, key: Record) -> int:
    with waiting(f"calling {call.function}", call.as_json), connected(call.access) as cluster:
        result = apply(cluster, key, call.module, call.function, call.arguments, call.seconds)
    if call.as_json:
        write_json(applied_json(result, key))
    elif result.failure is not None:
        show_failure(result.failure)
    else:
        text = json.dumps(json_of(result.values[0]), ensure_ascii=False)
        say(painted(text, "green"))
        note(f"in {result.elapsed_ns / 1e6:.3f} ms")
    return _code(result.failure)


def _stream(call: Call, target: Target, settings: Settings) -> int:
    if problem := name_problem(call.function):
        raise CliError(problem, "see docs/server.md on aggregations")
    try:
        here = complete(obtain(target.source or "", settings, call.as_json))
    except BuildFailedError as failed:
        return show_build_failure(failed.result, call.as_json)
    scope = Scope(target.namespace or "", target.set_name)
    status = waiting(f"calling {call.function} on the nodes", call.as_json)
    with status, connected_for_stream(call.access, call.module, call.function) as cluster:
        nodes = node_values(cluster, scope, call.module, call.function, call.arguments, call.seconds)
    if nodes.failure is not None:
        if call.as_json:
            write_json(failed_json(nodes))
        else:
            show_failure(nodes.failure)
        return _code(nodes.failure)
    return _finish(call, here, settings, nodes)


def _finish(call: Call, here: ModuleFile, settings: Settings, nodes: Applied) -> int:
    with waiting(f"calling {call.function} on this machine", call.as_json):
        done = complete(
            finish(nodes, here.path, call.arguments, call.seconds, settings.cc, here.package, call.grants)
        )
    if call.as_json:
        write_json(aggregated_json(done))
    else:
        show_outcome(done.result)
    return _code(done.result.failure)


def _code(failure: Failure | None) -> int:
    return 0 if failure is None else 2 if failure.kind == "usage" else 1


def _key(text: str) -> Record:
    try:
        record = parse_key(text)
    except SampleError as error:
        raise CliError(str(error), 'write --key \'["test", "demo", "k1"]\'') from None
    if record.key is None:
        raise CliError("--key has no key, and a cluster finds records by nothing else", "add one")
    return record
