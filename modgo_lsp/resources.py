"""Where the project's non-Python parts are: the SDK, libmod_go's sources, the grammars, the server plugin.

In a wheel they lie in modgo_lsp/bundled/, in a checkout at its root.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(__file__)
Room = Literal["grammars", "udf", "libmod_go"]


def resource(name: Room) -> Path:
    """The folder of that name. Raises FileNotFoundError where the installation is damaged."""
    from pathlib import Path

    return Path(resource_folder(name))


@lru_cache
def resource_folder(name: Room) -> str:
    """Its path, for who has no use for more. Raises FileNotFoundError likewise."""
    for parts in (("bundled", name), (os.pardir, name)):
        folder = os.path.normpath(os.path.join(_PACKAGE, *parts))
        if os.path.isdir(folder):
            return folder
    raise FileNotFoundError(
        f"modgo's own folder {name}/ is missing beside {_PACKAGE}: install modgo-lsp again"
    )


# Go's words for the machines that there is a server plugin for, with those of uname.
PLUGIN_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def server_plugin(arch: str) -> Path | None:
    """The folder with lib/libmod_go_asd.so and bin/mod-go-worker for Linux on `arch`. None in a wheel that
    was not built by `make wheel`, and in a checkout in which no release of it was built."""
    from pathlib import Path

    wheel = Path(_PACKAGE, "bundled", "plugin", f"linux-{arch}")
    checkout = Path(_PACKAGE).parent / "target" / f"Linux-{PLUGIN_MACHINES[arch]}" / "release"
    return next((folder for folder in (wheel, checkout) if (folder / "lib").is_dir()), None)
