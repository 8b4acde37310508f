"""Modgo's cache and state folders: those that platformdirs names, if no other user can write to them.

Programs and libraries are loaded from the cache, so a folder that another user could have filled is not used.
A temporary one replaces it, with one warning. `modgo lint` imports this file.
"""

from __future__ import annotations

import atexit
import errno
import os
import sys
from contextlib import suppress
from functools import cache
from typing import Literal

from modgo_lsp.build.ownership import foreign_hand

# `modgo lint` needs the standard folders alone. Functions import what the rest needs: logging and tempfile
# (3 ms each), shutil (2 ms), and platformdirs (10 ms), which Linux never needs.
Kind = Literal["cache", "state"]

_VARIABLES: dict[Kind, tuple[str, str]] = {
    "cache": ("XDG_CACHE_HOME", "~/.cache"),
    "state": ("XDG_STATE_HOME", "~/.local/state"),
}


def own_folder(kind: Kind) -> str:
    """The cache folder, whose content modgo can make again, or the state folder. Creates it with mode 0700;
    if that fails, it does not exist. Raises OSError if not even a temporary folder is the user's own."""
    return _own(_standard_folder(kind), kind)


def _standard_folder(kind: Kind) -> str:
    if sys.platform != "linux":
        import platformdirs

        return (
            platformdirs.user_cache_dir("modgo") if kind == "cache" else platformdirs.user_state_dir("modgo")
        )
    # The same as platformdirs.
    variable, default = _VARIABLES[kind]
    folder = os.environ.get(variable, "").strip() or os.path.expanduser(default)
    return os.path.join(folder, "modgo")


def disable_warnings() -> None:
    """For a child process, whose parent has logged the warning already."""
    import logging

    logging.getLogger(__name__).disabled = True


@cache
def _own(folder: str, kind: Kind) -> str:
    reason = _unusable(folder)
    if reason is None:
        return folder
    used = os.path.join(_temporary(), kind)
    _make(used)
    import logging

    logging.getLogger(__name__).warning(
        "modgo does not use its %s folder %s: %s. "
        "It uses %s instead. Make the folder yours alone, or set %s.",
        *(kind, folder, reason, used, _VARIABLES[kind][0]),
    )
    return used


def _unusable(folder: str) -> str | None:
    """Why the folder can't be trusted; None if it can or does not exist."""
    if not os.path.isabs(folder):
        # Without a home folder the cache would be inside the repository.
        return "it is not an absolute path"
    with suppress(OSError):  # writing to it will report the reason
        _make(folder)
    while not os.path.lexists(folder):  # whoever can write to a parent folder can create it
        folder = os.path.dirname(folder)
    try:
        return foreign_hand(folder)
    except OSError as error:
        return f"{error.filename or folder}: {error.strerror}"


def _make(folder: str) -> None:
    """Creates the folder and its missing parents with mode 0700, whatever the umask is."""
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
    """The user's own folder below the temporary one. It is the same for all runs, unless another user has
    taken its name: then it is a new one."""
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
    import shutil

    made = tempfile.mkdtemp(prefix="modgo-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
