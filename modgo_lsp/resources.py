"""Finds the parts of modgo that are not Python: the SDK, libmod_go's sources, the grammars, the server
plugin.

They are in modgo_lsp/bundled/ in a wheel, and at the root of a checkout.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

# pathlib takes 4 ms of the 65 of a warm `modgo lint`, which needs no more than resource_folder.
if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(__file__)
Resource = Literal["grammars", "udf", "libmod_go"]


def resource(name: Resource) -> Path:
    """The folder of that name. Raises FileNotFoundError if the installation is damaged."""
    from pathlib import Path

    return Path(resource_folder(name))


@lru_cache
def resource_folder(name: Resource) -> str:
    """Its path as a string."""
    for parts in (("bundled", name), (os.pardir, name)):
        folder = os.path.normpath(os.path.join(_PACKAGE, *parts))
        if os.path.isdir(folder):
            return folder
    raise FileNotFoundError(
        f"modgo's own folder {name}/ is missing beside {_PACKAGE}: install modgo-lsp again"
    )


# The machines that have a server plugin, in the names of Go and of uname.
PLUGIN_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def server_plugin(arch: str) -> Path | None:
    """The folder with lib/libmod_go_asd.so and bin/mod-go-worker for Linux on `arch`; None in a wheel that
    `make wheel` did not build, and in a checkout without a release build of the plugin."""
    from pathlib import Path

    wheel = Path(_PACKAGE, "bundled", "plugin", f"linux-{arch}")
    checkout = Path(_PACKAGE).parent / "target" / f"Linux-{PLUGIN_MACHINES[arch]}" / "release"
    return next((folder for folder in (wheel, checkout) if (folder / "lib").is_dir()), None)
