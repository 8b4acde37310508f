"""A module's name in a cluster: its file's name up to the first dot. Clients call the module by it."""

from __future__ import annotations

from pathlib import PurePath

from modgo_lsp.ship.failure import usage_error
from modgo_lsp.ship.server_files import PackageError, check_name

SUFFIX = ".so"


def stem(filename: str) -> str:
    """The module's name: the file's up to the first dot."""
    return filename.partition(".")[0]


def module_name(path: PurePath) -> str:
    """The name under which the module in the file `path` is deployed. Raises ShipError where it can't be."""
    if path.suffix != SUFFIX:
        raise usage_error(f"{path.name!r} does not end in {SUFFIX}", "deploy what `modgo build` made")
    name = path.name.removesuffix(SUFFIX)
    if "." in name:
        raise usage_error(
            f"{path.name} has two dots, and a cluster knows a module by its file's name up to the first: "
            f"clients would have to call it {stem(path.name)!r}",
            f"build it under another name, as with `modgo build -o {name.replace('.', '_')}{SUFFIX}`",
        )
    return checked_name(name)


def checked_name(name: str) -> str:
    """`name`, where a module on a server can have it. Raises ShipError."""
    try:
        check_name(name)
    except PackageError as error:
        raise usage_error(str(error)) from None
    return name
