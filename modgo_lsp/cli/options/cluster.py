"""The options of commands that connect to a cluster, named as in Aerospike's own tools."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from modgo_lsp.cli.cli_error import CliError
from modgo_lsp.ship.cluster_access import Access, Tls, read_seeds
from modgo_lsp.ship.failure import ShipError

PASSWORD = "AEROSPIKE_PASSWORD"
_FILE = click.Path(path_type=Path)

_OPTIONS = (
    click.option(
        "--hosts", "--host", required=True, envvar="AEROSPIKE_HOSTS", metavar="H:P,…",
        help="Seed nodes: HOST, HOST:PORT or HOST:TLSNAME:PORT (or $AEROSPIKE_HOSTS).",
    ),
    click.option("--user", "-U", metavar="USER", help="The user, if the cluster has security enabled."),
    click.option(
        "--password", "-P", metavar="env:NAME|file:PATH",
        help=f"Where to read the password (default: ${PASSWORD}, else a prompt).",
    ),
    click.option(
        "--auth", type=click.Choice(["INTERNAL", "EXTERNAL", "EXTERNAL_INSECURE", "PKI"], False),
        default="INTERNAL", show_default=True, help="Authentication mode.",
    ),
    click.option("--services-alternate", is_flag=True, help="Use the nodes' alternate addresses."),
    click.option("--tls-enable", is_flag=True, help="Use TLS."),
    click.option("--tls-cafile", type=_FILE, metavar="FILE", help="Trusted certificates (PEM)."),
    click.option("--tls-capath", type=_FILE, metavar="DIR", help="A folder of trusted certificates."),
    click.option("--tls-certfile", type=_FILE, metavar="FILE", help="This client's certificate chain."),
    click.option("--tls-keyfile", type=_FILE, metavar="FILE", help="The private key of this client."),
    click.option(
        "--tls-keyfile-password", metavar="env:NAME|file:PATH", help="Where to read the key's password."
    ),
)  # fmt: skip


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command receives them as one argument, `access`."""

    @wraps(command)
    def with_access(**options: Any) -> Any:
        given = {name: options.pop(name) for name in _NAMES}
        with cluster_errors():
            return command(access=_access(**given), **options)

    for option in reversed(_OPTIONS):
        with_access = option(with_access)
    return with_access


_NAMES = (
    "hosts", "user", "password", "auth", "services_alternate", "tls_enable", "tls_cafile", "tls_capath",
    "tls_certfile", "tls_keyfile", "tls_keyfile_password",
)  # fmt: skip


@contextmanager
def cluster_errors() -> Iterator[None]:
    """Turns a ShipError into a CliError, with exit code 2 for usage and set-up, 1 for work that failed."""
    try:
        yield
    except ShipError as error:
        kind = CliError if error.usage else _FailedError
        raise kind(error.message, error.remedy or None) from None


class _FailedError(CliError):
    exit_code = 1
    kind = "cluster"


def _access(
    hosts: str,
    user: str | None,
    password: str | None,
    auth: str,
    services_alternate: bool,
    tls_enable: bool,
    tls_cafile: Path | None,
    tls_capath: Path | None,
    tls_certfile: Path | None,
    tls_keyfile: Path | None,
    tls_keyfile_password: str | None,
) -> Access:
    seeds = read_seeds(hosts)
    files = (tls_cafile, tls_capath, tls_certfile, tls_keyfile)
    for file in files:
        if file is None:
            continue
        if not file.exists():
            raise CliError(f"{file} does not exist", "name a PEM file with the --tls-… option")
        if not (file.is_dir() if file is tls_capath else file.is_file()):  # the client waits for a pipe
            kind = "folder" if file is tls_capath else "regular file"
            raise CliError(f"{file} is not a {kind}", "name a PEM file, or a folder with --tls-capath")
    key_password = (
        None if tls_keyfile_password is None else _secret(tls_keyfile_password, "--tls-keyfile-password")
    )
    tls = Tls(*files, key_password) if tls_enable or any(files) else None
    if user is None and password is not None:
        raise CliError("--password needs --user", "name the user, or leave both out")
    if user is None and auth.upper() == "PKI":
        user = ""
    secret = None if user is None or auth.upper() == "PKI" else _password(user, password)
    return Access(seeds, user, secret, auth.upper(), tls, services_alternate)


def _password(user: str, where: str | None) -> str:
    if where is not None:
        return _secret(where, "--password")
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        raise CliError(
            f"the password of {user} is missing",
            f"set ${PASSWORD}, or use --password env:NAME",
        )
    return str(click.prompt(f"Password of {user}", hide_input=True, err=True))


def _secret(where: str, option: str) -> str:
    """The secret at env:NAME or file:PATH. On the command line itself, the process list would show it."""
    kind, colon, place = where.partition(":")
    if kind == "env" and colon:
        if place in os.environ:
            return os.environ[place]
        raise CliError(
            f"the environment variable {place} is not set", f"set it, or name another with {option}"
        )
    if kind == "file" and colon:
        try:
            return Path(place).read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise CliError(f"{place} cannot be read ({error})", f"name another file with {option}") from None
    raise CliError(
        f"{option} does not take the secret itself, which every user of this machine could see",
        f"write {option} env:NAME or {option} file:PATH",
    )
