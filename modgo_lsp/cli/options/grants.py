"""--allow-network and --allow-read: what a module may do beyond the fence."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from modgo_lsp.host.fenced import Grants


def grant_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds both options; the command receives `grants`, as lines for a Fence."""

    @wraps(command)
    def with_grants(*, allow_network: bool, allow_read: tuple[str, ...], **options: Any) -> Any:
        grants: Grants = tuple(f"read {path}" for path in allow_read)
        grants = ("network", *grants) if allow_network else grants
        return command(grants=grants, **options)

    network = click.option("--allow-network", is_flag=True, help="Let the module use the network.")
    read = click.option(
        "--allow-read",
        multiple=True,
        type=click.Path(exists=True),
        callback=_absolute,
        metavar="DIR",
        help="Let the module read this folder, or file; can be repeated.",
    )
    return network(read(with_grants))


def _absolute(_ctx: click.Context, _param: click.Parameter, paths: tuple[str, ...]) -> tuple[str, ...]:
    absolute = tuple(os.path.abspath(path) for path in paths)  # noqa: PTH100 (a link stays)
    for path in absolute:
        if "\n" in path:
            raise click.BadParameter(f"{path!r} has a line break in its name.")
    return absolute
