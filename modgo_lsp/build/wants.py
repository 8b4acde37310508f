"""The grants that a module wants: `wants-network` and `wants-read` of its modgo.toml.

The module's file contains them in its property `build`, so that they can be read without running it, also by
libmod_go (src/fenced/wants.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from modgo_lsp.golang.files import DiskFiles
from modgo_lsp.lint.config import resolve

# The key and the beginning of its value.
KEY, BEGIN = "wants", "modgo:"
_WRITTEN = re.compile(rb'"wants": "modgo:([^"\n]{0,8000})"')
# What would end the value, or is not in UTF-8 as it is.
_BAD = re.compile(r'["\\|\x00-\x1f\x7f\ud800-\udfff]')


class WantsError(Exception):
    """`wants-read` has a path that no module can be granted."""


def wants_of(folders: Iterable[str]) -> tuple[str, ...]:
    """What the packages in the folders want together: "network", and "read PATH" for each path. Raises
    WantsError."""
    network, paths = False, set()
    for folder in folders:
        settings, _ = resolve(folder, DiskFiles())
        network |= settings.wants_network
        for path in settings.wants_read:
            if not path.startswith("/") or _BAD.search(path) or path != path.strip():
                raise WantsError(f'wants-read names {path!r}: expected an absolute path, like "/etc/geo"')
            paths.add(path.rstrip("/") or "/")
    return (*(("network",) if network else ()), *(f"read {path}" for path in sorted(paths)))


def granted(wants: Sequence[str], grants: Iterable[str]) -> tuple[str, ...]:
    """The grants without those that have nothing to do with what a module wants."""
    return tuple(grant for grant in grants if any(_covers(grant, want) for want in wants))


def _covers(grant: str, want: str) -> bool:
    return want == grant or want.startswith(f"{grant.rstrip('/')}/")


def written_wants(wants: Iterable[str]) -> str:
    """The value of KEY."""
    return BEGIN + "|".join(wants)


def read_wants(module: bytes) -> tuple[str, ...]:
    """What a module's file says that it wants. Anybody may have written that."""
    found = _WRITTEN.search(module)
    return () if found is None else tuple(filter(None, found[1].decode("utf-8", "replace").split("|")))
