"""Modgo's cache and state folders: those that platformdirs names, if nobody else can write to them.

Programs and libraries are loaded from the cache. A folder that somebody else could have filled is not used: a
temporary one takes its place, and a warning says so once. `modgo lint` imports this file.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from functools import cache
from typing import Literal

from modgo_lsp.build.ownership import foreign_hand

Kind = Literal["cache", "state"]

_VARIABLES: dict[Kind, tuple[str, str]] = {
    "cache": ("XDG_CACHE_HOME", "~/.cache"),
    "state": ("XDG_STATE_HOME", "~/.local/state"),
}


def own_folder(kind: Kind) -> str:
    """The folder of everything that modgo may make again ("cache"), or of what it keeps for the user
    ("state"). It is made if need be, for the user alone; where that fails it isn't there. Raises OSError
    where not even a temporary folder is the user's own."""
    return _own(_wanted(kind), kind)


def _wanted(kind: Kind) -> str:
    if sys.platform == "linux":
        # As platformdirs says, without what its import costs each run of lint.
        variable, default = _VARIABLES[kind]
        folder = os.environ.get(variable, "").strip() or os.path.expanduser(default)
        return os.path.join(folder, "modgo")
    import platformdirs

    return platformdirs.user_cache_dir("modgo") if kind == "cache" else platformdirs.user_state_dir("modgo")


def say_nothing() -> None:
    """In a child, whose parent has said it."""
    import logging

    logging.getLogger(__name__).disabled = True


@cache
def _own(wanted: str, kind: Kind) -> str:
    reason = _unusable(wanted)
    if reason is None:
        return wanted
    used = os.path.join(_temporary(), kind)
    _make(used)
    import logging

    logging.getLogger(__name__).warning(
        "modgo does not use its %s folder %s: %s. "
        "It uses %s instead. Make the folder yours alone, or set %s.",
        *(kind, wanted, reason, used, _VARIABLES[kind][0]),
    )
    return used


def _unusable(folder: str) -> str | None:
    """Why the folder can't be trusted; None where it can, if it is there."""
    if not os.path.isabs(folder):
        # A process without a home would have its cache in the repository that it looks at.
        return "it is not an absolute path"
    with suppress(OSError):  # who writes to it says why that fails
        _make(folder)
    while not os.path.lexists(folder):  # what is not there can be made by who can write above it
        folder = os.path.dirname(folder)
    try:
        return foreign_hand(folder)
    except OSError as error:
        return f"{error.filename or folder}: {error.strerror}"


def _make(folder: str) -> None:
    """Makes the folder and those above it that are missing, for the user alone whatever the umask is."""
    if os.path.isdir(folder):
        return
    _make(os.path.dirname(folder))
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        if not os.path.isdir(folder):
            raise


@cache
def _temporary() -> str:
    """A folder of the user's own among the temporary ones: one for all runs, so that what is made there is
    made once; a new one where somebody else has taken its name."""
    import tempfile

    parent = tempfile.gettempdir()
    if (reason := foreign_hand(parent)) is not None:
        raise PermissionError(errno.EPERM, f"there is no folder for modgo's files: {reason}", parent)
    user = os.geteuid() if sys.platform != "win32" else 0
    known = os.path.join(parent, f"modgo-{user}")
    with suppress(OSError):
        _make(known)
        if foreign_hand(known) is None:
            return known
    import atexit
    import shutil

    made = tempfile.mkdtemp(prefix="modgo-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
