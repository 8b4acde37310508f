"""Checks whether another user could have written a file that modgo is about to trust.

A path is safe if each folder on the way, each link and the file itself belong to the user or to root, and
nobody else can write to them. ssh asks the same of its files; git's safe.directory only looks at the folder.
Two kinds of folder may be writable for others: one with the sticky bit, such as /tmp, in which they can't
rename the user's files; and one of the user's own group, which many systems make for each user. Access
control lists are not checked, and nothing is on Windows, where Python can't read the owner.
"""

from __future__ import annotations

import os
import stat
import sys

_MANY_LINKS = 40


def foreign_hand(path: str) -> str | None:
    """Why another user than root could change the file at `path`; None if nobody could. Follows links as the
    system does. Raises OSError if there is no file."""
    if sys.platform == "win32":
        return None
    pending = _names(os.path.abspath(path))
    current, links = os.sep, 0
    while True:
        state = os.lstat(current)
        if (reason := _reason(current, state)) is not None:
            return reason
        if stat.S_ISLNK(state.st_mode):
            links += 1
            if links > _MANY_LINKS:
                return f"{path} leads through too many links"
            target = os.readlink(current)
            current = os.path.dirname(current)
            pending = _names(target) + pending
            if os.path.isabs(target):
                current = os.sep
        while pending and pending[0] == os.pardir:
            current, pending = os.path.dirname(current), pending[1:]
        if not pending:
            return None
        current, pending = os.path.join(current, pending[0]), pending[1:]


def _names(path: str) -> list[str]:
    return [name for name in path.split(os.sep) if name not in ("", os.curdir)]


def _reason(path: str, state: os.stat_result) -> str | None:
    if sys.platform == "win32":
        return None
    if state.st_uid not in (os.geteuid(), 0):
        return f"{path} belongs to {_user(state.st_uid)}"
    if stat.S_ISLNK(state.st_mode) or (stat.S_ISDIR(state.st_mode) and state.st_mode & stat.S_ISVTX):
        return None
    if state.st_mode & stat.S_IWOTH:
        return f"everybody can write to {path}"
    if state.st_mode & stat.S_IWGRP and not _is_of_one(state.st_gid):
        return f"a group of users can write to {path}"
    return None


def _user(number: int) -> str:
    import pwd  # not on Windows

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _is_of_one(group: int) -> bool:
    """Whether it is the user's or root's own group: of the same name, with no other members."""
    import grp  # not on Windows
    import pwd

    try:
        found = grp.getgrgid(group)
        owners = {pwd.getpwuid(number).pw_name for number in (os.geteuid(), 0)}
    except KeyError:
        return False
    return found.gr_name in owners and set(found.gr_mem) <= owners
