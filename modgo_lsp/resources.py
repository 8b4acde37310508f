"""Where the project's non-Python parts are: the SDK, libmod_go's sources, the grammars, the server plugin.

In a wheel they lie in modgo_lsp/bundled/, in a checkout at its root.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


@lru_cache
def resource(name: Literal["grammars", "udf", "libmod_go"]) -> Path:
    """The folder of that name. Raises FileNotFoundError where the installation is damaged."""
    for folder in (_PACKAGE / "bundled" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"modgo's own folder {name}/ is missing beside {_PACKAGE}: install modgo-lsp again"
    )


# Go's words for the machines that there is a server plugin for, with those of uname.
PLUGIN_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def server_plugin(arch: str) -> Path | None:
    """The folder with lib/libmod_go_asd.so and bin/mod-go-worker for Linux on `arch`. None in a wheel that
    was not built by `make wheel`, and in a checkout in which no release of it was built."""
    wheel = _PACKAGE / "bundled" / "plugin" / f"linux-{arch}"
    checkout = _PACKAGE.parent / "target" / f"Linux-{PLUGIN_MACHINES[arch]}" / "release"
    return next((folder for folder in (wheel, checkout) if (folder / "lib").is_dir()), None)
