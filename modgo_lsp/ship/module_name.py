"""The name by which clients call a module: its file's name up to the first dot."""

from __future__ import annotations

from pathlib import PurePath

from modgo_lsp.ship.failure import usage_error
from modgo_lsp.ship.server_files import PackageError, check_name

SUFFIX = ".so"


def stem(filename: str) -> str:
    """The part of a file's name that names the module."""
    return filename.partition(".")[0]


def module_name(path: PurePath) -> str:
    """The name under which the file at `path` is deployed. Raises ShipError if it can't be."""
    if path.suffix != SUFFIX:
        raise usage_error(
            f"{path.name!r} does not end in {SUFFIX}", "deploy the file that `modgo build` wrote"
        )
    name = path.name.removesuffix(SUFFIX)
    if "." in name:
        raise usage_error(
            f"{path.name} has two dots, but clients use the name up to the first: "
            f"this one would be {stem(path.name)!r}",
            f"build it under another name, as with `modgo build -o {name.replace('.', '_')}{SUFFIX}`",
        )
    return checked_name(name)


def checked_name(name: str) -> str:
    """Returns `name`. Raises ShipError if a module on a server can't have it."""
    try:
        check_name(name)
    except PackageError as error:
        raise usage_error(str(error)) from None
    return name
